"""The audit page: newest first, filtered, paged, and only what is about one's units."""

from datetime import timedelta

from sqlmodel import Session

from api.audit import record_event
from api.staff_access.deeds import record_deed
from api.staff_access.staff import Staff
from tests.api.staff.people import add_second_factor, add_staff, code_of, send, sign_in
from tests.conftest import NOW
from tests.stored import make_unit, store

ADMIN = "quantri@example.vn"


def sign_in_admin(client, engine, role: str) -> str:
    id = add_staff(engine, role, email=ADMIN)
    secret = add_second_factor(engine, id)
    sign_in(client, email=ADMIN)
    send(client, "/staff/code", code=code_of(secret))
    return id


def add_events(engine, *units: str | None) -> None:
    with Session(engine) as session, session.begin():
        for number, unit in enumerate(units):
            at = NOW - timedelta(days=number)
            record_event(session, at=at, actor="cli", action="kiosk.enrol", subject=f"máy {number}", unit=unit)


def test_the_audit_tells_who_did_what_when_about_which_unit(client, engine):
    id = sign_in_admin(client, engine, "administrator")
    staff = Staff(id, "", "", (), frozenset(), "profile", "")
    with Session(engine) as session, session.begin():
        record_deed(session, staff, at=NOW, action="kiosk.revoke", subject="máy 7", unit="01273", why="mất")

    page = client.get("/staff/audit").text

    row = page[page.index("kiosk.revoke") - 400 : page.index("kiosk.revoke") + 400]
    for told in ("20/11/2026 10:00:00", "Nguyễn Thị Lan", "máy 7", "01273", "why: mất"):
        assert told in row


def test_the_audit_is_filtered(client, engine):
    sign_in_admin(client, engine, "administrator")
    add_events(engine, "01273", "01276", None)

    assert "máy 1" in client.get("/staff/audit?unit=01276").text
    assert "máy 0" not in client.get("/staff/audit?unit=01276").text
    assert "máy 0" not in client.get("/staff/audit?action=sign_in").text
    assert "máy 0" not in client.get("/staff/audit?actor=nguyễn").text
    assert "máy" not in client.get("/staff/audit?action=%25").text  # % is no pattern
    by_day = client.get("/staff/audit?day=2026-11-19").text
    assert ("máy 0" in by_day, "máy 1" in by_day) == (False, True)
    for odd in ("day=never", "actor=%00", "unit=%F0%9F%98%80", "day=9999-12-31"):
        assert client.get(f"/staff/audit?{odd}").status_code == 200


def test_whoever_administers_a_unit_reads_what_was_done_about_it(client, engine):
    store(engine, [make_unit("01273"), make_unit("01276")])
    sign_in_admin(client, engine, "administrator 01273")
    add_events(engine, "01273", "01276", None)
    page = client.get("/staff/audit").text
    assert ("máy 0" in page, "máy 1" in page, "máy 2" in page) == (True, False, False)


def test_a_long_audit_has_pages(client, engine):
    sign_in_admin(client, engine, "administrator")
    add_events(engine, *["01273"] * 150)
    first = client.get("/staff/audit?action=kiosk").text
    older = first.split('href="/staff/audit?')[-1].split('"')[0].replace("&amp;", "&")
    second = client.get(f"/staff/audit?{older}").text
    assert first.count("<code>kiosk.enrol</code>") == 100
    assert second.count("<code>kiosk.enrol</code>") == 50
