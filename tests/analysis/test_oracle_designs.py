"""Designs against R survey 4.5: cases p01, p02, p03, p05, p06, p16 (R code in tests/oracles)."""

import math

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from analysis.design import SurveyDesign
from analysis.estimation.estimate import estimate_means, estimate_proportions, estimate_ratios, estimate_totals
from analysis.estimation.intervals import t_limits
from analysis.estimation.joint import estimate_jointly
from analysis.estimation.variances import estimate_variances
from tests.analysis.oracle import CLUSTERED, STRATIFIED, differ, mismatches, read_case, read_data

COLUMNS = {"est": "estimate", "se": "standard_error", "df": "df", "lo_t": "low", "hi_t": "high"}
WITH_DEFF = COLUMNS | {"deff": "design_effect"}
SRS = SurveyDesign("pw", population="fpc")
TOTAL_NAMES = ("E", "H", "M")


def check_z(expected):
    for row in expected:
        low, high = t_limits(row["est"], row["se"], math.inf, 0.95)
        assert not differ(float(low), row["lo_z"], relative=1e-8)
        assert not differ(float(high), row["hi_z"], relative=1e-8)


def indicators(frame, column):
    return frame.with_columns((pl.col(column) == level).cast(pl.Float64).alias(level) for level in TOTAL_NAMES)


def test_simple_random_sample_agrees_with_r():
    sample, case = read_data("apisrs"), read_case("p01_srs_fpc")
    means = estimate_means(sample, SRS, values=["api00", "api99", "enroll"])
    assert mismatches(means, case["mean"], COLUMNS) == []
    totals = estimate_totals(sample, SRS, values=["enroll", "api.stu"])
    assert mismatches(totals, case["total"], COLUMNS) == []
    shares = estimate_proportions(sample, SRS, of="stype", interval="t")
    assert mismatches(shares, case["mean_stype"], COLUMNS) == []
    counts = estimate_totals(indicators(sample, "stype"), SRS, values=TOTAL_NAMES)
    assert mismatches(counts, case["total_stype"], COLUMNS) == []
    ratio = estimate_ratios(sample, SRS, ratios={"api.stu/enroll": ("api.stu", "enroll")})
    assert mismatches(ratio, case["ratio"], COLUMNS) == []
    without = estimate_means(sample, SurveyDesign("pw"), values=["api00", "enroll"])
    assert mismatches(without, case["no_fpc"], COLUMNS) == []
    for part in ("mean", "total", "mean_stype", "total_stype", "ratio", "no_fpc"):
        check_z(case[part])


def test_covariance_of_means_agrees_with_r():
    joint = estimate_jointly(read_data("apisrs"), SRS, values=["api00", "api99", "enroll"])
    np.testing.assert_allclose(joint.covariance, read_case("p01_srs_fpc")["cov_mean"], rtol=1e-8)
    assert joint.df == read_case("p01_srs_fpc")["df"]


def test_population_variance_agrees_with_r():
    found = estimate_variances(read_data("apisrs"), SRS, values=["api00"]).row(0, named=True)
    expected = read_case("p01_srs_fpc")["var_api00"]
    assert not differ(found["estimate"], expected["est"])
    assert not differ(found["standard_error"], expected["se"])


def test_stratified_sample_and_design_effects_agree_with_r():
    sample, case = read_data("apistrat"), read_case("p02_strat_fpc")
    finite = estimate_means(sample, STRATIFIED, values=["api00", "enroll"], design_effect="finite")
    assert mismatches(finite, case["mean"], WITH_DEFF) == []
    replaced = estimate_means(sample, STRATIFIED, values=["api00", "enroll"])
    assert mismatches(replaced, case["mean_deff_wr"], WITH_DEFF) == []
    total = estimate_totals(sample, STRATIFIED, values=["enroll"], design_effect="finite")
    assert mismatches(total, case["total"], WITH_DEFF) == []
    shares = pl.concat(
        estimate_proportions(sample, STRATIFIED, of=column, interval="t", design_effect="finite")
        for column in ("awards", "sch.wide")
    )
    assert mismatches(shares, case["prop"], WITH_DEFF) == []
    ratio = estimate_ratios(sample, STRATIFIED, ratios={"api.stu/enroll": ("api.stu", "enroll")})
    assert mismatches(ratio, case["ratio"], COLUMNS) == []
    assert case["df"] == ratio["df"].item()
    for part in ("mean", "mean_deff_wr", "total", "prop", "ratio", "no_fpc", "total_no_fpc"):
        check_z(case[part])


def test_stratified_sample_without_correction_agrees_with_r():
    sample, case = read_data("apistrat"), read_case("p02_strat_fpc")
    design = SurveyDesign("pw", stratum="stype")
    means = estimate_means(sample, design, values=["api00", "enroll"], design_effect="finite")
    shares = estimate_proportions(sample, design, of="awards", interval="t", design_effect="finite")
    both = pl.concat([means.drop("value"), shares.drop("level")])
    assert mismatches(both, case["no_fpc"], WITH_DEFF) == []
    counts = estimate_totals(indicators(sample, "stype"), design, values=["enroll", *TOTAL_NAMES])
    # A stratum's own total is known: se 0, and no limits where R prints [total, total].
    assert mismatches(counts, case["total_no_fpc"], {"est": "estimate", "se": "standard_error"}) == []
    assert mismatches(counts.head(1), case["total_no_fpc"][:1], COLUMNS) == []
    assert counts["low"][1:].to_list() == [None] * 3


