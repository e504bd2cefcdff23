"""In by password and code, and out again: what is asked, what is refused, what it leaves in the audit."""

from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from api.staff.second_factor import make_recovery_codes
from api.staff_access.cookies import SESSION, VISIT
from api.tables import AuditEvent, StaffAccount, StaffSession
from tests.api.staff.people import (
    EMAIL,
    PASSWORD,
    add_second_factor,
    add_staff,
    audited,
    code_of,
    csrf_in,
    send,
    sign_in,
)
from tests.conftest import NOW


def test_the_right_password_opens_the_first_page(client, engine):
    id = add_staff(engine, "operator")

    reply = sign_in(client)

    assert (reply.status_code, reply.headers["location"]) == (303, "/staff")
    assert "Nguyễn Thị Lan" in client.get("/staff").text
    assert audited(engine)[-1] == (f"staff {id}", "sign_in")


@pytest.mark.parametrize(
    ("email", "password"),
    [
        pytest.param(EMAIL, "something else 12", id="wrong password"),
        pytest.param("nobody@example.vn", PASSWORD, id="nobody"),
        pytest.param("", "", id="empty"),
        pytest.param("a\x00b@example.vn", "x" * 10_000, id="odd"),
    ],
)
def test_a_wrong_password_and_an_unknown_name_are_refused_in_the_same_words(client, engine, email, password):
    add_staff(engine, "operator")

    reply = sign_in(client, email=email, password=password)

    assert reply.status_code == 401
    assert "E-mail hoặc mật khẩu không đúng" in reply.text
    assert SESSION not in client.cookies


def test_every_refusal_leaves_one_row_and_never_what_was_typed(client, engine):
    id = add_staff(engine, "operator")
    sign_in(client, password="một câu nào đó khác")
    sign_in(client, email="mat-khau-go-nham@example.vn")
    assert audited(engine)[-2:] == [(f"staff {id}", "sign_in.refused"), ("unknown", "sign_in.refused")]
    with Session(engine) as session:
        assert "nham" not in str([row.model_dump() for row in session.exec(select(AuditEvent))])


def test_a_disabled_or_only_invited_account_does_not_open(client, engine):
    id = add_staff(engine, "operator")
    with Session(engine) as session, session.begin():
        session.get(StaffAccount, id).disabled_at = NOW

    assert sign_in(client).status_code == 401


def test_a_password_typed_in_pieces_is_the_same_password(client, engine):
    import unicodedata

    add_staff(engine, "operator")
    assert sign_in(client, password=unicodedata.normalize("NFD", PASSWORD)).status_code == 303


def test_an_old_hash_is_made_anew_at_sign_in(client, engine):
    id = add_staff(engine, "operator")
    weak = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    with Session(engine) as session, session.begin():
        session.get(StaffAccount, id).password_hash = weak

    assert sign_in(client).status_code == 303

    with Session(engine) as session:
        stored = session.get(StaffAccount, id).password_hash
    assert stored.startswith("$argon2id$")
    assert "m=65536" in stored


def test_the_cookie_is_for_staff_pages_only_and_out_of_reach_of_scripts(app, engine):
    add_staff(engine, "operator")
    with TestClient(app, base_url="https://testserver") as client:
        cookie = sign_in(client).headers["set-cookie"]
    for part in ("Path=/staff", "HttpOnly", "SameSite=lax", "Secure"):
        assert part in cookie


def test_citizens_get_no_cookie(client):
    for path in ("/", "/f/one_stop", "/results", "/api/v1/forms"):
        assert "set-cookie" not in client.get(path).headers


def test_only_a_hash_of_the_session_is_stored_and_each_sign_in_has_its_own(client, engine):
    add_staff(engine, "operator")
    sign_in(client)
    first = client.cookies[SESSION]
    sign_in(client)
    second = client.cookies[SESSION]
    with Session(engine) as session:
        rows = session.exec(select(StaffSession)).all()
    assert first != second
    assert len(rows) == 1  # the former one ended
    assert second not in str(rows)


def test_a_page_leads_to_sign_in_and_back_again(client, engine):
    add_staff(engine, "operator")

    away = client.get("/staff/profile?lang=en", follow_redirects=False)
    reply = sign_in(client, next="/staff/profile?lang=en")

    assert away.headers["location"] == "/staff/sign-in?next=%2Fstaff%2Fprofile%3Flang%3Den"
    assert reply.headers["location"] == "/staff/profile?lang=en"


@pytest.mark.parametrize(
    "next",
    [
        "https://evil.example",
        "//evil.example",
        "/staff//evil.example",
        "/staff\\evil",
        "/results",
        "/staff/../x",
        "/staffing",
    ],
)
def test_sign_in_never_leads_elsewhere(client, engine, next):
    add_staff(engine, "operator")
    assert sign_in(client, next=next).headers["location"] == "/staff"


