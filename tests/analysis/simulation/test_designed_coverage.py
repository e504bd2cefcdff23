"""Intervals from few communes hold, by the t quantile of the design; designed_coverage.md has the larger run."""

import polars as pl
import pytest

from tests.analysis.simulation.designed_coverage import (
    measure_domains,
    measure_figures,
    measure_models,
    measure_periods,
)

pytestmark = pytest.mark.long

FEW = (5,)  # communes in each of four strata: 16 degrees of freedom


@pytest.fixture(scope="module")
def figures() -> pl.DataFrame:
    # 600 samples: a standard error of 0.9 points
    return measure_figures(samples=600, seed=11, communes=FEW)


@pytest.fixture(scope="module")
def models() -> pl.DataFrame:
    # 80 samples × 4 coefficients of a model: about 1.2 points
    return measure_models(samples=80, seed=11, communes=FEW, models=("linear", "logistic", "ordinal"))


def of(found: pl.DataFrame, figure: str, column: str = "coverage") -> float:
    value: float = found.filter(figure=figure)[column].item()
    return value


@pytest.mark.parametrize("figure", ["mean", "ratio", "quantile 0.5, t", "quantile 0.9, beta"])
def test_figures_are_covered(figures: pl.DataFrame, figure: str) -> None:
    assert 92 <= of(figures, figure) <= 98


@pytest.mark.parametrize("figure", ["mean", "ratio"])
def test_normal_quantiles_would_be_too_narrow(figures: pl.DataFrame, figure: str) -> None:
    assert of(figures, figure, "z") < of(figures, figure) - 1


def test_standard_errors_are_the_spread_found(figures: pl.DataFrame) -> None:
    plain = figures.filter(pl.col("figure").is_in(["mean", "ratio"]))
    assert plain["error"].is_between(0.9, 1.1).all(), plain
    assert plain["bias"].abs().max() < 0.15


def test_differences_of_domains_are_covered() -> None:
    # 200 samples × 3 kinds, 100 × 3 pairs: standard errors of about 1.2 and 1.5 points
    found = measure_domains(samples=200, seed=11, communes=FEW)
    averaged = found.group_by(pl.col("figure").str.ends_with("whole").alias("whole")).agg(
        pl.col("coverage").mean()
    )
    assert averaged["coverage"].is_between(91, 98.5).all(), found


def test_changes_are_covered_and_a_panel_not_named_is_covered_too_often() -> None:
    # 250 samples: a standard error of 1.4 points
    found = measure_periods(samples=250, seed=11, communes=FEW)
    for named in ("none again", "all again"):
        assert 91 <= of(found, named) <= 99
    assert of(found, "all again, not named") > 98.5
    assert of(found, "all again, not named", "error") > 1.3 > 1.1 > of(found, "all again", "error")


@pytest.mark.parametrize("model", ["linear", "logistic", "ordinal"])
def test_coefficients_are_covered(models: pl.DataFrame, model: str) -> None:
    found = models.filter(pl.col("figure").str.starts_with(model))
    assert found.height == 4
    assert 91 <= found["coverage"].mean() <= 98.5, found
    assert found["z"].mean() < found["coverage"].mean() - 0.5


def test_the_jackknife_is_wider_for_what_only_communes_differ_in() -> None:
    models = measure_models(samples=25, seed=12, communes=FEW, models=("linear", "jackknife"))
    assert of(models, "jackknife: online", "error") > of(models, "linear: online", "error") + 0.03
