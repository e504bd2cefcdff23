"""The history of a tablet: what happened is told in sentences, also when it is over and nothing was lost."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import yaml
from sqlalchemy import Engine
from sqlmodel import Session, select

from api.kiosks.fleet_queries import read_fleet
from api.kiosks.happenings import Happening, list_happenings
from api.kiosks.heartbeats import read_heartbeat, record_heartbeats
from api.kiosks.telling import CATALOGUE, tell_trouble
from api.tables import KioskTrouble
from tests.api.kiosks.conftest import make_heartbeat, make_item
from tests.conftest import NOW

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
BACK = NOW + timedelta(days=7)
YEAR = timedelta(days=365)


@pytest.fixture
def moment() -> list[datetime]:
    """What the clock of the service says; a test may change it."""
    return [NOW]


@pytest.fixture
def clock(moment):
    return lambda: moment[0]


def hear(engine: Engine, device: str, now: datetime, **told) -> None:
    beat = read_heartbeat(make_heartbeat(**({"at": now.isoformat()} | told)), device=device, now=now)
    with Session(engine) as session, session.begin():
        record_heartbeats(session, [beat], ZONE)


def tell(engine: Engine, device: str, now: datetime = BACK) -> list[Happening]:
    with Session(engine) as session:
        known = read_fleet(session, now=now, device=device)
        return list_happenings(session, known, since=now - timedelta(days=30), zone=ZONE)[device]


def trouble(at: datetime, code: str, detail: str = "") -> dict[str, str]:
    return {"at": at.isoformat(), "code": code, "detail": detail}


def test_a_silence_of_days_is_told_with_the_responses_that_came_after_it(moment, tablet, engine: Engine):
    hear(engine, tablet.id, NOW)
    moment[0] = BACK
    given = [(NOW + timedelta(days=day)).isoformat() for day in (1, 2, 3)]
    items = [make_item(turn, started_at=at, submitted_at=at) for turn, at in enumerate(given, 1)]
    tablet.send(*items, sent_at=BACK.isoformat())
    hear(engine, tablet.id, BACK)
    (silence,) = tell(engine, tablet.id)
    assert silence.vi == "im lặng 7 ngày, tới 10:00 27/11/2026; sau đó 3 phiếu chờ trên máy đã tới"
    assert silence.en == "silent for 7 days, until 10:00 27/11/2026; then 3 responses that had waited on it came"
    assert (silence.at, silence.known_at) == (NOW, BACK)


def test_a_night_is_no_silence(tablet, engine: Engine):
    for at in ("2026-11-20T17:00", "2026-11-21T07:25"):  # Friday and Saturday: closed
        hear(engine, tablet.id, datetime.fromisoformat(f"{at}+07:00"))
    assert tell(engine, tablet.id) == []


def test_a_trouble_told_by_every_heartbeat_is_kept_once(tablet, engine: Engine):
    full = trouble(NOW, "not_stored_QuotaExceededError")
    hear(engine, tablet.id, NOW, errors=[full])
    later = NOW + timedelta(minutes=5)
    hear(engine, tablet.id, later, errors=[full, trouble(later, "answers_recovered", "x")])
    hear(engine, tablet.id, later, errors=[full])
    with Session(engine) as session:
        kept = [(row.code, row.happened_at) for row in session.exec(select(KioskTrouble))]
    assert kept == [("not_stored_QuotaExceededError", NOW), ("answers_recovered", later)]


def test_what_a_clock_says_that_was_changed_meanwhile_is_no_moment(tablet, engine: Engine):
    hear(engine, tablet.id, NOW)
    jumped = trouble(NOW - YEAR, "clock_jump", f"-{365 * 86_400} s")
    hear(engine, tablet.id, NOW + timedelta(minutes=5), errors=[jumped])
    (told,) = tell(engine, tablet.id)
    assert (told.at, told.vi, told.is_wrong) == (None, "đồng hồ của máy bị lùi 365 ngày", True)


def test_a_clock_that_is_off_all_the_time_is_put_right(tablet, engine: Engine):
    hear(engine, tablet.id, NOW, at=(NOW - YEAR).isoformat())
    at, now = NOW + timedelta(minutes=3), NOW + timedelta(minutes=5)
    hear(engine, tablet.id, now, at=(now - YEAR).isoformat(), errors=[trouble(at - YEAR, "given_up")])
    assert [one.at for one in tell(engine, tablet.id)] == [at]


def test_the_same_trouble_again_and_again_is_one_line(tablet, engine: Engine):
    errors = [trouble(NOW - timedelta(seconds=turn), "script_error", "x is null") for turn in range(3)]
    hear(engine, tablet.id, NOW, errors=errors)
    assert [one.vi for one in tell(engine, tablet.id)] == ["trang bị lỗi: x is null (3 lần)"]


@pytest.mark.parametrize(
    ("code", "detail", "words", "is_wrong"),
    [
        pytest.param("clock_jump", "28800 s", "máy ngủ", False, id="a night"),
        pytest.param("clock_jump", "86400 s", "nhảy tới 24 giờ", True, id="a day ahead"),
        pytest.param("not_stored_AbortError", "{disk}", "chưa lưu được ({disk})", True, id="of a family"),
        pytest.param("quota", "x" * 200, "lỗi quota xx", True, id="unknown"),
    ],
)
def test_codes_are_put_in_words(code, detail, words, is_wrong):
    told = tell_trouble(code, detail)
    assert words in told.vi
    assert told.is_wrong is is_wrong
    assert len(told.vi) < 200


def test_every_sentence_has_both_languages():
    for words in yaml.safe_load(CATALOGUE.read_text(encoding="utf-8")).values():
        assert words["vi"]
        assert words["en"]
        assert set(words) <= {"vi", "en", "wrong"}
