"""Stages, certainty, lonely strata and PPS against R survey 4.5: cases p03, p04, p16, p17, p25."""

import math

import numpy as np
import polars as pl
import pytest

from analysis.design import Stage, SurveyDesign
from analysis.designs.weights import weigh_stages
from analysis.errors import DesignError
from analysis.estimation.estimate import estimate_means, estimate_ratios, estimate_totals
from analysis.estimation.joint import estimate_jointly
from tests.analysis.oracle import mismatches, read_case, read_data

T = {"est": "estimate", "se": "standard_error", "df": "df", "lo_t": "low", "hi_t": "high"}
Z = {"est": "estimate", "se": "standard_error", "lo_z": "low", "hi_z": "high"}
SHORT = {"est": "estimate", "se": "standard_error"}


def agree(estimate, sample, design, expected, **asked):
    """Estimate, error, df and both kinds of limits."""
    t = mismatches(estimate(sample, design, **asked), expected, T)
    return t + mismatches(estimate(sample, design, **asked, df=math.inf), expected, Z)


def test_what_is_left_of_one_stage_of_clusters_agrees():
    case, sample = read_case("p03_cluster1_fpc"), read_data("apiclus1")
    design = SurveyDesign("pw", cluster="dnum", population="fpc")
    assert agree(estimate_ratios, sample, design, case["ratio"], ratios={"r": ("api.stu", "enroll")}) == []
    joint = estimate_jointly(sample, design, values=["api00", "api99"])
    np.testing.assert_allclose(joint.covariance, case["corr_moments"], rtol=1e-8)
    assert agree(estimate_means, sample, design, case["mean"][:2], values=["api00", "enroll"]) == []
    assert agree(estimate_totals, sample, design, case["total"][:1], values=["enroll"]) == []
    without = SurveyDesign("pw", cluster="dnum")
    assert agree(estimate_means, sample, without, case["no_fpc"][:2], values=["api00", "enroll"]) == []
    assert case["df"] == joint.df


def test_two_stages_with_populations_agree():
    case, sample = read_case("p04_two_stage_small"), read_data("mu284")
    design = SurveyDesign("w", cluster="id1", population="n1", stages=(Stage("id2", population="n2"),))
    weight = weigh_stages(sample, design)
    np.testing.assert_allclose(weight, case["weights"], rtol=1e-12)
    sample = sample.with_columns(weight)
    assert agree(estimate_totals, sample, design, case["total"], values=["y1"]) == []
    assert agree(estimate_means, sample, design, case["mean"], values=["y1"]) == []
    elements = SurveyDesign("w", cluster="id1", population="n1", stages=(Stage(population="n2"),))
    assert estimate_means(sample, elements, values=["y1"]).equals(estimate_means(sample, design, values=["y1"]))


def test_textbook_strata_agree():
    case, sample = read_case("p04_two_stage_small"), read_data("fpc")
    ignored = SurveyDesign("weight", stratum="stratid", cluster="psuid")
    used = SurveyDesign("weight", stratum="stratid", cluster="psuid", population="Nh")
    assert agree(estimate_means, sample, ignored, case["fpc_ignored"], values=["x"]) == []
    assert agree(estimate_means, sample, used, case["fpc_used"], values=["x"]) == []
    assert agree(estimate_totals, sample, used, case["fpc_total"], values=["x"]) == []
    deff = {"deff": "design_effect"}
    for design, part in ((ignored, "fpc_ignored"), (used, "fpc_used")):
        assert (
            mismatches(estimate_means(sample, design, values=["x"], design_effect="finite"), case[part], deff)
            == []
        )
    assert estimate_means(sample, used, values=["x"], df="design")["df"].item() == case["df_fpc"]


CERTAINTY = {
    "two_stage": SurveyDesign(
        "w", stratum="stratum", cluster="psu", population="N1", stages=(Stage("elem", population="N2"),)
    ),
    "stage1_fpc_only": SurveyDesign("w", stratum="stratum", cluster="psu", population="N1"),
    "with_replacement": SurveyDesign("w", stratum="stratum", cluster="psu"),
}


