"""The last state of each tablet is kept whole, all signs of life as spans without a break."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from api.kiosks.configuration import read_hours, write_hours
from api.kiosks.heartbeats import read_heartbeat, record_heartbeats
from api.kiosks.hours import is_open, open_seconds_between
from api.tables import KioskSpan, KioskState
from tests.api.kiosks.conftest import make_heartbeat
from tests.conftest import NOW

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
HOURS = {"fri": [["07:30", "11:30"], ["13:30", "17:00"]]}


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+07:00")


def test_the_reply_says_what_the_tablet_should_have(tablet, app):
    reply = tablet.post("heartbeat", make_heartbeat())
    assert reply.status_code == 200, reply.text
    assert reply.json() == {
        "server_time": NOW.isoformat(),
        "config_version": tablet.config["version"],
        "app_version": app.state.kiosk_assets.version,
        "minutes": 5,
    }


def test_the_last_state_is_kept_with_the_measured_offset(tablet, session: Session):
    tablet.post("heartbeat", make_heartbeat(queue_length=3))
    tablet.post("heartbeat", make_heartbeat(queue_length=4, at=(NOW - timedelta(hours=1)).isoformat()))
    state = session.exec(select(KioskState)).one()
    assert (state.told["queue_length"], state.clock_offset_seconds) == (4, 3600)
    assert state.received_at == NOW


@pytest.mark.parametrize(
    "odd",
    [
        {"battery": None, "storage": None, "monotonic": None},
        {"errors": [{"at": "1970", "code": "x\x00", "detail": "y" * 5000}], "oldest_queued_at": "who knows"},
        {"something_new": 1},
        {"at": "1970-01-01T00:00:00Z"},
    ],
)
def test_an_odd_tablet_is_heard_too(tablet, odd):
    assert tablet.post("heartbeat", make_heartbeat(**odd)).status_code == 200


def test_a_heartbeat_that_is_none_is_told_every_problem(tablet):
    reply = tablet.post("heartbeat", make_heartbeat(queue_length=-1, last_sequence="viele"))
    assert (reply.status_code, reply.json()["action"]) == (422, "final")
    assert {problem["field"] for problem in reply.json()["problems"]} == {"queue_length", "last_sequence"}


def test_signs_of_life_join_until_there_is_a_break_or_the_office_closes(tablet, engine: Engine, session: Session):
    heard = ["10:00", "10:05", "10:20", "10:37", "11:55", "12:05", "12:10"]  # closes at 11:30, and 30 minutes
    beats = [read_heartbeat(make_heartbeat(), device=tablet.id, now=at(f"2026-11-20T{time}")) for time in heard]
    with Session(engine) as writing, writing.begin():
        record_heartbeats(writing, beats, ZONE)
    spans = session.exec(select(KioskSpan).order_by(KioskSpan.started_at)).all()
    assert [
        (f"{span.started_at.astimezone(ZONE):%H:%M}", f"{span.ended_at.astimezone(ZONE):%H:%M}", span.is_outside)
        for span in spans
    ] == [
        ("10:00", "10:20", False),
        ("10:37", "10:37", False),
        ("11:55", "11:55", False),
        ("12:05", "12:10", True),
    ]
    assert [span.heartbeats for span in spans] == [3, 1, 1, 2]


@pytest.mark.parametrize(
    ("instant", "wanted"),
    [
        pytest.param("2026-11-20T07:30", True, id="opens"),
        pytest.param("2026-11-20T11:30", False, id="closes"),
        pytest.param("2026-11-20T12:00", False, id="noon"),
        pytest.param("2026-11-21T09:00", False, id="Saturday"),
    ],
)
def test_an_office_is_open_in_its_hours(instant, wanted):
    assert is_open(HOURS, at(instant), ZONE) is wanted
    assert is_open({}, at(instant), ZONE)


def test_only_opening_hours_count_as_silence():
    # Friday 16:00 to the Friday after at 08:00: one hour, then half an hour.
    assert open_seconds_between(HOURS, at("2026-11-20T16:00"), at("2026-11-27T08:00"), ZONE) == 1.5 * 3600
    assert open_seconds_between({}, at("2026-11-20T16:00"), at("2026-11-20T17:00"), ZONE) == 3600


def test_hours_are_read_as_they_are_written():
    hours = read_hours("mon-tue 07:30–11:30 13:30-17:00; sat 07:30-11:30")
    assert list(hours) == ["mon", "tue", "sat"]
    assert read_hours(write_hours(hours)) == hours
    assert write_hours(hours) == "mon-tue 07:30-11:30 13:30-17:00; sat 07:30-11:30"
    assert read_hours("") == {}


@pytest.mark.parametrize(
    "text",
    [
        "mon",
        "mon 7:30-11:30",
        "xyz 07:30-11:30",
        "mon 11:30-07:30",
        "fri-mon 07:30-08:30",
        "mon 07:30-11:30 11:00-12:00",
    ],
)
def test_hours_that_cannot_be_are_refused(text):
    with pytest.raises(ValueError, match="hours such as"):
        read_hours(text)
