"""Samples read in pieces: groups with a place each, and groups that are joined, come to the same sums."""

import numpy as np
import polars as pl
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from analysis.design import SurveyDesign
from analysis.estimation.passes.gather import Gathered
from analysis.estimation.passes.joined import gather_joined
from analysis.estimation.passes.narrow import plan_narrow
from analysis.estimation.passes.pieces import Pieces, make_pieces
from analysis.estimation.passes.standing import gather_standing
from analysis.estimation.rows import BOUNDS
from tests.analysis.estimation.make_samples import DESIGNS, ITEMS, samples


def open_pieces(frame: pl.DataFrame, design: SurveyDesign, by: list[str], at_once: int) -> Pieces:
    plan = plan_narrow(frame, design, items=ITEMS, keys=by, bounds=BOUNDS)
    assert plan is not None
    return make_pieces(plan, at_once)


def tell(gathered: Gathered, pieces: Pieces, used: list[str]) -> pl.DataFrame:
    """One row per group with people: its labels, and the sums of every item by value."""
    there = gathered.people > 0
    columns = [pieces.keys[name].name(gathered.of[name][there]).alias(name) for name in used]
    for k, tally in enumerate(gathered.tallies):
        for slot in np.argsort(tally.values):  # NaN last
            for number, kind in enumerate(("n", "w", "w2")):
                name = f"q{k + 1} = {tally.values[slot]:g}: {kind}"
                columns.append(pl.Series(name, tally.sums[there, slot, number]))
    return pl.DataFrame(columns).sort(used) if used else pl.DataFrame(columns)


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(samples(), st.sampled_from(DESIGNS), st.sampled_from([[], ["unit"], ["procedure", "unit"]]))
def test_groups_with_a_place_each_have_the_sums_of_groups_that_are_joined(frame, design, by):
    pieces = open_pieces(frame, design, by, at_once=60)
    used = list(pieces.keys)
    standing, joined = (gather(pieces, design, used) for gather in (gather_standing, gather_joined))
    assume(standing is not None)  # by chance a stratum follows from the unit in the first piece only
    assert_frame_equal(tell(standing, pieces, used), tell(joined, pieces, used), rel_tol=1e-12)
    assert_frame_equal(standing.strata, joined.strata)


def long_sample(stratum: np.ndarray) -> pl.DataFrame:
    """3,000 responses of 200 units, the units in turn."""
    rng = np.random.default_rng(3)
    items = {item: 100.0 * (rng.random(3_000) < 0.7) for item in ITEMS}
    return pl.DataFrame({"w": rng.uniform(1, 5, 3_000), "h": stratum, "unit": np.arange(3_000) % 200, **items})


def test_a_stratum_that_follows_from_the_unit_at_first_and_later_does_not():
    rows = np.arange(3_000)
    frame, design = long_sample(np.where(rows < 1_500, rows % 200, rows % 170)), SurveyDesign("w", stratum="h")
    pieces = open_pieces(frame, design, ["unit"], at_once=500)
    assert gather_standing(pieces, design, list(pieces.keys)) is None
    assert gather_joined(pieces, design, list(pieces.keys)) is not None


def test_more_groups_than_could_each_have_a_place_are_joined():
    # 3,000 × 3,000 × 3,000 could be: 27 thousand million groups, of which fewer than 3,000 occur
    rng = np.random.default_rng(5)
    drawn = {name: pl.Series(rng.integers(0, 3_000, 3_000)) for name in ("unit", "day")}
    frame = long_sample(rng.integers(0, 3_000, 3_000)).with_columns(**drawn)
    pieces = open_pieces(pl.concat([frame, frame]), SurveyDesign("w", stratum="h", cluster="day"), ["unit"], 2_000)
    used = list(pieces.keys)
    assert gather_standing(pieces, pieces.plan.design, used) is None
    joined = gather_joined(pieces, pieces.plan.design, used)
    assert joined is not None
    assert joined.people.sum() == 6_000
    assert len(joined.people) == frame.select("h", "unit", "day").unique().height
