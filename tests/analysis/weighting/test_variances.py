"""Calibration with a variance column or by clusters: the ratio estimator, by hand, transcribed, refusals."""

import math
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from analysis.design import SurveyDesign
from analysis.designs.replicate import make_replicates, reweight_replicates
from analysis.errors import WeightError
from analysis.estimation.calibrated import estimate_calibrated_means, estimate_calibrated_totals
from analysis.estimation.estimate import estimate_ratios, estimate_totals
from analysis.weighting.auxiliaries import Calibration
from analysis.weighting.calibrate import calibrate
from tests.analysis.oracle import read_data
from tests.analysis.weighting.test_limits import FORWARD, KNOWN, made

CHOICES = [
    pytest.param("linear", {}, id="linear"),
    pytest.param("raking", {}, id="raking"),
    pytest.param("sinh", {}, id="sinh"),
]


def test_one_total_that_is_its_own_variance_is_the_ratio_estimator():
    # the example of R's calibrate(variance = 1): apistrat, ~enroll − 1, population 3,811,472
    sample = read_data("apistrat")
    design = SurveyDesign("pw", stratum="stype", population="fpc")
    ratio = estimate_ratios(sample, design, ratios={"r": ("api.stu", "enroll")})
    met = calibrate(sample, weight="pw", totals={"enroll": 3811472}, variance="enroll")
    found = estimate_calibrated_totals(
        met.frame, replace(design, weight="weight_calibrated"), met.calibration, values=["api.stu"]
    )
    assert met.factors == pytest.approx([3811472 / float((sample["pw"] * sample["enroll"]).sum())] * 2)
    assert found["estimate"].item() == pytest.approx(3811472 * ratio["estimate"].item())
    assert found["standard_error"].item() == pytest.approx(3811472 * ratio["standard_error"].item())


@pytest.mark.parametrize(("distance", "choices"), CHOICES)
def test_factors_follow_the_predictor_over_the_variance(distance, choices):
    frame = made()
    met = calibrate(frame, weight="w", **KNOWN, distance=distance, variance="most", tolerance=1e-13, **choices)
    x = np.column_stack([frame["sex"] == "f", frame["sex"] == "m", frame["x"]]).astype(float)
    u = FORWARD[distance](met.weights.to_numpy() / frame["w"].to_numpy()) * frame["most"].to_numpy()
    slope = np.linalg.lstsq(x, u, rcond=None)[0]
    np.testing.assert_allclose(x @ slope, u, atol=1e-8)
    assert abs(met.furthest["off"]) < 1e-12


@pytest.mark.parametrize("regression", ["start", "equal", "calibrated"])
def test_the_residual_variance_is_that_of_the_regression_over_the_variance(regression):
    frame = made()
    met = calibrate(frame, weight="w", **KNOWN, distance="raking", variance="most")
    found = estimate_calibrated_totals(
        met.frame, SurveyDesign("weight_calibrated"), met.calibration, values=["least"], regression=regression
    )
    y, spread, new = (met.frame[c].to_numpy() for c in ("least", "most", "weight_calibrated"))
    q = {"start": frame["w"].to_numpy(), "equal": np.ones(40), "calibrated": new}[regression] / spread
    x = np.column_stack([frame["sex"] == "f", frame["sex"] == "m", frame["x"]]).astype(float)
    e = new * (y - x @ np.linalg.solve((x.T * q) @ x, (x.T * q) @ y))
    assert found["standard_error"].item() == pytest.approx(math.sqrt(40 / 39 * ((e - e.mean()) ** 2).sum()))


@pytest.mark.parametrize(("distance", "choices"), CHOICES)
def test_a_constant_variance_and_its_scale_change_nothing(distance, choices):
    frame = made().with_columns(same=pl.lit(7.0), large=pl.col("most") * 1000)
    plain, same, most, large = (
        calibrate(frame, weight="w", **KNOWN, distance=distance, variance=name, **choices)
        for name in (None, "same", "most", "large")
    )
    np.testing.assert_allclose(plain.weights, same.weights, rtol=1e-9)
    np.testing.assert_allclose(most.weights, large.weights, rtol=1e-9)
    design = SurveyDesign("weight_calibrated")
    errors = [
        estimate_calibrated_means(met.frame, design, met.calibration, values=["least"])["standard_error"].item()
        for met in (plain, same)
    ]
    assert errors[0] == pytest.approx(errors[1], rel=1e-9)


def test_replicates_calibrated_with_a_variance_agree_with_the_residuals():
    frame, design = make_replicates(made(n=200), SurveyDesign("w"), kind="JK1")
    known = {"counts": {"sex": {"f": 1100.0, "m": 1080.0}}, "variance": "most"}
    met = calibrate(frame, weight="w", **known)
    again = reweight_replicates(frame, design, lambda rows, c: calibrate(rows, weight=c, **known).weights)
    jackknife = estimate_totals(again, design, values=["least"])["standard_error"].item()
    residual = estimate_calibrated_totals(
        met.frame, SurveyDesign("weight_calibrated"), met.calibration, values=["least"]
    )["standard_error"].item()
    assert jackknife == pytest.approx(residual, rel=0.02)


