"""Accounts: invited by a link that is good once, changed and closed by others, never by oneself."""

import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select
from typer.testing import CliRunner

from api.app import create_app
from api.cli.main import app as commands
from api.errors import Malformed
from api.settings import Settings
from api.staff.accounts import Wanted, invite_account
from api.staff.queries import list_accounts
from api.staff_access.staff import Grant
from api.tables import AuditEvent, Counter, StaffAccount, StaffInvitation
from tests.api.staff.people import (
    EMAIL,
    PASSWORD,
    add_second_factor,
    add_staff,
    audited,
    code_of,
    invite,
    send,
    sign_in,
)
from tests.conftest import NOW
from tests.stored import make_unit, store

ADMIN = "quantri@example.vn"


@pytest.fixture
def admin(client, engine) -> str:
    """Id of an administrator of everything, signed in."""
    return sign_in_admin(client, engine, "administrator")


def sign_in_admin(client, engine, role: str) -> str:
    id = add_staff(engine, role, email=ADMIN)
    secret = add_second_factor(engine, id)
    sign_in(client, email=ADMIN)
    assert send(client, "/staff/code", code=code_of(secret)).status_code == 303
    return id


def link_in(page) -> str:
    found = re.search(r"/staff/invitation/[\w-]{43}", page.text)
    assert found, page.text
    return found[0]


def test_no_account_is_there_before_one_is_made(engine, client):
    with Session(engine) as session:
        assert session.exec(select(StaffAccount)).all() == []
    for email, password in (("admin", "admin"), ("admin@example.vn", "password"), ("root", "")):
        assert sign_in(client, email=email, password=password).status_code == 401


def test_an_invited_person_sets_a_password_and_signs_in(client, engine):
    link = f"/staff/invitation/{invite(engine, 'operator')}"

    assert "Nguyễn Thị Lan" in client.get(link).text
    reply = send(client, link, password=PASSWORD, again=PASSWORD)

    assert reply.headers["location"] == "/staff/sign-in?done=password"
    assert "Đã đặt mật khẩu" in client.get(reply.headers["location"]).text
    assert sign_in(client).status_code == 303
    assert client.get(link).status_code == 404  # good once


@pytest.mark.parametrize(
    ("password", "again", "told"),
    [
        pytest.param("ngắn quá", "ngắn quá", "từ 12 đến 200 ký tự", id="weak"),
        pytest.param(PASSWORD, PASSWORD + "!", "không giống nhau", id="differ"),
    ],
)
def test_a_refused_password_uses_nothing_up(client, engine, password, again, told):
    link = f"/staff/invitation/{invite(engine, 'operator')}"
    reply = send(client, link, password=password, again=again)
    assert reply.status_code == 422
    assert told in reply.text
    assert password not in reply.text
    assert client.get(link).status_code == 200


def test_an_invitation_ends_after_its_hours_and_with_the_next_one(settings, engine):
    token = invite(engine, "operator")
    for hours, status in ((23, 200), (24, 404)):
        app = create_app(settings, clock=lambda hours=hours: NOW + timedelta(hours=hours))
        with TestClient(app) as client:
            assert client.get(f"/staff/invitation/{token}").status_code == status
        app.state.engine.dispose()


def test_only_a_hash_of_the_link_is_stored(engine):
    token = invite(engine, "operator")
    with Session(engine) as session:
        assert token not in str(session.exec(select(StaffInvitation)).all())
        assert token not in str([row.detail for row in session.exec(select(AuditEvent))])


def test_an_administrator_invites_and_the_link_works(client, engine, admin):
    store(engine, [make_unit("01273"), make_counter("01273-Q1")])

    page = send(
        client,
        "/staff/accounts",
        email="Minh@Example.vn",
        name="Trần Minh",
        grants="operator 01273\nunit_head 01273",
        own_counters="01273-Q1",
    )

    assert page.status_code == 200
    assert client.get(link_in(page)).status_code == 200
    with Session(engine) as session:
        row = session.exec(select(AuditEvent).where(AuditEvent.action == "account.invite")).all()[-1]
    assert row.actor == f"staff {admin}"
    assert row.detail == {
        "unit": "01273",
        "roles": ["operator 01273", "unit_head 01273"],
        "counters": ["01273-Q1"],
    }
    assert "đã mời" in client.get("/staff/accounts").text


def test_everything_wrong_with_an_invitation_is_told_at_once_and_what_was_typed_stays(client, admin):
    page = send(
        client, "/staff/accounts", email="minh", name=" ", grants="boss 9\noperator 9", own_counters="Q9 Q\x008"
    )
    assert page.status_code == 422
    for told in ("E-mail chưa đúng", "Cần họ tên", "Vai trò phải là", "Không có đơn vị này", "Không có quầy này"):
        assert told in page.text
    assert "boss 9\noperator 9</textarea>" in page.text


def test_an_account_needs_a_role(session):
    with pytest.raises(Malformed):
        invite_account(session, Wanted(EMAIL, "Lan", []), now=NOW, settings=Settings(), actor="cli")


