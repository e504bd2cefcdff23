"""A snapshot and what is known of times become the frame of the signals."""

from datetime import UTC, datetime

import polars as pl
import pytest

from analysis.frames import FrameError
from analysis.quality.signals.frames import GUARDED
from analysis.quality.signals.guard import TIMES, guard_responses
from tests.analysis.make_frames import make_responses, one_stop

FORM = one_stop()
NINE = {f"q{number}": 4 for number in range(1, 9)} | {"q9": 2}


def times(*rows: dict) -> pl.DataFrame:
    usual = {"device": None, "device_sequence": None, "is_trapped": False, "opens": 450, "closes": 1020}
    full = [{"response_id": f"r{number}", "at": 0, **usual, **row} for number, row in enumerate(rows)]
    schema = {name: column.dtype for name, column in TIMES.items()}
    return pl.DataFrame({name: [row[name] for row in full] for name in schema}, schema=schema)


def guard(rows: list[dict], told: pl.DataFrame) -> pl.DataFrame:
    return guard_responses(make_responses(rows, FORM), told, FORM, timezone="Asia/Ho_Chi_Minh")


def test_minutes_are_those_of_the_local_day():
    # 2026-10-05 18:30 UTC is 01:30 of the next day in Việt Nam.
    frame = guard([NINE], times({"at": int(datetime(2026, 10, 5, 18, 30, tzinfo=UTC).timestamp())}))
    assert frame["minute"].to_list() == [90]


def test_a_time_nobody_knows_stays_unknown():
    assert guard([NINE], times({"at": None}))["minute"].to_list() == [None]


def test_levels_items_and_satisfaction_are_counted_from_the_answers():
    row = guard([NINE | {"overall": None}], times({})).row(0, named=True)
    assert row["levels"] == [4] * 8 + [2]
    assert row["items"] == 9
    # Eight of nine items are at 4 or better; the recipe's items are q1 to q9.
    assert row["satisfied"] == pytest.approx(800 / 9)


def test_equal_answers_are_written_equally_and_others_not():
    frame = guard([NINE, NINE, NINE | {"q1": 5}], times({}, {}, {}))
    assert frame["answers"].n_unique() == 2


def test_the_frame_keeps_the_contract_also_when_nobody_answered():
    frame = guard([], times())
    assert frame.schema == {name: column.dtype for name, column in GUARDED.items()}


def test_a_response_whose_time_was_not_read_is_left_out():
    assert guard([NINE, NINE], times({}))["response_id"].to_list() == ["r0"]


def test_times_that_break_their_contract_are_refused():
    with pytest.raises(FrameError, match="opens"):
        guard([NINE], times({}).drop("opens"))
