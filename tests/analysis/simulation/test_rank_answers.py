"""Sets of ranks hold where figures are shares of few answers; rank_answers.md has the larger run."""

import polars as pl
import pytest

from tests.analysis.simulation.rank_answers import measure_answer_ranks

pytestmark = pytest.mark.long


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_all_sets_hold_at_once_where_errors_come_from_the_answers(share: float) -> None:
    # 80 samples: a standard error of 2.4 points, three of them below 95
    found = measure_answer_ranks(samples=80, seed=5, shares=(share,), sizes=(100,), spreads=("equal",), draws=500)
    assert found["all_held"].min() > 87.5, found


def test_sets_narrow_where_units_differ_and_answers_are_many() -> None:
    found = measure_answer_ranks(
        samples=10, seed=5, shares=(0.9,), sizes=(30, 300), spreads=("spread",), draws=500
    )
    smoothed = found.filter(pl.col("errors") == "smoothed").sort("n")["width"].to_list()
    assert smoothed[1] < smoothed[0] - 1