@pytest.mark.parametrize("name", CERTAINTY)
def test_certainty_psus_agree(name):
    case, sample, design = read_case("p25_certainty_psus"), read_data("certainty"), CERTAINTY[name]
    part = case[name]
    assert agree(estimate_means, sample, design, part["mean"], values=["y", "ok"]) == []
    assert agree(estimate_totals, sample, design, part["total"], values=["ok"]) == []
    by = estimate_means(sample, design, values=["ok"], by=["grp"])
    expected = [{"est": row["ok"], "se": row["se"], "df": row["df_domain"]} for row in part["by"]]
    assert mismatches(by, expected, SHORT | {"df": "df"}) == []
    of_design = estimate_means(sample, design, values=["ok"], by=["grp"], df="design")
    assert of_design["df"].unique().to_list() == [part["by"][0]["df_design"]]
    strata = estimate_means(sample, design, values=["y"], by=["stratum"])
    assert mismatches(strata, [{"est": row["y"], "se": row["se"]} for row in part["by_stratum"]], SHORT) == []


def test_design_weights_of_two_stages_agree():
    case, sample = read_case("p25_certainty_psus"), read_data("certainty")
    np.testing.assert_allclose(weigh_stages(sample, CERTAINTY["two_stage"]), case["weights"], rtol=1e-12)


@pytest.mark.parametrize("rule", ["certainty", "adjust", "average"])
@pytest.mark.parametrize("statistic", ["mean", "total"])
@pytest.mark.parametrize("in_domains", [False, True])
def test_lonely_strata_agree_also_inside_domains(rule, statistic, in_domains):
    sample, case = read_data("lonely"), read_case("p16_lonely_psu")
    design = SurveyDesign("w", stratum="stratum", cluster="psu", lonely=rule, lonely_in_domains=in_domains)
    estimate = {"mean": estimate_means, "total": estimate_totals}[statistic]
    values = {"mean": ["y", "yes"], "total": ["y"]}[statistic]
    assert agree(estimate, sample, design, case[statistic][rule]["all"], values=values) == []
    found = estimate(sample, design, values=values, by=["dom"])
    for value in values:
        error = {"mean": f"se.{value}", "total": "se"}[statistic]
        rows = case[statistic][rule]["by_adjust_domain_lonely" if in_domains else "by"]
        expected = [{"est": row[value], "se": row[error]} for row in rows]
        assert mismatches(found.filter(pl.col("value") == value), expected, SHORT) == []
    assert case["df"] == estimate(sample, design, values=values, df="design")["df"][0]


@pytest.mark.parametrize("in_domains", [False, True])
def test_rule_fail_refuses_lonely_strata(in_domains):
    assert read_case("p16_lonely_psu")["mean"]["fail_raises_error"]
    design = SurveyDesign("w", stratum="stratum", cluster="psu", lonely="fail", lonely_in_domains=in_domains)
    with pytest.raises(DesignError, match="one sampled"):
        estimate_means(read_data("lonely"), design, values=["y"])


PPS = {
    "with_replacement": SurveyDesign("wt"),
    "brewer": SurveyDesign("wt", probability="p"),
    "overton": SurveyDesign("wt", probability="p", pps="overton"),
    "hartley_rao": SurveyDesign("wt", probability="p", pps="hartley_rao", probability_squares="squares"),
}


@pytest.mark.parametrize("name", PPS)
def test_pps_without_replacement_agrees(name):
    case, design = read_case("p17_pps")[name], PPS[name]
    # R was given HR(sum(p²)/40): Σπ² of the sample stood for that of the population.
    sample = read_data("election_pps").with_columns((pl.col("p") ** 2).sum().alias("squares"))
    totals = estimate_totals(sample, design, values=["Bush", "Kerry", "Nader"], df=math.inf)
    assert mismatches(totals, case["total"], Z) == []
    means = estimate_means(sample, design, values=["Bush", "Kerry"], df=math.inf)
    assert mismatches(means, case["mean"], Z) == []
    ratio = estimate_ratios(sample, design, ratios={"r": ("Bush", "votes")}, df=math.inf)
    assert mismatches(ratio, case["ratio"], Z) == []
