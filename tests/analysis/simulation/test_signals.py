"""Honest places seldom raise a signal, and plain cheating is found; the quick seeded version of signals.md."""

from pathlib import Path

import polars as pl
import pytest

from analysis.quality.signals.rules import SignalRules
from analysis.quality.signals.straight_lines import find_straight_lines
from tests.analysis.quality.signals.make_guarded import make_guarded
from tests.analysis.simulation.signals import CHEATS, PLANTED, SEED, World, find, make_month, plant

pytestmark = pytest.mark.long

SURVEY = Path(__file__).resolve().parents[4] / "shared" / "data" / "resident_survey_2021q3.csv"
FOUND_BY = {
    "five_at_closing": {"closing_time"},
    "once_in_a_hurry": {"burst"},
    "one_after_the_other": {"same_answers", "unserved"},
    "faster_than_reading": {"too_fast"},
    "one_comment_ten_times": {"same_texts"},
    "thirty_a_day_unnoticed": {"unserved"},
}


@pytest.fixture(scope="module")
def world() -> World:
    return make_month(SEED)


def test_an_honest_month_of_a_hundred_places_raises_two_signals_at_most(world: World):
    assert len(find(world)) <= 2


@pytest.mark.parametrize("cheat", [cheat for cheat in CHEATS if cheat.__name__ in FOUND_BY])
def test_plain_cheating_is_found(world: World, cheat):
    kinds = {signal.kind for signal in find(plant(world, cheat, SEED)) if signal.unit == PLANTED}
    assert kinds & FOUND_BY[cheat.__name__]


@pytest.mark.shared
@pytest.mark.skipif(not SURVEY.exists(), reason="needs the folder ../shared")
@pytest.mark.parametrize("place", ["council_district", "method"])
def test_no_place_of_a_real_survey_stands_out_by_straight_lines(place: str):
    answered = pl.read_csv(SURVEY, infer_schema=False)
    items = [f"q3_{number:02d}" for number in range(1, 17)]
    levels = answered.select(place, *(pl.col(item).cast(pl.Int8, strict=False) for item in items))
    rows = [
        {
            "unit": row[0] or "?",
            "counter": None,
            "levels": [level for level in row[1:] if level in (1, 2, 3, 4, 5)],
        }
        for row in levels.iter_rows()
    ]
    frame = make_guarded(rows)
    straight = frame.filter((pl.col("levels").list.len() >= 5) & (pl.col("levels").list.n_unique() == 1))
    assert straight.height > 10  # they are there: people who are content, or in a hurry
    assert list(find_straight_lines(frame, SignalRules())) == []
