"""Standard errors after calibration: by hand, invariants, against a simulation of the design, refusals."""

import math
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from analysis.design import Stage, SurveyDesign
from analysis.errors import EstimateError, WeightError
from analysis.estimation.calibrated import (
    estimate_calibrated_means,
    estimate_calibrated_proportions,
    estimate_calibrated_ratios,
    estimate_calibrated_totals,
)
from analysis.estimation.estimate import estimate_means, estimate_totals
from analysis.weighting.auxiliaries import Calibration
from analysis.weighting.calibrate import calibrate
from analysis.weighting.trim import trim_weights
from tests.analysis.oracle import read_data

SAMPLE = pl.DataFrame({"sex": ["f", "f", "m", "m"], "y": [1.0, 2.0, 5.0, 6.0], "w": [1.0] * 4})
COUNTS = {"sex": {"f": 60, "m": 40}}
DESIGN = SurveyDesign("weight_calibrated")


def made(seed=1, n=60):
    rng = np.random.default_rng(seed)
    x = rng.normal(10, 2, n)
    return pl.DataFrame(
        {
            "area": rng.choice(["a", "b", "c"], n),
            "stratum": np.arange(n) % 3,
            "cluster": np.arange(n) // 4,
            "x": x,
            "y": 3 * x + rng.normal(0, 1, n),
            "yes": rng.choice([0.0, 1.0], n),
            "w": rng.uniform(5, 15, n),
        }
    )


def met_of(frame, **choices):
    total = float(frame["w"].sum())
    shares = {"a": 0.3, "b": 0.3, "c": 0.4}
    counts = {"area": {level: share * total for level, share in shares.items()}}
    return calibrate(frame, weight="w", counts=counts, totals={"x": 10.1 * total}, **choices)


def test_post_stratified_mean_by_hand():
    # weights 30, 30, 20, 20: mean (90 + 220)/100; residuals ±0.5 from the mean of each sex, divided by 100:
    # w·e = ±0.15, ±0.10; v = 4/3·(2·0.0225 + 2·0.01) = 0.0866667
    met = calibrate(SAMPLE, weight="w", counts=COUNTS)
    row = estimate_calibrated_means(met.frame, DESIGN, met.calibration, values=["y"]).row(0, named=True)
    assert row["estimate"] == pytest.approx(3.1)
    assert row["standard_error"] == pytest.approx(math.sqrt(4 / 3 * 0.065))
    assert row["method"] == "linearised, calibration residuals; t; t(df)"


@pytest.mark.parametrize("distance", ["linear", "raking"])
@pytest.mark.parametrize("by", [[], ["area"]])
def test_what_the_calibration_fixed_has_no_variance_and_what_it_explains_little(distance, by):
    met = met_of(made(), distance=distance)
    design = SurveyDesign("weight_calibrated", stratum="stratum", cluster="cluster")
    totals = estimate_calibrated_totals(met.frame, design, met.calibration, values=["x"])
    assert totals["standard_error"].item() == 0
    assert totals["low"].item() is None
    known = estimate_calibrated_means(met.frame, design, met.calibration, values=["y"], by=by)
    naive = estimate_calibrated_means(met.frame, design, met.calibration, values=["y"], by=by, variance="naive")
    assert known["estimate"].equals(naive["estimate"])
    if not by:  # y is 3x and noise of one sixth of its spread
        assert known["standard_error"].item() < 0.3 * naive["standard_error"].item()


def test_standard_errors_do_not_depend_on_order_scale_or_a_level_written_twice():
    frame = made()
    met = met_of(frame)
    expected = estimate_calibrated_means(met.frame, DESIGN, met.calibration, values=["y", "yes"], by=["area"])
    turned = estimate_calibrated_means(
        met.frame.reverse(), DESIGN, met.calibration, values=["y", "yes"], by=["area"]
    )
    scaled = met.frame.with_columns(pl.col("w", "weight_calibrated") * 8)
    times = estimate_calibrated_means(scaled, DESIGN, met.calibration, values=["y", "yes"], by=["area"])
    twice = Calibration("w", "weight_calibrated", counts=["area", ("area",)], totals=["x", "x"], population=True)
    double = estimate_calibrated_means(met.frame, DESIGN, twice, values=["y", "yes"], by=["area"])
    for found in (turned, times, double):
        for column in ("estimate", "standard_error", "low", "high"):
            np.testing.assert_allclose(found[column], expected[column], rtol=1e-9)


