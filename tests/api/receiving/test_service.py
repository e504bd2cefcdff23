"""The public face for imports and pages: recording inside the caller's transaction, fresh codes."""

from datetime import UTC, date, datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from api.errors import Conflict
from api.receiving.known_codes import KnownCodes
from api.receiving.service import Receipt, Submission, read_submission, record_all
from api.tables import Response, Unit
from survey_forms.answers import read_answers
from survey_forms.loader import load_catalogue
from tests.conftest import NOW

FORMS = load_catalogue()


@pytest.fixture
def given(engine: Engine):
    return {"forms": FORMS, "codes": KnownCodes(engine), "now": NOW, "zone": ZoneInfo("Asia/Ho_Chi_Minh")}


def make_submission(**fields) -> Submission:
    return Submission(
        **{
            "id": uuid4(),
            "form": "counter",
            "version": "2026.1",
            "answers": {"overall": 4},
            "unit_filed": "00004",
            "submitted_at": NOW,
            "channel": "paper",
        }
        | fields
    )


def record(session: Session, submission: Submission, **given) -> Receipt | Conflict:
    return record_all(session, [read_submission(submission, **given)])[0]


def test_a_recorded_response_goes_with_the_callers_transaction(session: Session, given):
    assert record(session, make_submission(), **given).is_new
    session.rollback()
    assert session.exec(select(Response)).all() == []


def test_answers_already_read_are_the_same_as_raw_ones(session: Session, given):
    raw = {"overall": 2, "reasons": ["late"], "comment": "muộn"}
    submission = make_submission(answers=raw)
    record(session, submission, **given)
    read = make_submission(id=submission.id, answers=read_answers(FORMS.get("counter", "2026.1"), raw))
    assert not record(session, read, **given).is_new


def test_a_date_written_down_is_believed_where_a_clock_is_not(session: Session, given):
    old = datetime(2017, 5, 4, 3, tzinfo=UTC)
    on_paper = make_submission(unit_filed="001", submitted_at=old, is_clock_trusted=True)
    record(session, on_paper, **given)
    stored = session.get(Response, on_paper.id)
    assert (stored.local_day, stored.is_clock_doubted) == (date(2017, 5, 4), False)


def test_codes_are_read_again_when_stale_and_only_then(engine: Engine, session: Session):
    now = 0.0
    codes = KnownCodes(engine, fresh_seconds=30, miss_seconds=1, seconds=lambda: now)
    codes.refresh_if_stale()
    session.add(Unit(code="00025", name="Phường Giảng Võ", kind="commune", valid_from=date(2025, 7, 1)))
    session.commit()
    now = 30.0
    codes.refresh_if_stale()
    assert codes.unit_problem("00025", NOW.date()) == "unknown_unit"
    now = 30.1
    codes.refresh_if_stale()
    assert codes.unit_problem("00025", NOW.date()) is None


@pytest.mark.parametrize(
    ("code", "above", "expected"),
    [
        ("00004", "01", True),
        ("00004", "00004", True),
        ("01", "00004", False),
        ("00004", "79", False),
        ("x", "01", False),
    ],
)
def test_a_unit_lies_within_those_above_it(engine: Engine, code, above, expected):
    codes = KnownCodes(engine)
    codes.refresh()
    assert codes.is_within(code, above, NOW.date()) is expected
