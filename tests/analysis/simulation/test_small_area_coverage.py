"""Modelled intervals of 95 % hold a known truth about 95 times in 100 areas; small_areas.md has the larger run."""

import numpy as np
import polars as pl
import pytest

from analysis.small_area import fit_fay_herriot
from tests.analysis.simulation.small_areas import measure_cells, measure_fay_herriot, measure_nested

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def normal_world() -> pl.DataFrame:
    # 40 samples x 30 areas: 1,200 intervals a row, a standard error of 0.6 points and more, as areas share a fit
    return measure_fay_herriot(
        samples=40, seed=7, areas=(30,), between=(0.3, 1.0, 4.0), methods=("reml", "moments", "bayes")
    )


def test_fay_herriot_intervals_cover_between_92_and_98(normal_world: pl.DataFrame) -> None:
    assert normal_world.filter(~pl.col("coverage").is_between(92, 98)).is_empty(), normal_world


def test_the_estimated_error_is_that_found(normal_world: pl.DataFrame) -> None:
    assert normal_world.filter(~pl.col("error_ratio").is_between(0.8, 1.4)).is_empty(), normal_world


def test_modelled_figures_are_nearer_to_the_truth_than_direct_ones(normal_world: pl.DataFrame) -> None:
    assert normal_world.filter(pl.col("between") == 0.3)["gain"].max() < 0.35
    assert normal_world["gain"].max() < 0.85


def test_errors_without_the_second_order_would_be_far_too_small() -> None:
    rng = np.random.default_rng(1)
    held = []
    for _ in range(60):
        truth = 80 + rng.normal(0, 0.5, 12)
        direct = pl.DataFrame({"area": range(12), "estimate": truth + rng.normal(0, 1, 12), "standard_error": 1.0})
        model = fit_fay_herriot(direct, area="area")
        plain = 1.96 * np.sqrt(model.areas["shrinkage"].to_numpy() * model.between)
        held.append(np.abs(model.areas["estimate"].to_numpy() - truth) <= plain)
    assert np.mean(held) < 0.85


def test_cells_of_2_to_30_responses_are_covered_by_averaged_figures() -> None:
    cells = measure_cells(samples=40, seed=5, methods=("bayes",))
    assert cells.filter(~pl.col("coverage").is_between(91, 98)).is_empty(), cells
    few = cells.filter(pl.col("n") == "02-04")
    assert few["gain"].item() < 0.2  # a tenth of the squared error of the direct share


def test_nested_error_intervals_cover_between_92_and_98() -> None:
    found = measure_nested(samples=25, seed=3, between=(9.0, 64.0))
    assert found.filter(~pl.col("coverage").is_between(92, 98)).is_empty(), found
    assert found.filter(~pl.col("error_ratio").is_between(0.8, 1.25)).is_empty(), found