def clustered(seed=3):
    rng = np.random.default_rng(seed)
    n = 60
    return pl.DataFrame(
        {
            "psu": np.arange(n) // 5,
            "sex": rng.choice(["f", "m"], n),
            "x": rng.gamma(4, 2, n),
            "y": rng.normal(50, 9, n),
            "v": rng.uniform(1, 3, n),
            "w": rng.uniform(8, 14, n),
        }
    )


@pytest.mark.parametrize("variance", [None, "v"])
@pytest.mark.parametrize(("distance", "choices"), CHOICES)
def test_factors_are_alike_in_clusters_and_the_totals_are_met(distance, choices, variance):
    frame = clustered()
    known = {"counts": {"sex": {"f": 380.0, "m": 290.0}}, "totals": {"x": 5700.0}}
    met = calibrate(
        frame, weight="w", **known, distance=distance, variance=variance, alike="psu", tolerance=1e-12, **choices
    )
    factors = met.frame.with_columns(g=pl.col("weight_calibrated") / pl.col("w")).group_by("psu")
    assert factors.agg(pl.col("g").max() - pl.col("g").min())["g"].max() < 1e-12
    sums = met.frame.group_by("sex").agg(pl.col("weight_calibrated").sum()).sort("sex")
    assert sums["weight_calibrated"].to_list() == pytest.approx([380, 290])
    assert float((met.weights * frame["x"]).sum()) == pytest.approx(5700)
    # e = y − x̄·B, x̄ the weighted means of the cluster, B by d (over the mean variance there)
    d, new = frame["w"].to_numpy(), met.weights.to_numpy()
    by = frame.with_columns(f=pl.col("sex") == "f", m=pl.col("sex") == "m")
    share = pl.col("w") / pl.col("w").sum()
    mean = by.select((pl.col(c) * share).sum().over("psu") for c in ("f", "m", "x", "v"))
    x, spread = mean.drop("v").to_numpy(), mean["v"].to_numpy() if variance else 1.0
    y = frame["y"].to_numpy()
    e = new * (y - x @ np.linalg.solve((x.T * (d / spread)) @ x, (x.T * (d / spread)) @ y))
    t = np.bincount(frame["psu"].to_numpy(), e)
    found = estimate_calibrated_totals(
        met.frame, SurveyDesign("weight_calibrated", cluster="psu"), met.calibration, values=["y", "x"]
    )
    expected = math.sqrt(12 / 11 * ((t - t.mean()) ** 2).sum())
    assert found["standard_error"].to_list() == pytest.approx([expected, 0.0], abs=1e-9)


def test_alike_is_the_same_as_averaging_before_where_weights_are_equal_in_clusters():
    # calibrate(aggregate.stage = 1) averages the auxiliaries without weights
    frame = clustered().with_columns(w=pl.col("w").first().over("psu"), mean=pl.col("x").mean().over("psu"))
    total, people = 1.02 * float((frame["w"] * frame["x"]).sum()), float(frame["w"].sum())
    alike = calibrate(frame, weight="w", totals={"x": total}, population=people, alike=["psu"])
    before = calibrate(frame, weight="w", totals={"mean": total}, population=people)
    np.testing.assert_allclose(alike.weights, before.weights, rtol=1e-9)


@pytest.mark.parametrize(
    ("choices", "problem"),
    [
        pytest.param({"variance": "v"}, "column 'v' is missing", id="absent"),
        pytest.param({"variance": "sex"}, "column 'sex' is String, not a number", id="text"),
        pytest.param({"variance": "none"}, "column 'none' (variance): 40 of 40 rows are not above 0", id="zero"),
        pytest.param({"alike": "v"}, "column 'v' is missing", id="cluster absent"),
        pytest.param({"alike": ["holes"]}, "column 'holes': 40 of 40 rows are null", id="cluster null"),
    ],
)
def test_columns_that_cannot_serve_are_refused_by_name(choices, problem):
    frame = made().with_columns(none=pl.lit(0.0), holes=pl.lit(None, pl.String))
    with pytest.raises(WeightError) as refused:
        calibrate(frame, weight="w", **KNOWN, **choices)
    assert problem in refused.value.problems


def test_a_calibration_written_by_hand_may_name_them_too():
    known = Calibration("w", "c", counts=["sex"], variance="v", alike=["psu"])
    assert known.columns == ("w", "c", "sex", "v", "psu")
    with pytest.raises(WeightError, match="lists of columns"):
        Calibration("w", "c", counts=["sex"], alike="psu")
