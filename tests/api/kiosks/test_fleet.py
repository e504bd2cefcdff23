"""The fleet page explains what happened to each tablet, in sentences, with since when."""

from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from api.kiosks.devices import revoke_device
from api.kiosks.fleet import judge_fleet
from api.kiosks.heartbeats import read_heartbeat, record_heartbeats
from api.kiosks.retrying import retry_refusals
from api.tables import Procedure
from survey_forms.loader import load_catalogue
from tests.api.kiosks.conftest import make_heartbeat, make_item
from tests.conftest import NOW

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
FORMS = load_catalogue()
SOON = NOW + timedelta(minutes=20)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+07:00")


def judge(engine: Engine, now: datetime = SOON, **more):
    with Session(engine) as session:
        return judge_fleet(session, forms=FORMS, app_version="1", now=now, zone=ZONE, **more)


def findings(engine: Engine, now: datetime = SOON) -> dict[str, str]:
    return {found.code: found.vi for one in judge(engine, now) for found in one.findings}


def hear(engine: Engine, device: str, now: datetime, **told) -> None:
    beat = read_heartbeat(make_heartbeat(**({"at": now.isoformat()} | told)), device=device, now=now)
    with Session(engine) as session, session.begin():
        record_heartbeats(session, [beat], ZONE)


def test_a_tablet_that_is_well_has_nothing_to_say(tablet, engine: Engine):
    tablet.send(make_item(1), make_item(2))
    tablet.post("heartbeat", make_heartbeat(last_sequence=2))
    (judged,) = judge(engine)
    assert (judged.findings, judged.state, judged.known.responses) == ([], "well", 2)


def test_numbers_that_never_came_are_named(tablet, engine: Engine):
    tablet.send(*[make_item(number) for number in (1, 2, 7, 8, 10)])
    tablet.post("heartbeat", make_heartbeat(last_sequence=12))
    assert findings(engine)["gap"] == "máy 1 thiếu số 3–6, 9, 11–12 (7 phiếu chưa tới)"


def test_what_waits_on_the_tablet_or_is_on_its_way_is_no_gap(tablet, engine: Engine):
    tablet.send(make_item(1), make_item(4))
    assert "gap" not in findings(engine, NOW + timedelta(minutes=14))
    tablet.send(make_item(2), make_item(3))
    tablet.post("heartbeat", make_heartbeat(last_sequence=9, queue_length=5))
    assert "gap" not in findings(engine)


def test_a_number_in_quarantine_is_no_gap_but_told(tablet, engine: Engine):
    tablet.send(make_item(1), make_item(2, version="2031.7"), make_item(3))
    told = findings(engine)
    assert "gap" not in told
    tablet.send(make_item(4, version="2031.7"))
    tablet.post("heartbeat", make_heartbeat(last_sequence=5))
    assert "thiếu số 5 " in findings(engine)["gap"]
    assert told["refused"].startswith("1 phiếu nằm ở khu cách ly")


def test_a_tablet_that_was_enrolled_before_goes_on_counting_without_a_gap(enrol, engine: Engine):
    tablet = enrol(first_sequence=119)
    tablet.send(make_item(119))
    assert "gap" not in findings(engine)
    tablet.send(make_item(121))
    assert "thiếu số 120 " in findings(engine)["gap"]


def test_the_first_numbers_can_be_lost_too(tablet, engine: Engine):
    tablet.send(make_item(4))
    assert "thiếu số 1–3 " in findings(engine)["gap"]


def test_a_number_used_twice_tells_of_a_cleared_storage(tablet, engine: Engine):
    tablet.send(make_item(1), make_item(1, id=str(uuid4())))
    assert "1 số bị dùng hai lần" in findings(engine)["numbers_twice"]


@pytest.mark.parametrize(
    ("now", "is_silent"),
    [
        pytest.param(NOW + timedelta(minutes=30), False, id="half an hour"),
        pytest.param(NOW + timedelta(minutes=31), True, id="longer"),
    ],
)
def test_silence_counts_in_opening_hours(tablet, engine: Engine, now, is_silent):
    hear(engine, tablet.id, NOW)
    assert ("silent" in findings(engine, now)) is is_silent


def test_a_night_and_a_weekend_are_no_silence(tablet, engine: Engine):
    hear(engine, tablet.id, at("2026-11-20T17:05"))  # Friday
    assert "silent" not in findings(engine, at("2026-11-23T07:55"))
    assert "silent" in findings(engine, at("2026-11-23T08:01"))


def test_a_tablet_never_heard_is_told(tablet, engine: Engine):
    assert findings(engine, NOW + timedelta(hours=1))["silent"].startswith("máy chưa bao giờ báo")


