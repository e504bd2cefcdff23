"""What R survey 4.1-1 gives beyond the cases p01-p26: two phases, related margins, options, tests of terms."""

import math
from dataclasses import replace

import polars as pl
import pytest

from analysis import (
    FirstPhase,
    SurveyDesign,
    calibrate,
    estimate_calibrated_means,
    estimate_calibrated_totals,
    estimate_margins,
    estimate_means,
    estimate_totals,
    fit_model,
    likelihood_ratio_test,
    rake,
    wald_test,
)
from tests.analysis.oracle import CLUSTERED, STRATIFIED, read_case, read_data

MARGINS, OPTIONS = read_case("s02_rake_stratified"), read_case("s03_calibrate_options")


def figures(table: pl.DataFrame) -> list[float]:
    return [*table["estimate"], *table["standard_error"]]


def test_two_phases_are_rs_full_method():
    case, people = read_case("s01_two_phase"), read_data("two_phase")
    sizes = pl.col("h").replace_strict(case["first_phase"], return_dtype=pl.Float64)
    interviewed = people.filter("in2").with_columns(held=sizes, first=240.0, N=3000.0)
    interviewed = interviewed.with_columns(w=pl.col("N") / 240 * pl.col("held") / pl.len().over("h"))
    design = SurveyDesign("w", stratum="h", population="held", first_phase=FirstPhase("first", population="N"))
    for estimate, name in ((estimate_means, "mean"), (estimate_totals, "total")):
        expected = [case[name]["est"], case[name]["se"]]
        assert figures(estimate(interviewed, design, values="y")) == pytest.approx(expected, rel=1e-12)
    by_u = estimate_means(interviewed, design, values="y", by="u")
    assert figures(by_u) == pytest.approx([*case["by_u"]["est"], *case["by_u"]["se"]], rel=1e-12)


@pytest.mark.parametrize(("design", "data"), [(STRATIFIED, "apistrat"), (CLUSTERED, "apiclus1")])
@pytest.mark.parametrize("place", range(len(MARGINS["sets"])))
def test_ten_sweeps_are_rs_errors_after_raking_however_margins_are_related(design, data, place):
    margins = {name: MARGINS["population"][name] for name in MARGINS["sets"][place]}
    expected = MARGINS["stratified" if data == "apistrat" else "clustered"][place]
    found = {}
    for regression in ("ten_sweeps", "equal"):
        raked = rake(read_data(data), weight="pw", margins=margins, regression=regression)
        raked_design = replace(design, weight="weight_calibrated")
        table = estimate_calibrated_means(raked.frame, raked_design, raked.calibration, values=["api00", "enroll"])
        found[regression] = figures(table)
    assert found["ten_sweeps"] == pytest.approx([*expected["est"], *expected["se"]], rel=1e-8)
    if len(margins) == 2:  # three margins, strongly related: R's sweeps have not settled (METHODS 3.7)
        assert found["equal"] == pytest.approx(found["ten_sweeps"], rel=2e-6)


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("variance", {"population": 6194, "variance": "enroll"}),
        ("weight_bounds", {"counts": {"stype": {"E": 4421, "H": 755, "M": 1018}}, "weight_bounds": (15, 50)}),
    ],
)
def test_options_of_calibration_are_rs(name, asked):
    case = OPTIONS[name]
    met = calibrate(read_data("apistrat"), weight="pw", totals={"api99": 3914069}, **asked)
    assert met.frame["weight_calibrated"].to_list() == pytest.approx(case["weights"], rel=1e-8)
    design = replace(STRATIFIED, weight="weight_calibrated")
    totals = estimate_calibrated_totals(met.frame, design, met.calibration, values=["enroll", "api.stu"])
    assert figures(totals) == pytest.approx([*case["est"], *case["se"]], rel=1e-8)


def test_terms_of_models_are_tested_as_r_does():
    case = read_case("s04_model_terms")
    schools = read_data("apistrat").with_columns(hi=(pl.col("api00") > 700).cast(pl.Int8))
    linear = fit_model(schools, STRATIFIED, outcome="api00", predictors=["ell", "meals", "mobility"])
    logistic = fit_model(schools, STRATIFIED, outcome="hi", predictors=["ell", "meals", "stype"], model="logistic")
    ratio = likelihood_ratio_test(linear, ["ell", "mobility"])
    by_f = likelihood_ratio_test(linear, ["ell", "mobility"], statistic="F")
    assert by_f["p_value"].item() == pytest.approx(case["linear_F_p"], rel=1e-8)
    for found, name in (
        (ratio, "linear"),
        (likelihood_ratio_test(logistic, ["stype"]), "logistic"),
        (wald_test(logistic, ["stype"], covariance="working", statistic="saddlepoint"), "logistic_working_wald"),
    ):
        expected = case[name]
        assert found["working_statistic"].item() == pytest.approx(expected["chisq"], rel=1e-8)
        assert sorted(found["scale_factors"].item()) == pytest.approx(expected["lambda"], rel=1e-8)
        assert found["p_value"].item() == pytest.approx(expected["p"], rel=1e-6)


def test_adjusted_means_with_errors_apart_are_rs_predicted_margins():
    case = read_case("s04_model_terms")["margins"]
    found = estimate_margins(
        read_data("apistrat"),
        STRATIFIED,
        outcome="api00",
        predictors=["ell", "meals", "stype"],
        of="stype",
        errors="apart",
    )
    rows = dict(zip(found["stype"], zip(found["estimate"], found["standard_error"], strict=True), strict=True))
    for level, estimate, error in zip(case["stype"], case["est"], case["se"], strict=True):
        assert rows[level][0] == pytest.approx(estimate, rel=1e-8)
        assert math.isclose(rows[level][1], error, rel_tol=1e-8)