def test_weights_that_needed_no_change_take_out_the_same_as_a_regression():
    # calibrated to its own sums, g = 1: residual variance is that of the regression estimator
    frame = made()
    total = float(frame["w"].sum())
    met = calibrate(frame, weight="w", population=total, totals={"x": float((frame["w"] * frame["x"]).sum())})
    found = estimate_calibrated_means(met.frame, DESIGN, met.calibration, values=["y"])["standard_error"].item()
    w, x, y = (frame[name].to_numpy() for name in ("w", "x", "y"))
    sides = np.column_stack([np.ones_like(x), x])
    slope = np.linalg.solve(sides.T @ (sides * w[:, None]), sides.T @ (w * y))
    residual = w * (y - sides @ slope) / total
    assert found == pytest.approx(math.sqrt(len(w) / (len(w) - 1) * ((residual - residual.mean()) ** 2).sum()))


@pytest.mark.parametrize("step", [1, 2])
def test_many_domains_in_steps_give_the_same_as_one_by_one(step, monkeypatch):
    monkeypatch.setattr("analysis.estimation.credit._NUMBERS_AT_ONCE", 60 * step)
    met = met_of(made())
    together = estimate_calibrated_means(met.frame, DESIGN, met.calibration, values=["y"], by=["area"])
    for area, error in together.select("area", "standard_error").rows():
        alone = estimate_calibrated_means(
            met.frame, DESIGN, met.calibration, values=["y"], where=pl.col("area") == area
        )
        assert alone["standard_error"].item() == pytest.approx(error, rel=1e-12)


def test_a_ratio_to_one_is_the_mean_and_a_proportion_the_mean_of_its_indicator():
    frame = made().with_columns(one=pl.lit(1.0), said=pl.col("yes") == 1)
    met = met_of(frame)
    mean = estimate_calibrated_means(met.frame, DESIGN, met.calibration, values=["yes"])
    ratio = estimate_calibrated_ratios(met.frame, DESIGN, met.calibration, ratios={"r": ("yes", "one")})
    share = estimate_calibrated_proportions(met.frame, DESIGN, met.calibration, of="said").filter("level")
    for found in (ratio, share):
        for column in ("n", "estimate", "standard_error", "df"):
            assert found[column].item() == pytest.approx(mean[column].item(), rel=1e-12)


def test_unanswered_items_leave_the_domain_and_stay_in_the_sample():
    frame = made().with_columns(y=pl.when(pl.int_range(pl.len()) % 5 > 0).then("y"))
    met = met_of(frame)
    found = estimate_calibrated_means(met.frame, DESIGN, met.calibration, values=["y"])
    where = estimate_calibrated_means(
        met.frame.with_columns(pl.col("y").fill_null(0.0), has=pl.col("y").is_not_null()),
        DESIGN,
        met.calibration,
        values=["y"],
        where=pl.col("has"),
    )
    assert found.equals(where)
    assert found["n"].item() == 48


def test_a_domain_nobody_is_in_has_no_figures():
    met = met_of(made())
    nobody = {"where": pl.col("x") > 1e6}
    for found in (
        estimate_calibrated_means(met.frame, DESIGN, met.calibration, values=["y"], **nobody),
        estimate_calibrated_ratios(met.frame, DESIGN, met.calibration, ratios={"r": ("y", "x")}, **nobody),
    ):
        assert found.select("n", "estimate", "standard_error", "low", "high").row(0) == (0, None, None, None, None)


