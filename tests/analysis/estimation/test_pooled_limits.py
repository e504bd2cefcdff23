"""Limits on pooled design effects: by hand, what they leave as it is, and that chance widths come together."""

import math

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from analysis.design import SurveyDesign
from analysis.errors import EstimateError
from analysis.estimation.composite import estimate_composites
from analysis.estimation.intervals import wilson_limits
from analysis.estimation.pooled_limits import pool_limits

NODES = {"i": {"q1": 0.5, "q2": 0.5}}
DESIGN = SurveyDesign("w", stratum="unit")


def estimate(answers: dict[str, list[tuple[int, int]]]) -> pl.DataFrame:
    rows = [(unit, 1.0, float(q1), float(q2)) for unit, pairs in answers.items() for q1, q2 in pairs]
    frame = pl.DataFrame(rows, schema=["unit", "w", "q1", "q2"], orient="row")
    return estimate_composites(frame, DESIGN, nodes=NODES, by=["unit"])


A, B = [(100, 100)] * 3 + [(0, 0)] * 3, [(100, 0)] * 10 + [(100, 100)]


def test_two_domains_by_hand():
    found = pool_limits(estimate({"A": A, "B": B}), over=["node"])
    # A: 6 people, share 1/2, variance (1/4)/5 = 1/20, df 5, design effect (1/20)·6/(1/4) = 1.2
    # B: 11 people, mean (10·50 + 100)/11, share 6/11; squares 10·(50/11)² + (500/11)² = 275000/121 points², so
    # variance 275000/121/11/10 points² = 0.25/121, df 10, design effect (0.25/121)·11/(30/121) = 11/120
    effect, df = {"A": 1.2, "B": 11 / 120}, {"A": 5, "B": 10}
    mean = (5 * 1.2 + 10 * 11 / 120) / 15
    for unit, share, variance in (("A", 1 / 2, 1 / 20), ("B", 6 / 11, 0.25 / 121)):
        moved = (df[unit] * effect[unit] + 5 * mean) / (df[unit] + 5)
        low, high = wilson_limits(share, share * (1 - share) / (variance * moved / effect[unit]), df[unit], 0.95)
        row = found.row(by_predicate=pl.col("unit") == unit, named=True)
        assert row["standard_error"] == pytest.approx(100 * math.sqrt(variance), rel=1e-12)
        assert (row["low"], row["high"]) == pytest.approx((100 * low, 100 * high), rel=1e-12)
        assert row["method"] == "linearised; wilson on pooled design effect; t(df)"


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param({"A": A}, id="one domain"),
        pytest.param({"A": A, "B": [(100, 100)] * 12}, id="the other unanimous"),
        pytest.param({"A": A, "B": [(100, 0)]}, id="the other of one person"),
        pytest.param({}, id="none"),
    ],
)
def test_nothing_changes_where_there_is_nothing_to_pool(answers: dict[str, list[tuple[int, int]]]):
    found = estimate(answers)
    assert_frame_equal(pool_limits(found, over=["node"]), found)


def test_sets_are_pooled_apart():
    both = pl.concat(
        [
            estimate({"A": A, "B": B}).with_columns(kind=pl.lit("x")),
            estimate({"C": B, "D": B}).with_columns(kind=pl.lit("y")),
        ]
    )
    together = pool_limits(both, over=["node", "kind"])
    apart = [pool_limits(part, over=["node"]) for part in both.partition_by("kind")]
    assert_frame_equal(together, pl.concat(apart))


def test_order_of_rows_and_pooling_twice_change_nothing():
    found = estimate({"A": A, "B": B, "C": [*A, *B]})
    once = pool_limits(found, over=["node"])
    assert_frame_equal(pool_limits(once, over=["node"]), once)
    assert_frame_equal(pool_limits(found[::-1], over=["node"])[::-1], once, rel_tol=1e-14)


def test_widths_vary_less_from_domain_to_domain():
    # 40 domains of 12 people from one population: their true widths are the same
    rng = np.random.default_rng(5)
    mood = rng.normal(1.0, 1.0, (480, 1)) + rng.normal(0, 0.5, (480, 2)) > 0
    frame = pl.DataFrame(
        {"unit": np.repeat(np.arange(40), 12), "w": 1.0, "q1": 100.0 * mood[:, 0], "q2": 100.0 * mood[:, 1]}
    )
    own = estimate_composites(frame, DESIGN, nodes=NODES, by=["unit"])
    pooled = pool_limits(own, over=["node"])
    spread = [table.select((pl.col("high") - pl.col("low")).std()).item() for table in (own, pooled)]
    assert spread[1] < spread[0]


def test_two_levels_of_confidence_are_refused():
    found = estimate({"A": A, "B": B}).with_columns(confidence=pl.Series([0.9, 0.95]))
    with pytest.raises(EstimateError, match="'confidence' has 2 values"):
        pool_limits(found, over=["node"])