def test_covariance_of_shares_agrees_with_r():
    sample = read_data("apistrat").with_columns(
        (pl.col("awards") == level).cast(pl.Float64).alias(f"awards{level}") for level in ("No", "Yes")
    )
    joint = estimate_jointly(sample, STRATIFIED, values=["awardsNo", "awardsYes"])
    np.testing.assert_allclose(joint.covariance, read_case("p02_strat_fpc")["cov_awards"], rtol=1e-8)


def test_clustered_sample_agrees_with_r():
    sample, case = indicators(read_data("apiclus1"), "stype"), read_case("p03_cluster1_fpc")
    means = estimate_means(sample, CLUSTERED, values=["api00", "enroll", *TOTAL_NAMES], design_effect="finite")
    assert mismatches(means, case["mean"], WITH_DEFF) == []
    totals = estimate_totals(sample, CLUSTERED, values=["enroll", *TOTAL_NAMES], design_effect="finite")
    assert mismatches(totals, case["total"], WITH_DEFF) == []
    replaced = estimate_means(sample, CLUSTERED, values=["api00"])
    assert mismatches(replaced, case["mean_deff_wr"], WITH_DEFF) == []
    without = estimate_means(sample, SurveyDesign("pw", cluster="dnum"), values=["api00", "enroll", *TOTAL_NAMES])
    assert mismatches(without, case["no_fpc"], COLUMNS) == []


def by_key(rows, keys, value, error, deff=None):
    """Expected rows of svyby in our order and names."""
    ordered = sorted(rows, key=lambda row: [row[key] for key in keys])
    return [
        {"est": row[value], "se": row[error], "df": row["df_domain"]} | ({"deff": row[deff]} if deff else {})
        for row in ordered
    ]


DOMAIN_CASES = [
    pytest.param("strat_mean_by_sch.wide", "strat", ["sch.wide"], "mean", "api00", "se", id="sch.wide"),
    pytest.param("strat_mean_by_stype", "strat", ["stype"], "mean", "api00", "se.api00", id="strata 1"),
    pytest.param("strat_mean_by_stype", "strat", ["stype"], "mean", "enroll", "se.enroll", id="strata 2"),
    pytest.param("strat_mean_by_2", "strat", ["stype", "awards"], "mean", "api00", "se", id="two factors"),
    pytest.param("strat_total_by_awards", "strat", ["awards"], "total", "enroll", "se", id="totals"),
    pytest.param("clus_mean_by_stype", "clus", ["stype"], "mean", "api00", "se.api00", id="clusters 1"),
    pytest.param("clus_mean_by_stype", "clus", ["stype"], "mean", "growth", "se.growth", id="clusters 2"),
    pytest.param("clus_mean_by_2", "clus", ["stype", "sch.wide"], "mean", "api00", "se", id="clusters by 2"),
    pytest.param("clus_total_by_stype", "clus", ["stype"], "total", "enroll", "se", id="cluster totals"),
]


@pytest.mark.parametrize(("part", "data", "keys", "statistic", "value", "error"), DOMAIN_CASES)
def test_domains_agree_with_r(part, data, keys, statistic, value, error):
    sample = read_data("apistrat" if data == "strat" else "apiclus1")
    design = STRATIFIED if data == "strat" else CLUSTERED
    estimate = estimate_means if statistic == "mean" else estimate_totals
    rows = read_case("p05_domains")[part]
    deff = "DEff.enroll" if "DEff.enroll" in rows[0] else None
    found = estimate(sample, design, values=[value], by=keys, design_effect="finite")
    columns = {"est": "estimate", "se": "standard_error", "df": "df"} | ({"deff": "design_effect"} if deff else {})
    assert mismatches(found, by_key(rows, keys, value, error, deff), columns) == []
    of_design = estimate(sample, design, values=[value], by=keys, df="design")
    assert of_design["df"].unique().to_list() == [rows[0]["df_design"]]


def test_ratio_by_domain_agrees_with_r():
    found = estimate_ratios(read_data("apistrat"), STRATIFIED, ratios={"r": ("api.stu", "enroll")}, by=["awards"])
    rows = read_case("p05_domains")["strat_ratio_by_awards"]
    expected = by_key(rows, ["awards"], "api.stu.enroll", "se.api.stu.enroll")
    assert mismatches(found, expected, {"est": "estimate", "se": "standard_error", "df": "df"}) == []


