"""What tablets left behind goes after its time; numbers that came never look lost because of it."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, func, select

from api.db import begin_write
from api.kiosks.fleet_queries import read_fleet
from api.kiosks.purging import purge_kiosks
from api.kiosks.retrying import close_refusals
from api.tables import AuditEvent, KioskEnrolment, KioskRefusal, KioskSpan, KioskTicket, KioskTrouble
from tests.api.kiosks.conftest import make_heartbeat, make_item
from tests.conftest import NOW


def purge(engine: Engine, days: float) -> dict[str, int]:
    with Session(engine) as session, session.begin():
        begin_write(session)
        return purge_kiosks(session, now=NOW + timedelta(days=days), actor="test")


def count(engine: Engine, table: type) -> int:
    with Session(engine) as session:
        return session.exec(select(func.count()).select_from(table)).one()


def test_each_kind_goes_after_its_time_and_not_before(tablet, engine: Engine):
    trouble = {"at": NOW.isoformat(), "code": "given_up", "detail": ""}
    tablet.post("heartbeat", make_heartbeat(errors=[trouble]))
    tablet.post("events-ticket", {})
    assert purge(engine, 30) == {
        "spans": 0, "troubles": 0, "codes": 0, "tickets": 1, "services": 0, "refused_items": 0,
    }  # fmt: skip
    assert purge(engine, 31)["codes"] == 1
    gone = purge(engine, 401)
    assert (gone["spans"], gone["troubles"]) == (1, 1)
    assert [count(engine, table) for table in (KioskSpan, KioskTrouble, KioskEnrolment, KioskTicket)] == [0] * 4


def test_of_a_closed_refusal_the_words_go_and_the_number_stays(tablet, engine: Engine):
    tablet.send(make_item(1), make_item(2, version="2031.7", answers={"comment": "Lan"}), make_item(3))
    with Session(engine) as session, session.begin():
        begin_write(session)
        refusal = session.exec(select(KioskRefusal.id)).one()
        close_refusals(session, [refusal], now=NOW)
    assert purge(engine, 90)["refused_items"] == 0
    assert purge(engine, 91)["refused_items"] == 1
    assert purge(engine, 92)["refused_items"] == 0
    with Session(engine) as session:
        (row,) = session.exec(select(KioskRefusal))
        (known,) = read_fleet(session, now=NOW + timedelta(days=91))
    assert (row.item, row.sequence, known.gaps) == ("", 2, ())


def test_what_is_still_open_in_quarantine_is_never_emptied(tablet, engine: Engine):
    tablet.send(make_item(1, version="2031.7"))
    assert purge(engine, 4000)["refused_items"] == 0


@pytest.mark.parametrize("days", [0, 31])
def test_a_purge_that_deleted_something_is_in_the_audit(tablet, engine: Engine, days):
    purge(engine, days)
    with Session(engine) as session:
        actions = [row.action for row in session.exec(select(AuditEvent))]
    assert ("kiosk.purge" in actions) is (days == 31)