def test_a_form_from_another_site_does_not_sign_in(client, engine):
    add_staff(engine, "operator")
    form = {"email": EMAIL, "password": PASSWORD}

    without_cookie = client.post("/staff/sign-in", data=form)
    client.get("/staff/sign-in")
    without_value = client.post("/staff/sign-in", data=form)
    wrong_value = client.post("/staff/sign-in", data=form | {"csrf": "0" * 64})

    assert VISIT in client.cookies
    assert [reply.status_code for reply in (without_cookie, without_value, wrong_value)] == [422, 403, 403]
    assert SESSION not in client.cookies


def test_a_post_without_the_value_of_the_session_changes_nothing(client, engine):
    add_staff(engine, "operator")
    sign_in(client)

    assert client.post("/staff/sign-out-everywhere").status_code == 403
    assert client.get("/staff", follow_redirects=False).status_code == 200


def test_a_second_factor_is_asked_for_and_its_code_counts_once(client, engine, app):
    id = add_staff(engine, "operator")
    code = code_of(add_second_factor(engine, id))

    first = sign_in(client)
    closed = client.get("/staff", follow_redirects=False)
    done = send(client, "/staff/code", code=code)
    opened = client.get("/staff", follow_redirects=False)

    assert first.headers["location"].startswith("/staff/code")
    assert closed.headers["location"].startswith("/staff/sign-in")
    assert (done.status_code, done.headers["location"]) == (303, "/staff")
    assert opened.status_code == 200
    with TestClient(app) as other:
        sign_in(other)
        replayed = send(other, "/staff/code", code=code)
    assert replayed.status_code == 401
    assert "không đúng hoặc đã dùng" in replayed.text


@pytest.mark.parametrize(
    ("seconds", "status"),
    [
        pytest.param(0, 303, id="now"),
        pytest.param(-30, 303, id="the phone is half a minute late"),
        pytest.param(30, 303, id="the phone is half a minute early"),
        pytest.param(-90, 401, id="old"),
        pytest.param(90, 401, id="not yet"),
    ],
)
def test_a_code_counts_around_its_half_minute(client, engine, seconds, status):
    secret = add_second_factor(engine, add_staff(engine, "operator"))
    sign_in(client)
    assert (
        send(client, "/staff/code", code=code_of(secret, NOW + timedelta(seconds=seconds))).status_code == status
    )


def test_the_session_of_the_code_is_not_that_of_the_password(client, engine):
    secret = add_second_factor(engine, add_staff(engine, "operator"))
    sign_in(client)
    half = client.cookies[SESSION]
    send(client, "/staff/code", code=code_of(secret))
    assert client.cookies[SESSION] != half
    with Session(engine) as session:
        assert [row.step for row in session.exec(select(StaffSession))] == ["full"]


def test_after_five_wrong_codes_the_password_is_asked_for_again(client, engine):
    secret = add_second_factor(engine, add_staff(engine, "operator"))
    sign_in(client)
    page = client.get("/staff/code")
    for _ in range(5):
        client.post("/staff/code", data={"csrf": csrf_in(page), "code": "000000"})
    late = client.post(
        "/staff/code", data={"csrf": csrf_in(page), "code": code_of(secret)}, follow_redirects=False
    )
    assert late.status_code == 401
    assert client.get("/staff", follow_redirects=False).status_code == 303


def test_a_recovery_code_stands_in_once(client, engine):
    id = add_staff(engine, "operator")
    add_second_factor(engine, id)
    with Session(engine) as session, session.begin():
        codes = make_recovery_codes(session, id)
    sign_in(client)
    assert send(client, "/staff/code", code=codes[0].upper().replace("-", " ")).status_code == 303
    sign_in(client)
    assert send(client, "/staff/code", code=codes[0]).status_code == 401
    assert send(client, "/staff/code", code=codes[1]).status_code == 303


def test_whoever_needs_a_second_factor_gets_nowhere_before_they_have_one(client, engine):
    add_staff(engine, "administrator")

    reply = sign_in(client)

    assert reply.headers["location"].startswith("/staff/second-factor")
    assert client.get("/staff/accounts", follow_redirects=False).status_code == 303
    assert "<svg" in client.get("/staff/second-factor").text


def test_signing_out_ends_the_session_in_the_database(client, engine):
    add_staff(engine, "operator")
    sign_in(client)
    token = client.cookies[SESSION]

    reply = send(client, "/staff", "/staff/sign-out")
    client.cookies.set(SESSION, token, path="/staff")

    assert reply.headers["location"] == "/staff/sign-in?done=signed_out"
    assert client.get("/staff", follow_redirects=False).status_code == 303


def test_signing_out_everywhere_ends_the_other_browser_too(client, engine, app):
    add_staff(engine, "operator")
    with TestClient(app) as other:
        sign_in(other)
        sign_in(client)
        send(client, "/staff/profile", "/staff/sign-out-everywhere")
        assert other.get("/staff", follow_redirects=False).status_code == 303