@pytest.mark.parametrize("level", ["No", "Yes"])
def test_proportion_by_domain_agrees_with_r(level):
    found = estimate_proportions(read_data("apiclus1"), CLUSTERED, of="awards", by=["stype"])
    rows = read_case("p05_domains")["clus_prop_by_stype"]
    expected = by_key(rows, ["stype"], f"awards{level}", f"se.awards{level}")
    ours = found.filter(pl.col("level") == level)
    assert mismatches(ours, expected, {"est": "estimate", "se": "standard_error", "df": "df"}) == []


def test_covariance_between_domains_agrees_with_r():
    joint = estimate_jointly(read_data("apistrat"), STRATIFIED, values=["api00"], by=["awards", "stype"])
    expected = np.array(read_case("p05_domains")["strat_cov_by_2"])
    assert joint.estimates.select("stype", "awards").rows() == [
        (row["stype"], row["awards"]) for row in read_case("p05_domains")["strat_mean_by_2"]
    ]
    np.testing.assert_allclose(joint.covariance, expected, rtol=1e-8, atol=1e-12)


SUBPOPULATIONS = {
    "comp.imp": pl.col("comp.imp") == "Yes",
    "rare": (pl.col("stype") == "H") & (pl.col("meals") > 60),
}


@pytest.mark.parametrize("name", list(SUBPOPULATIONS))
def test_subpopulation_keeps_the_design(name):
    sample, case = read_data("apiclus1"), read_case("p06_subpopulation")[name]
    where = SUBPOPULATIONS[name]
    values = [row["name"] for row in case["mean"]]
    means = estimate_means(sample, CLUSTERED, values=values, where=where)
    totals = estimate_totals(sample, CLUSTERED, values=["enroll"], where=where)
    assert mismatches(means, case["mean"], COLUMNS) == []
    assert mismatches(totals, case["total"], COLUMNS) == []
    assert (means["n"][0], means["df"][0]) == (case["n"], case["df"])
    if "ratio" in case:
        ratio = estimate_ratios(sample, CLUSTERED, ratios={"r": ("api.stu", "enroll")}, where=where)
        assert mismatches(ratio, case["ratio"], COLUMNS) == []
    for part in {"mean", "total", "ratio"} & set(case):
        check_z(case[part])


def test_subpopulation_as_a_domain_gives_the_same_as_where():
    sample = read_data("apiclus1")
    by = estimate_means(sample, CLUSTERED, values=["api00"], by=["comp.imp"]).filter(pl.col("comp.imp") == "Yes")
    where = estimate_means(sample, CLUSTERED, values=["api00"], where=SUBPOPULATIONS["comp.imp"])
    assert_frame_equal(by.drop("comp.imp"), where, rel_tol=1e-13)


def test_filtering_first_gives_the_other_answer_r_warns_of():
    sample, case = read_data("apiclus1"), read_case("p06_subpopulation")
    filtered = sample.filter(SUBPOPULATIONS["rare"])
    wrong = case["rare_filtered_first_WRONG"]
    assert mismatches(estimate_means(filtered, CLUSTERED, values=["api00"]), wrong["mean"], COLUMNS) == []
    assert mismatches(estimate_totals(filtered, CLUSTERED, values=["enroll"]), wrong["total"], COLUMNS) == []
    assert wrong["mean"][0]["se"] > 1.3 * case["rare"]["mean"][0]["se"]
    check_z(wrong["mean"] + wrong["total"])


@pytest.mark.parametrize("rule", ["certainty", "adjust", "average"])
def test_lonely_strata_agree_with_r(rule):
    sample, case = read_data("lonely"), read_case("p16_lonely_psu")
    design = SurveyDesign("w", stratum="stratum", cluster="psu", lonely=rule)
    means = estimate_means(sample, design, values=["y", "yes"])
    assert mismatches(means, case["mean"][rule]["all"], COLUMNS) == []
    total = estimate_totals(sample, design, values=["y"])
    assert mismatches(total, case["total"][rule]["all"], COLUMNS) == []
    columns = {"est": "estimate", "se": "standard_error"}
    means = estimate_means(sample, design, values=["y"], by=["dom"])
    expected = [{"est": row["y"], "se": row["se.y"]} for row in case["mean"][rule]["by"]]
    assert mismatches(means, expected, columns) == []
    totals = estimate_totals(sample, design, values=["y"], by=["dom"])
    expected = [{"est": row["y"], "se": row["se"]} for row in case["total"][rule]["by"]]
    assert mismatches(totals, expected, columns) == []


@pytest.mark.parametrize("rule", ["certainty", "adjust", "average"])
@pytest.mark.parametrize("statistic", ["mean", "total"])
def test_joint_estimates_have_the_same_errors_as_single_ones(statistic, rule):
    design = SurveyDesign("w", stratum="stratum", cluster="psu", lonely=rule)
    single = {"mean": estimate_means, "total": estimate_totals}[statistic]
    found = estimate_jointly(read_data("lonely"), design, values=["y", "yes"], statistic=statistic)
    expected = single(read_data("lonely"), design, values=["y", "yes"])
    for column in ("estimate", "standard_error"):
        np.testing.assert_allclose(found.estimates[column], expected[column], rtol=1e-10)
