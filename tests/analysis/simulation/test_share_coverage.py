"""What METHODS 11.2 says of each rule, on fewer samples: which hold their level, and which fail where."""

import polars as pl
import pytest

from tests.analysis.simulation.share_coverage import DESIGNS, average, cover

pytestmark = pytest.mark.long

# 300 samples × 4 sizes × 3 designs for each share: 3,600 intervals, one standard error is about 0.4 points; of one
# design 1,200 and 0.6 points.
SAMPLES = 300


@pytest.fixture(scope="module")
def coverage() -> pl.DataFrame:
    return cover(
        samples=SAMPLES,
        seed=7,
        sizes=(10, 20, 50, 200),
        intervals=("wilson", "beta", "exact", "logit", "t"),
        of_index=("wilson", "t"),
    )


def of(coverage: pl.DataFrame, figure: str, interval: str, **where: object) -> float:
    found = average(coverage.filter(**where) if where else coverage)
    value: float = found.filter(figure=figure, interval=interval)["coverage"].item()
    return value


@pytest.mark.parametrize("share", [50, 90, 95, 99])
def test_wilson_holds_at_every_share(coverage: pl.DataFrame, share: int):
    assert 93 <= of(coverage, "share", "wilson", share=share) <= 98


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("interval", ["wilson", "beta", "logit"])
def test_the_rules_that_know_few_degrees_of_freedom_hold_in_every_design(
    coverage: pl.DataFrame, interval: str, design: str
):
    assert 93.5 <= of(coverage, "share", interval, design=design) <= 99.5


def test_korn_graubard_errs_on_the_wide_side(coverage: pl.DataFrame):
    assert of(coverage, "share", "beta") > of(coverage, "share", "wilson")


def test_clopper_pearson_is_too_narrow_in_few_clusters(coverage: pl.DataFrame):
    few = {"design": "clusters", "n": 20, "share": 50}
    assert of(coverage, "share", "exact", **few) < 93
    assert of(coverage, "share", "beta", **few) > 96


def test_wilson_holds_for_an_index_and_t_fails_near_its_bound(coverage: pl.DataFrame):
    near = coverage.filter(pl.col("share").is_in([90, 95]))
    assert 92.5 <= of(near, "index", "wilson") <= 97.5
    assert of(near, "index", "t") < 92.5
    assert of(near, "index", "t") < of(near, "index", "wilson") - 1