def test_trimming_after_calibration_and_calibrating_twice_are_both_credited():
    met = met_of(made())
    trimmed = trim_weights(met.frame, weight="weight_calibrated", upper=12, strict=True)
    after = estimate_calibrated_means(trimmed.frame, SurveyDesign("weight_trimmed"), met.calibration, values=["y"])
    naive = estimate_means(trimmed.frame, SurveyDesign("weight_trimmed"), values=["y"])
    assert after["standard_error"].item() < 0.5 * naive["standard_error"].item()
    second = calibrate(met.frame, weight="weight_calibrated", population=500.0, into="w2")
    steps = [met.calibration, second.calibration]
    twice = estimate_calibrated_totals(second.frame, SurveyDesign("w2"), steps, values=["x"])
    # x is fixed by the first step, its sum only scaled by the second
    assert twice["standard_error"].item() == 0


def test_residual_standard_errors_are_those_of_repeated_sampling():
    # 150 simple random samples of 80 from 4,000, calibrated to x: the spread of the estimates is the truth
    rng = np.random.default_rng(20261120)
    x = rng.gamma(4, 2, 4000)
    people = pl.DataFrame({"x": x, "y": 2 * x + rng.normal(0, 3, 4000), "w": np.full(4000, 50.0)})
    estimates, errors, naive = [], [], []
    for _ in range(150):
        drawn = people[rng.choice(4000, 80, replace=False)]
        met = calibrate(drawn, weight="w", population=4000, totals={"x": float(x.sum())}, distance="raking")
        for variance, into in (("residual", errors), ("naive", naive)):
            row = estimate_calibrated_means(met.frame, DESIGN, met.calibration, values=["y"], variance=variance)
            into.append(row["standard_error"].item())
        estimates.append(row["estimate"].item())
    spread = float(np.std(estimates))
    assert 0.85 < float(np.mean(errors)) / spread < 1.15
    assert float(np.mean(naive)) / spread > 2


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        pytest.param({"frame": "drop sex"}, "column 'sex' is missing", id="margin missing"),
        pytest.param({"frame": "drop w"}, "column 'w' is missing", id="start missing"),
        pytest.param(
            {"regression": "ols"},
            "regression is 'ols', known: start, equal, calibrated, ten_sweeps",
            id="regression",
        ),
        pytest.param({"calibration": []}, "no calibration was named", id="none"),
        pytest.param(
            {"calibration": [Calibration("w", "a", ["sex"]), Calibration("b", "weight_calibrated", ["sex"])]},
            "calibration 2 starts from 'b', the one before ended in 'a'",
            id="chain",
        ),
    ],
)
def test_what_a_residual_variance_needs_is_refused_by_name(change, problem):
    met = calibrate(SAMPLE, weight="w", counts=COUNTS)
    frame = met.frame.drop(change["frame"].split()[1]) if "frame" in change else met.frame
    options = {name: value for name, value in change.items() if name == "regression"}
    with pytest.raises(WeightError) as refused:
        estimate_calibrated_means(
            frame, DESIGN, change.get("calibration", met.calibration), values=["y"], **options
        )
    assert problem in refused.value.problems


def test_unknown_variances_and_nothing_to_estimate_are_refused():
    met = calibrate(SAMPLE, weight="w", counts=COUNTS)
    with pytest.raises(EstimateError, match="variance is 'robust', known: residual, naive"):
        estimate_calibrated_means(met.frame, DESIGN, met.calibration, values=["y"], variance="robust")
    with pytest.raises(EstimateError, match="nothing to estimate was named"):
        estimate_calibrated_means(met.frame, DESIGN, met.calibration, values=[])


