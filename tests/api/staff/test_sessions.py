"""Sessions end: after idleness, after their hours, and leave nothing behind; the second factor and the profile."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from api.app import create_app
from api.staff_access.cookies import SESSION
from api.tables import StaffAccount, StaffInvitation, StaffRecoveryCode, StaffSession
from tests.api.staff.people import (
    PASSWORD,
    add_second_factor,
    add_staff,
    audited,
    code_of,
    csrf_in,
    invite,
    send,
    sign_in,
)
from tests.conftest import NOW

NEW = "một câu hoàn toàn mới"


class MovingClock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: int) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture
def client(settings, clock) -> Iterator[TestClient]:
    app = create_app(settings, clock=clock)
    with TestClient(app, raise_server_exceptions=False) as opened:
        yield opened
    app.state.engine.dispose()


def is_in(client: TestClient) -> bool:
    return client.get("/staff", follow_redirects=False).status_code == 200


def test_an_idle_session_ends_and_a_used_one_goes_on(client, engine, clock):
    add_staff(engine, "operator")
    sign_in(client)
    for _ in range(3):
        clock.move(minutes=29)
        assert is_in(client)
    clock.move(minutes=30)
    assert not is_in(client)


def test_a_session_ends_after_its_hours_however_busy(client, engine, clock):
    add_staff(engine, "operator")
    sign_in(client)
    for _ in range(12 * 3 - 1):
        clock.move(minutes=20)
        assert is_in(client)
    clock.move(minutes=20)
    assert not is_in(client)


def test_whoever_owes_a_code_has_a_quarter_of_an_hour(client, engine, clock):
    secret = add_second_factor(engine, add_staff(engine, "operator"))
    sign_in(client)
    page = client.get("/staff/code")
    clock.move(minutes=15)
    form = {"csrf": csrf_in(page), "code": code_of(secret, clock.now)}
    assert client.post("/staff/code", data=form, follow_redirects=False).status_code == 401


def test_what_has_ended_is_swept_out_at_the_next_sign_in(client, engine, clock):
    add_staff(engine, "operator")
    invite(engine, "operator", email="minh@example.vn")
    sign_in(client)
    clock.move(hours=25)
    client.cookies.clear()
    sign_in(client)
    with Session(engine) as session:
        assert len(session.exec(select(StaffSession)).all()) == 1
        assert session.exec(select(StaffInvitation)).all() == []


def test_an_app_is_joined_by_its_first_code_and_recovery_codes_are_shown_once(client, engine, clock):
    id = add_staff(engine, "administrator")
    sign_in(client)
    half = client.cookies[SESSION]
    secret = secret_in(client.get("/staff/second-factor"))

    wrong = send(client, "/staff/second-factor", code="000000")
    done = send(client, "/staff/second-factor", code=code_of(secret))

    assert wrong.status_code == 422
    codes = re.findall(r"<li>([a-z2-7]{4}(?:-[a-z2-7]{4}){3})</li>", done.text)
    assert len(codes) == 10
    assert client.cookies[SESSION] != half
    assert client.get("/staff/accounts").status_code == 200
    with Session(engine) as session:
        assert session.get(StaffAccount, id).totp_secret == secret
        assert not any(code in str(session.exec(select(StaffRecoveryCode)).all()) for code in codes)
    assert codes[0] not in client.get("/staff/profile").text


def test_the_same_secret_is_shown_until_it_is_confirmed(client, engine):
    add_staff(engine, "administrator")
    sign_in(client)
    assert secret_in(client.get("/staff/second-factor")) == secret_in(client.get("/staff/second-factor"))


def test_the_code_that_joined_the_app_does_not_sign_in_again(client, engine, clock):
    add_staff(engine, "administrator")
    sign_in(client)
    code = code_of(secret_in(client.get("/staff/second-factor")))
    send(client, "/staff/second-factor", code=code)
    client.cookies.delete(SESSION)
    sign_in(client)
    assert send(client, "/staff/code", code=code).status_code == 401


def test_replacing_the_app_needs_the_password(client, engine):
    id = add_staff(engine, "operator")
    sign_in(client)
    secret = secret_in(client.get("/staff/second-factor"))
    assert send(client, "/staff/second-factor", code=code_of(secret)).status_code == 401
    assert send(client, "/staff/second-factor", code=code_of(secret), password="x").status_code == 401
    assert send(client, "/staff/second-factor", code=code_of(secret), password=PASSWORD).status_code == 200
    with Session(engine) as session:
        assert session.get(StaffAccount, id).totp_secret == secret


def test_new_recovery_codes_need_the_password_and_end_the_old_ones(client, engine):
    id = add_staff(engine, "operator")
    sign_in(client)
    secret = secret_in(client.get("/staff/second-factor"))
    send(client, "/staff/second-factor", code=code_of(secret), password=PASSWORD)
    with Session(engine) as session:
        before = set(session.exec(select(StaffRecoveryCode.code_sha256)))
    assert send(client, "/staff/profile", "/staff/recovery-codes", password="x").status_code == 401
    assert send(client, "/staff/profile", "/staff/recovery-codes", password=PASSWORD).status_code == 200
    with Session(engine) as session:
        after = set(session.exec(select(StaffRecoveryCode.code_sha256)))
    assert len(after) == 10
    assert not before & after
    assert (f"staff {id}", "account.recovery_codes") in audited(engine)


def test_a_new_password_ends_every_other_session_and_renews_this_one(client, engine):
    add_staff(engine, "operator")
    with TestClient(client.app) as other:
        sign_in(other)
        sign_in(client)
        before = client.cookies[SESSION]
        reply = send(
            client, "/staff/profile", "/staff/profile/password", present=PASSWORD, password=NEW, again=NEW
        )
        assert reply.headers["location"] == "/staff/profile?done=password_changed"
        assert is_in(client)
        assert client.cookies[SESSION] != before
        assert not is_in(other)
        assert sign_in(other).status_code == 401
        assert sign_in(other, password=NEW).status_code == 303


@pytest.mark.parametrize(
    ("present", "password", "again", "status"),
    [
        pytest.param("x", NEW, NEW, 401, id="not the present one"),
        pytest.param(PASSWORD, NEW, NEW + "!", 422, id="typed differently"),
        pytest.param(PASSWORD, "Nguyễn Thị Lan", "Nguyễn Thị Lan", 422, id="weak"),
    ],
)
def test_a_password_is_not_changed_by_halves(client, engine, present, password, again, status):
    add_staff(engine, "operator")
    sign_in(client)
    form = {"present": present, "password": password, "again": again}
    assert send(client, "/staff/profile", "/staff/profile/password", **form).status_code == status
    assert sign_in(client).status_code == 303


def test_the_page_remembers_the_language(client, engine):
    add_staff(engine, "operator")
    sign_in(client)
    assert '<html lang="vi">' in client.get("/staff").text
    assert '<html lang="en">' in client.get("/staff?lang=en").text
    assert "Hello, " in client.get("/staff").text


def test_pages_of_staff_are_kept_by_no_cache_and_allow_no_foreign_thing(client, engine):
    add_staff(engine, "operator")
    sign_in(client)
    reply = client.get("/staff", headers={"Accept-Encoding": "gzip"})
    assert reply.headers["cache-control"] == "no-store"
    assert "unsafe-inline" not in reply.headers["content-security-policy"]
    assert "content-encoding" not in reply.headers  # packed, its length would tell the csrf value
    for trace in ("style=", "onclick", "http://", "https://"):
        assert trace not in reply.text


def secret_in(page) -> str:
    found = re.search(r"<code>([A-Z2-7 ]{39})</code>", page.text)
    assert found, page.text
    return found[1].replace(" ", "")
