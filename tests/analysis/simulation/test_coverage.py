"""Intervals of 95 % hold a known truth about 95 times in 100, also where shares are near 100 %."""

import polars as pl
import pytest

from tests.analysis.simulation.coverage import average, measure_coverage
from tests.analysis.simulation.demonstration import as_published, cover, published, simulate
from tests.analysis.simulation.world import make_world

pytestmark = pytest.mark.long

# 120 samples × 30 units of 10 responses or more: 3,600 intervals a node, so chance moves an average by about
# 0.4 points (one standard error), and that of one share level (720 intervals) by about 0.8.
SAMPLES = 120


@pytest.fixture(scope="module")
def coverage() -> pl.DataFrame:
    return measure_coverage(make_world(seed=20261120), samples=SAMPLES, seed=3, intervals=("wilson", "t"))


def of(frame: pl.DataFrame, interval: str, node: str) -> pl.DataFrame:
    return frame.filter((pl.col("interval") == interval) & (pl.col("node") == node))


@pytest.mark.parametrize("node", ["q1", "index"])
def test_wilson_intervals_cover_between_93_and_97_on_average(coverage: pl.DataFrame, node: str) -> None:
    assert 93 <= of(average(coverage), "wilson", node)["coverage"].item() <= 97


@pytest.mark.parametrize("node", ["q1", "index"])
def test_wilson_intervals_hold_at_every_satisfied_share(coverage: pl.DataFrame, node: str) -> None:
    by_share = of(average(coverage, "share"), "wilson", node)
    assert by_share["coverage"].min() > 91
    assert by_share["coverage"].max() < 98.5


def test_plain_t_intervals_would_fail_near_95_percent(coverage: pl.DataFrame) -> None:
    at_95 = of(average(coverage, "share"), "t", "index").filter(pl.col("share") == 95)
    assert at_95["coverage"].item() < 92


def test_estimates_are_unbiased(coverage: pl.DataFrame) -> None:
    found = of(coverage, "wilson", "index").filter(pl.col("n") >= 50)
    assert found["bias"].abs().max() < 1  # points; the standard error of a mean over 120 samples is about 0.4


@pytest.fixture(scope="module")
def demonstration() -> pl.DataFrame:
    # 25 samples × 54 units: 1,350 intervals of the overall index, one standard error is 0.6 points
    return published(simulate(samples=25, seed=11, intervals=("wilson", "t")))


@pytest.mark.parametrize("kind", ["composite", "item"])
def test_published_intervals_of_the_demonstration_are_covered(demonstration: pl.DataFrame, kind: str) -> None:
    found = demonstration.filter(as_published(), pl.col("kind") == kind)
    assert 93 <= cover(found)["coverage"].item() <= 97
    assert 92.5 <= cover(found.filter(pl.col("truth") >= 93))["coverage"].item() <= 97.5


def test_the_overall_index_of_the_demonstration_is_covered(demonstration: pl.DataFrame) -> None:
    index = demonstration.filter(as_published(), figure="overall:index")
    assert 92.5 <= cover(index)["coverage"].item() <= 97.5


def test_plain_t_intervals_of_the_overall_index_would_fail(demonstration: pl.DataFrame) -> None:
    index = demonstration.filter(interval="t", figure="overall:index")
    assert cover(index)["coverage"].item() < 92.5