@pytest.mark.parametrize("lonely", ["adjust", "certainty", "average", "collapse"])
def test_designs_of_several_stages_have_the_variance_of_their_residuals(lonely):
    frame = made().with_columns(communes=pl.lit(40), adults=pl.lit(50), stratum=pl.col("cluster") // 5)
    met = met_of(frame)
    design = SurveyDesign(
        "weight_calibrated",
        stratum="stratum",
        cluster="cluster",
        population="communes",
        stages=(Stage(population="adults"),),
        lonely=lonely,
    )
    found = estimate_calibrated_totals(met.frame, design, met.calibration, values=["y"])
    w, g, y = (met.frame[name].to_numpy() for name in ("w", "weight_calibrated", "y"))
    sides = np.column_stack([*(met.frame["area"] == level for level in "abc"), met.frame["x"]]).astype(float)
    slope = np.linalg.solve(sides.T @ (sides * w[:, None]), sides.T @ (w * y))
    residuals = met.frame.with_columns(e=pl.Series(g * (y - sides @ slope)), one=pl.lit(1.0))
    expected = estimate_totals(residuals, replace(design, weight="one"), values=["e"])
    naive = estimate_totals(met.frame, design, values=["y"])
    assert found["standard_error"].item() == pytest.approx(expected["standard_error"].item(), rel=1e-9)
    assert found["df"].item() == naive["df"].item()
    assert found["n"].item() == naive["n"].item()


def test_a_calibration_without_margins_is_refused():
    with pytest.raises(WeightError, match="no margin was named"):
        Calibration("w", "v")
    with pytest.raises(WeightError, match="lists of columns"):
        Calibration("w", "v", counts="sex")


def test_ten_sweeps_stop_where_rs_rake_stops():
    # R's svyrecvar: ten times, margin after margin, x − w·(unweighted mean of x/w in the level)
    sample = read_data("apistrat")
    margins = {
        "sch.wide": {"No": 1072, "Yes": 5122},
        "awards": {"No": 2027, "Yes": 4167},
        "comp.imp": {"No": 1434, "Yes": 4760},
    }
    met = calibrate(sample, weight="pw", counts=margins, distance="raking")
    design = SurveyDesign("weight_calibrated", stratum="stype", population="fpc")
    errors = {
        regression: estimate_calibrated_means(
            met.frame, design, met.calibration, values=["enroll"], regression=regression
        )["standard_error"].item()
        for regression in ("ten_sweeps", "equal", "start")
    }
    w, y = met.weights.to_numpy(), sample["enroll"].to_numpy()
    z = (y - (w @ y) / w.sum()) / w.sum()
    frame = sample.with_columns(z=pl.Series(z))
    for _ in range(10):
        for margin in margins:
            frame = frame.with_columns(z=pl.col("z") - pl.col("z").mean().over(margin))
    residuals = frame.with_columns(e=pl.col("z") * pl.Series(w), one=pl.lit(1.0))
    expected = estimate_totals(residuals, replace(design, weight="one"), values=["e"])["standard_error"].item()
    assert errors["ten_sweeps"] == pytest.approx(expected, rel=1e-10)
    # figures of METHODS 3.7
    assert (round(errors["ten_sweeps"], 1), round(errors["equal"], 2), round(errors["start"], 2)) == (
        31.8,
        17.91,
        17.75,
    )


def test_a_calibration_may_say_which_regression_its_errors_take():
    met = met_of(made())
    equal = replace(met.calibration, regression="equal")
    asked = {"values": ["y"], "by": ["area"]}
    said = estimate_calibrated_means(met.frame, DESIGN, equal, **asked)
    told = estimate_calibrated_means(met.frame, DESIGN, met.calibration, regression="equal", **asked)
    assert said.equals(told)
    start = estimate_calibrated_means(met.frame, DESIGN, equal, regression="start", **asked)
    assert start.equals(estimate_calibrated_means(met.frame, DESIGN, met.calibration, **asked))
    assert not said.equals(start)
    with pytest.raises(WeightError, match="regression is 'ols', known: start, equal, calibrated, ten_sweeps"):
        replace(equal, regression="ols")


def test_ten_sweeps_are_the_regression_where_margins_overlap_little():
    frame = made().with_columns(half=pl.int_range(pl.len()) % 2)
    total = float(frame["w"].sum())
    counts = {"area": dict.fromkeys("abc", total / 3), "half": {0: total / 2, 1: total / 2}}
    met = calibrate(frame, weight="w", counts=counts, distance="raking")
    errors = [
        estimate_calibrated_means(met.frame, DESIGN, met.calibration, values=["y"], regression=regression)
        for regression in ("equal", "ten_sweeps")
    ]
    np.testing.assert_allclose(errors[0]["standard_error"], errors[1]["standard_error"], rtol=1e-8)
    met = met_of(made())
    with pytest.raises(WeightError, match="ten_sweeps is for raking"):
        estimate_calibrated_means(met.frame, DESIGN, met.calibration, values=["y"], regression="ten_sweeps")
