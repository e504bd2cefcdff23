"""Calibrated samples with replicate weights: against the closed form for residuals, and against re-calibration."""

import math
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from analysis.design import SurveyDesign
from analysis.designs.replicate import make_replicates, reweight_replicates
from analysis.errors import EstimateError
from analysis.estimation.calibrated import (
    estimate_calibrated_means,
    estimate_calibrated_proportions,
    estimate_calibrated_ratios,
    estimate_calibrated_totals,
)
from analysis.estimation.calibrated_composites import estimate_calibrated_composites
from analysis.estimation.estimate import estimate_means
from analysis.replicates import Replicates
from analysis.weighting.calibrate import Calibrated, calibrate

FIGURES = ("n", "estimate", "standard_error", "df", "design_effect")


def made(seed: int, *, strata: int = 4, psus: int = 6, people: int = 5) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    n = strata * psus * people
    x = rng.normal(10, 2, n)
    return pl.DataFrame(
        {
            "stratum": np.repeat(np.arange(strata), psus * people),
            "psu": np.repeat(np.arange(strata * psus), people),
            "population": np.repeat(psus + 5 + np.arange(strata) * 5, psus * people),
            "area": rng.choice(["a", "b", "c"], n),
            "x": x,
            "y": 3 * x + rng.normal(0, 2, n),
            "level": rng.integers(1, 4, n),
            "p": rng.choice([0.0, 100.0], n),
            "q": np.where(rng.random(n) < 0.2, np.nan, rng.choice([0.0, 50.0, 100.0], n)),
            "w": rng.uniform(5, 15, n),
        }
    ).with_columns(pl.col("q").fill_nan(None))


def met_of(frame: pl.DataFrame) -> Calibrated:
    total = float(frame["w"].sum())
    counts = {"area": {"a": 0.3 * total, "b": 0.35 * total, "c": 0.35 * total}}
    return calibrate(frame, weight="w", counts=counts, totals={"x": 10.1 * total}, distance="raking")


def all_estimates(met: Calibrated, design: SurveyDesign) -> list[pl.DataFrame]:
    sample = (met.frame, replace(design, weight="weight_calibrated"), met.calibration)
    return [
        estimate_calibrated_means(*sample, values=["y", "q"], by=["level"]),
        estimate_calibrated_totals(*sample, values=["y"]),
        estimate_calibrated_ratios(*sample, ratios={"r": ("y", "x")}, by=["area"]),
        estimate_calibrated_proportions(*sample, of="level"),
        estimate_calibrated_composites(*sample, nodes={"index": {"p": 0.4, "q": 0.6}}, by=["level"]),
    ]


