"""Replicate designs, made here and supplied, against R survey 4.5: cases p13, p14, p15."""

import math

import numpy as np
import polars as pl
import pytest

from analysis.design import SurveyDesign
from analysis.designs.replicate import make_replicates, reweight_replicates
from analysis.estimation.estimate import estimate_means, estimate_ratios, estimate_totals
from analysis.replicates import Replicates
from analysis.weighting.rake import rake
from tests.analysis.oracle import differ, mismatches, read_case, read_data

T = {"est": "estimate", "se": "standard_error", "df": "df", "lo_t": "low", "hi_t": "high"}
Z = {"est": "estimate", "se": "standard_error", "lo_z": "low", "hi_z": "high"}
RATIO = {"r": ("api.stu", "enroll")}


def agree(estimate, sample, design, expected, **asked):
    t = mismatches(estimate(sample, design, **asked), expected, T)
    return t + mismatches(estimate(sample, design, **asked, df=math.inf), expected, Z)


def check_jackknife(sample, design, part):
    assert agree(estimate_means, sample, design, part["mean"], values=["api00", "enroll"]) == []
    assert agree(estimate_totals, sample, design, part["total"], values=["enroll"]) == []
    assert agree(estimate_ratios, sample, design, part["ratio"], ratios=RATIO) == []
    by = estimate_means(sample, design, values=["api00"], by=["sch.wide"])
    expected = [{"est": row["api00"], "se": row.get("se", row.get("se.api00"))} for row in part["by"]]
    assert mismatches(by, expected, {"est": "estimate", "se": "standard_error"}) == []
    assert len(design.replicates.columns) == part["R"]


@pytest.mark.parametrize(("part", "centre"), [("jk1", "mean"), ("jk1_mse", "estimate")])
def test_delete_one_jackknife_agrees(part, centre):
    case = read_case("p13_jackknife")
    unstratified = SurveyDesign("pw", cluster="dnum")
    sample, design = make_replicates(read_data("apiclus1"), unstratified, kind="JK1", centre=centre)
    check_jackknife(sample, design, case[part])
    assert design.replicates.multipliers == pytest.approx([case[part]["scale"]] * 15)
    # R leaves out the districts in the order they stand in the file, we in order of their number.
    first = sample["dnum"].unique().sort().to_list().index(sample["dnum"][0]) + 1
    np.testing.assert_allclose(sample[f"replicate_{first}"], case["jk1_first_rep_analysis_weights"], rtol=1e-8)


@pytest.mark.parametrize(("part", "centre"), [("jkn", "mean"), ("jkn_mse", "estimate")])
def test_stratified_jackknife_agrees(part, centre):
    expected = read_case("p13_jackknife")[part]
    stratified = SurveyDesign("pw", stratum="stype")
    sample, design = make_replicates(read_data("apistrat"), stratified, kind="JKn", centre=centre)
    check_jackknife(sample, design, expected)
    np.testing.assert_allclose(sorted(set(design.replicates.coefficients)), sorted(expected["rscales"]))


def test_replicates_raked_one_by_one_agree():
    margins = {"stype": {"E": 4421, "H": 755, "M": 1018}, "sch.wide": {"No": 1072, "Yes": 5122}}
    sample, design = make_replicates(read_data("apiclus1"), SurveyDesign("pw", cluster="dnum"), kind="JK1")
    raked = reweight_replicates(
        sample,
        design,
        lambda rows, column: rake(rows, weight=column, margins=margins, tolerance=1e-13).weights,
    )
    check_jackknife(raked, design, read_case("p13_jackknife")["jk1_raked"])


def supply_halves(fay=0.0):
    case = read_case("p14_brr_scd")
    factors = np.array(case["replicate_factors"])
    if fay:
        factors = fay + (1 - fay) * factors
    columns = {f"f{r + 1}": factors[:, r] for r in range(4)}
    sample = read_data("scd").with_columns(pl.lit(1.0).alias("w"), **{k: pl.Series(v) for k, v in columns.items()})
    replicates = Replicates(tuple(columns), "Fay" if fay else "BRR", fay=fay, are_factors=True)
    return case, sample, SurveyDesign("w", replicates=replicates)


def test_half_samples_supplied_agree():
    case, sample, design = supply_halves()
    assert agree(estimate_totals, sample, design, case["total"], values=["alive", "arrests"]) == []
    assert agree(estimate_ratios, sample, design, case["ratio"], ratios={"r": ("alive", "arrests")}) == []
    assert case["df"] == estimate_totals(sample, design, values=["alive"], df="design")["df"].item()


def test_fay_supplied_agrees():
    case, sample, design = supply_halves(read_case("p14_brr_scd")["fay_rho"])
    assert agree(estimate_totals, sample, design, case["fay_total"], values=["alive"]) == []
    assert agree(estimate_ratios, sample, design, case["fay_ratio"], ratios={"r": ("alive", "arrests")}) == []


def test_linearised_second_opinion_agrees():
    case, sample, _ = supply_halves()
    linear = SurveyDesign("w", stratum="ESA", cluster="ambulance")
    assert (
        agree(estimate_ratios, sample, linear, case["linearised_ratio"], ratios={"r": ("alive", "arrests")}) == []
    )
    assert agree(estimate_totals, sample, linear, case["linearised_total"], values=["alive", "arrests"]) == []


@pytest.mark.parametrize(("kind", "part"), [("BRR", ""), ("Fay", "fay_")])
def test_half_samples_made_here_agree_where_any_balanced_set_does(kind, part):
    # Four half-samples of three strata: every balanced set is the one R was given, up to order and sides.
    case, sample, _ = supply_halves()
    linear = SurveyDesign("w", stratum="ESA", cluster="ambulance")
    made, design = make_replicates(sample, linear, kind=kind, fay=case["fay_rho"])
    assert len(design.replicates.columns) == 4
    assert agree(estimate_totals, made, design, case[f"{part}total"][:1], values=["alive"]) == []


def test_bootstrap_supplied_agrees():
    case, sample = read_case("p15_bootstrap_supplied"), read_data("apiclus1_boot50")
    columns = tuple(f"bw{r}" for r in range(1, 51))
    design = SurveyDesign("pw", replicates=Replicates(columns))
    assert agree(estimate_means, sample, design, case["mean"], values=["api00", "enroll"]) == []
    assert agree(estimate_totals, sample, design, case["total"], values=["enroll"]) == []
    assert agree(estimate_ratios, sample, design, case["ratio"], ratios=RATIO) == []
    by = estimate_means(sample, design, values=["api00"], by=["stype"])
    expected = [{"est": row["api00"], "se": row.get("se", row.get("se.api00"))} for row in case["by"]]
    assert mismatches(by, expected, {"est": "estimate", "se": "standard_error"}) == []
    centred = SurveyDesign("pw", replicates=Replicates(columns, centre="estimate"))
    assert agree(estimate_means, sample, centred, case["mean_mse"], values=["api00", "enroll"]) == []
    assert not differ(design.replicates.multipliers[0], case["scale"])
    assert estimate_means(sample, design, values=["api00"], df="design")["df"].item() == case["df"]