def test_the_same_e_mail_in_capitals_is_the_same_account(client, engine, admin):
    add_staff(engine, "operator")
    assert send(client, "/staff/accounts", email="LAN@example.vn", name="x", grants="operator").status_code == 409


def test_a_disabled_person_is_out_and_a_reset_lets_them_in_again(client, engine, admin, app):
    id = add_staff(engine, "operator")
    page = f"/staff/accounts/{id}"
    with TestClient(app) as theirs:
        sign_in(theirs)
        assert send(client, page, f"{page}/disable").status_code == 303
        assert theirs.get("/staff", follow_redirects=False).status_code == 303
        assert sign_in(theirs).status_code == 401
        link = link_in(send(client, page, f"{page}/reset"))
        assert sign_in(theirs).status_code == 401  # the old password is gone
        assert send(theirs, link, password="một câu khác hẳn", again="một câu khác hẳn").status_code == 303
        assert sign_in(theirs, password="một câu khác hẳn").status_code == 303


@pytest.mark.parametrize(("fields", "is_kept"), [({}, True), ({"second_factor": "yes"}, False)])
def test_a_reset_keeps_the_second_factor_unless_told_otherwise(client, engine, admin, fields, is_kept):
    id = add_staff(engine, "operator")
    add_second_factor(engine, id)
    send(client, f"/staff/accounts/{id}", f"/staff/accounts/{id}/reset", **fields)
    with Session(engine) as session:
        assert (session.get(StaffAccount, id).totp_secret is not None) == is_kept


@pytest.mark.parametrize("what", ["", "/disable", "/reset"])
def test_nobody_changes_their_own_account(client, engine, admin, what):
    reply = send(client, "/staff/profile", f"/staff/accounts/{admin}{what}", name="x", grants="administrator")
    assert reply.status_code == 403
    assert client.get("/staff", follow_redirects=False).status_code == 200


def test_an_administrator_of_a_unit_reaches_only_what_lies_below(client, engine):
    store(engine, [make_unit("01", parent_code=None), make_unit("01273"), make_unit("01276")])
    sign_in_admin(client, engine, "administrator 01273")
    above = add_staff(engine, "operator 01", email="tren@example.vn")
    beside = add_staff(engine, "operator 01276", email="ben@example.vn")
    below = add_staff(engine, "operator 01273", email="duoi@example.vn")

    listed = client.get("/staff/accounts").text
    assert ("duoi@" in listed, "tren@" in listed, "ben@" in listed) == (True, False, False)
    assert [client.get(f"/staff/accounts/{id}").status_code for id in (below, above, beside)] == [200, 404, 404]
    for grants in ("operator 01276", "operator 01", "administrator", "operator *"):
        assert send(client, "/staff/accounts", email="x@example.vn", name="x", grants=grants).status_code == 403
        assert send(client, f"/staff/accounts/{below}", name="x", grants=grants).status_code == 403
    assert send(client, "/staff/accounts", f"/staff/accounts/{beside}/disable").status_code == 404
    assert (
        send(client, "/staff/accounts", email="x@example.vn", name="x", grants="operator 01273").status_code == 200
    )


def test_changed_roles_count_at_the_next_request(client, engine, admin, app):
    id = add_staff(engine, "operator")
    with TestClient(app) as theirs:
        sign_in(theirs)
        reply = send(client, f"/staff/accounts/{id}", name="Lan", grants="unit_head")
        assert reply.headers["location"].endswith("done=changed")
        assert "lãnh đạo đơn vị" in theirs.get("/staff").text


def test_the_commands_invite_list_disable_and_reset(database_url, engine, monkeypatch):
    monkeypatch.setenv("HAILONG_DATABASE_URL", database_url)
    monkeypatch.setenv("HAILONG_PUBLIC_URL", "https://khaosat.example.vn")
    store(engine, [make_unit("01273")])
    run = CliRunner().invoke

    added = run(
        commands,
        ["staff", "add", "--email", EMAIL, "--name", "Lan", "--role", "administrator", "--role", "operator:01273"],
    )
    assert added.exit_code == 0, added.output
    assert re.fullmatch(r"https://khaosat\.example\.vn/staff/invitation/[\w-]{43}", added.stdout.strip())
    listed = run(commands, ["staff", "list"]).output
    assert "administrator:* operator:01273" in listed
    assert "đã mời" in listed
    assert run(commands, ["staff", "disable", EMAIL]).exit_code == 0
    assert "đã khóa" in run(commands, ["staff", "list"]).output
    again = run(commands, ["staff", "reset", EMAIL.upper(), "--second-factor"])
    assert again.stdout.strip() != added.stdout.strip()
    assert audited(engine) == [("cli", "account.invite"), ("cli", "account.disable"), ("cli", "account.reset")]


def make_counter(code: str) -> Counter:
    return Counter(code=code, unit_code="01273", name="Quầy 1", valid_from=NOW.date())


def test_grants_are_kept_once(session):
    twice = [Grant("operator", None), Grant("operator", None)]
    invite_account(session, Wanted(EMAIL, "Lan", twice), now=NOW, settings=Settings(), actor="cli")
    assert len(list_accounts(session)[0].grants) == 1