def test_a_counter_without_answers_for_a_working_day_is_told(tablet, engine: Engine):
    hear(engine, tablet.id, at("2026-11-23T10:30"))  # enrolled on Friday at 10:00: 5 h then, 3 h on Monday
    assert "no_answers" not in findings(engine, at("2026-11-23T10:30"))
    assert findings(engine, at("2026-11-23T10:31"))["no_answers"] == "quầy Q1 không có phiếu nào"


def test_a_tablet_awake_at_night_is_told(tablet, engine: Engine):
    for minutes in range(0, 30, 5):
        hear(engine, tablet.id, at("2026-11-20T22:00") + timedelta(minutes=minutes))
    (judged,) = judge(engine, at("2026-11-21T08:00"))
    (found,) = [finding for finding in judged.findings if finding.code == "awake_outside"]
    assert (found.since, found.vi) == (at("2026-11-20T22:00"), "máy thức ngoài giờ làm việc (1 lần trong 7 ngày)")


def test_an_answer_never_pressed_in_two_hundred_is_told(tablet, engine: Engine):
    presses = {"overall:1": 4, "overall:2": 6, "overall:4": 80, "overall:5": 110}
    hear(engine, tablet.id, NOW, presses=presses)
    assert findings(engine)["never_pressed"].startswith("mức 3 chưa từng được bấm trong 200 lần")
    hear(engine, tablet.id, NOW, presses=presses | {"overall:5": 109})
    assert "never_pressed" not in findings(engine)


@pytest.mark.parametrize(
    ("told", "code", "words"),
    [
        ({"storage": {"persisted": False}}, "storage_not_persistent", "màn hình chính"),
        ({"storage": {"usage": 91, "quota": 100}}, "storage_full", "bộ nhớ gần đầy"),
        ({"at": (NOW - timedelta(days=365)).isoformat()}, "clock_off", "chậm 365 ngày"),
        ({"at": (NOW + timedelta(seconds=121)).isoformat()}, "clock_off", "nhanh 2 phút"),
        ({"battery": {"level": 0.19, "charging": False}}, "battery_low", "pin còn 19 %"),
        ({"app_version": "0"}, "app_old", "phiên bản cũ"),
        ({"config_version": "0.abc"}, "config_old", "chưa nhận cấu hình mới"),
        ({"queue_length": 50}, "queue", "50 phiếu chờ gửi"),
        (
            {"queue_length": 1, "oldest_queued_at": (NOW - timedelta(days=1, seconds=1)).isoformat()},
            "queue",
            "1 phiếu chờ gửi",
        ),
        ({"is_visible": False}, "not_visible", "không hiện"),
        ({"errors": [{"at": NOW.isoformat(), "code": "quota", "detail": "x"}]}, "errors", "quota x"),
    ],
)
def test_what_a_tablet_tells_is_put_in_words(tablet, engine: Engine, told, code, words):
    hear(engine, tablet.id, NOW, **told)
    assert words in findings(engine, NOW)[code]


def test_a_clock_at_1970_and_words_for_instants_break_nothing(tablet, engine: Engine):
    hear(engine, tablet.id, NOW, at="1970-01-01T00:00:00Z", queue_length=2, oldest_queued_at="hôm qua")
    assert "clock_off" in findings(engine, NOW)


def test_only_the_tablets_of_the_units_asked_for_are_shown(enrol, engine: Engine):
    enrol()
    other = enrol(unit="00008", counter="Q8")
    assert [one.known.device.id for one in judge(engine, units={"00008"})] == [other.id]
    assert judge(engine, units=frozenset()) == []


def test_a_revoked_tablet_is_told_only_what_it_still_owes(tablet, engine: Engine):
    tablet.send(make_item(1), make_item(3))
    with Session(engine) as session, session.begin():
        revoke_device(session, tablet.id, now=NOW, actor="test")
    (judged,) = judge(engine, NOW + timedelta(days=9))
    assert (judged.state, [found.code for found in judged.findings]) == ("revoked", ["gap"])


def test_what_could_not_be_stored_is_stored_when_its_cause_is_mended(tablet, app, engine: Engine):
    tablet.send(make_item(1, procedure="9.000009"), make_item(2, version="2031.7"))
    with Session(engine) as session, session.begin():
        session.add(Procedure(code="9.000009", name="Thủ tục mới", field="Hộ tịch", level="commune"))
    app.state.receiver.codes.refresh()
    with Session(engine) as session:
        assert retry_refusals(session, app.state.receiver, now=NOW, sealer=None) == (1, 1)
        session.commit()
    (judged,) = judge(engine)
    assert (judged.known.responses, judged.known.refused) == (1, 1)