@pytest.mark.parametrize("population", [None, "population"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_jackknife_of_residuals_is_their_linearised_variance(seed: int, population: str | None):
    # The total of residuals is linear in the factors, so that JKn gives the variance of 3.2 exactly.
    design = SurveyDesign("w", stratum="stratum", cluster="psu", population=population)
    frame, replicated = make_replicates(made(seed), design, kind="JKn")
    met = met_of(frame)
    linearised = all_estimates(met, replace(design, weight="w"))
    for ours, closed in zip(all_estimates(met, replicated), linearised, strict=True):
        for name in FIGURES:
            np.testing.assert_allclose(ours[name], closed[name], rtol=1e-9)


@pytest.mark.parametrize(("kind", "fay"), [("BRR", 0.0), ("Fay", 0.4)])
def test_half_samples_of_residuals_are_their_linearised_variance(kind: str, fay: float):
    design = SurveyDesign("w", stratum="stratum", cluster="psu")
    frame, replicated = make_replicates(made(4, strata=7, psus=2, people=8), design, kind=kind, fay=fay)
    met = met_of(frame)
    for ours, closed in zip(all_estimates(met, replicated), all_estimates(met, design), strict=True):
        np.testing.assert_allclose(ours["standard_error"], closed["standard_error"], rtol=1e-9)


def test_a_jackknife_after_post_stratification_by_hand():
    # As in test_calibrated: w·e = ±0.15, ±0.10 around 0. JK1 leaves one out, the others × 4/3: its total is
    # −4/3 of the one left out; v = 3/4·(16/9)·(2·0.0225 + 2·0.01) = 4/3·0.065.
    sample = pl.DataFrame({"sex": ["f", "f", "m", "m"], "y": [1.0, 2.0, 5.0, 6.0], "w": [1.0] * 4})
    frame, replicated = make_replicates(sample, SurveyDesign("w"), kind="JK1")
    met = calibrate(frame, weight="w", counts={"sex": {"f": 60, "m": 40}})
    design = replace(replicated, weight="weight_calibrated")
    row = estimate_calibrated_means(met.frame, design, met.calibration, values=["y"]).row(0, named=True)
    assert row["estimate"] == pytest.approx(3.1)
    assert row["standard_error"] == pytest.approx(math.sqrt(4 / 3 * 0.065))
    assert row["df"] == 3
    assert row["method"] == "replicates JK1, centred at the mean, calibration residuals; t; t(df)"


def test_re_calibrating_every_replicate_gives_nearly_the_same():
    # 60 PSUs in each of 2 strata: both are consistent, and at this size 3 per cent apart at most.
    design = SurveyDesign("w", stratum="stratum", cluster="psu")
    frame, replicated = make_replicates(made(5, strata=2, psus=60), design, kind="JKn")
    met = met_of(frame)
    total = float(frame["w"].sum())
    counts = {"area": {"a": 0.3 * total, "b": 0.35 * total, "c": 0.35 * total}}

    def reweigh(rows: pl.DataFrame, column: str) -> pl.Series:
        return calibrate(
            rows, weight=column, counts=counts, totals={"x": 10.1 * total}, distance="raking", into="again"
        ).weights

    again = estimate_means(reweight_replicates(frame, replicated, reweigh), replicated, values=["y"], by=["level"])
    residual = estimate_calibrated_means(
        met.frame, replace(replicated, weight="weight_calibrated"), met.calibration, values=["y"], by=["level"]
    )
    naive = estimate_means(met.frame, replace(design, weight="weight_calibrated"), values=["y"], by=["level"])
    np.testing.assert_allclose(residual["estimate"], again["estimate"], rtol=1e-9)
    np.testing.assert_allclose(residual["standard_error"], again["standard_error"], rtol=0.03)
    assert (naive["standard_error"] > 1.15 * again["standard_error"]).all()


def test_factors_say_the_same_as_whole_weights():
    frame, replicated = make_replicates(made(6), SurveyDesign("w", stratum="stratum", cluster="psu"), kind="JKn")
    met = met_of(frame)
    names = replicated.replicates.columns  # type: ignore[union-attr]
    factored = replace(met, frame=met.frame.with_columns(pl.col(name) / pl.col("w") for name in names))
    as_factors = replace(replicated, replicates=replace(replicated.replicates, are_factors=True))  # type: ignore[type-var]
    for ours, same in zip(all_estimates(met, replicated), all_estimates(factored, as_factors), strict=True):
        np.testing.assert_allclose(ours["standard_error"], same["standard_error"], rtol=1e-12)


def test_naive_errors_are_those_of_factors_of_the_calibrated_weights():
    frame, replicated = make_replicates(made(7), SurveyDesign("w", stratum="stratum", cluster="psu"), kind="JKn")
    met = met_of(frame)
    names = replicated.replicates.columns  # type: ignore[union-attr]
    scaled = met.frame.with_columns(pl.col(n) / pl.col("w") * pl.col("weight_calibrated") for n in names)
    design = replace(replicated, weight="weight_calibrated")
    naive = estimate_calibrated_means(met.frame, design, met.calibration, values=["y"], variance="naive")
    expected = estimate_means(scaled, design, values=["y"])
    assert naive["standard_error"].item() == pytest.approx(expected["standard_error"].item(), rel=1e-12)


def test_replicates_that_were_calibrated_themselves_are_refused():
    frame = made(8).with_columns(r1=pl.col("w") * 2, r2=pl.col("w"))
    met = met_of(frame)
    both = met.frame.with_columns(r1="weight_calibrated", r2="weight_calibrated")
    design = SurveyDesign("weight_calibrated", replicates=Replicates(("r1", "r2"), "BRR"))
    with pytest.raises(EstimateError, match="they know about it"):
        estimate_calibrated_means(both, design, met.calibration, values=["y"])


def test_a_composite_of_what_everybody_answered_is_the_mean_of_the_weighted_sum():
    met = met_of(made(9))
    sample = (
        met.frame.with_columns(s=0.25 * pl.col("p") + 0.75 * pl.col("p").reverse(), r=pl.col("p").reverse()),
        SurveyDesign("weight_calibrated", stratum="stratum", cluster="psu"),
        met.calibration,
    )
    index = estimate_calibrated_composites(*sample, nodes={"index": {"p": 0.25, "r": 0.75}}, by=["area"])
    mean = estimate_calibrated_means(*sample, values=["s"], by=["area"])
    for name in FIGURES:
        np.testing.assert_allclose(index[name], mean[name], rtol=1e-10)
