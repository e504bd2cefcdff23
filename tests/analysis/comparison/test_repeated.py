"""Contrasts made again in every replicate: R's ratio, linear ones by either way, and what has no value."""

import numpy as np
import polars as pl
import pytest

from analysis.comparison import estimate_contrasts
from analysis.design import SurveyDesign
from analysis.designs.replicate import make_replicates
from analysis.errors import ComparisonError
from analysis.estimation.joint import estimate_jointly
from tests.analysis.oracle import mismatches, read_case, read_data

CLUSTERED = SurveyDesign("pw", cluster="dnum")
COLUMNS = {"est": "estimate", "se": "standard_error", "df": "df", "lo_t": "low", "hi_t": "high"}


def jointly(centre="mean", **asked):
    sample, design = make_replicates(read_data("apiclus1"), CLUSTERED, kind="JK1", centre=centre)
    return estimate_jointly(sample, design, **(asked or {"values": ["api.stu", "enroll"]}))


@pytest.mark.parametrize(("part", "centre"), [("jk1", "mean"), ("jk1_mse", "estimate")])
@pytest.mark.parametrize("ratio", ["`api.stu` / enroll", lambda x: x[0] / x[1]], ids=["expression", "function"])
def test_a_ratio_of_means_in_every_replicate_is_the_ratio_of_r(part, centre, ratio):
    found = estimate_contrasts(jointly(centre), {"ratio": ratio}, variance="replicates")
    assert mismatches(found, read_case("p13_jackknife")[part]["ratio"], COLUMNS) == []
    assert found["method"].item().startswith("contrast, made again in every replicate")
    delta = estimate_contrasts(jointly(centre), {"ratio": ratio})
    assert abs(delta["standard_error"].item() / found["standard_error"].item() - 1) > 1e-6


def test_linear_contrasts_are_the_same_by_either_way():
    joint = jointly(values=["api00", "api99"], by=["stype"])
    asked = {"gain": {"E:api00": 1, "E:api99": -1}, "E_H": "`E:api00` - `H:api00`", "list": [1, 0, -2, 0, 1, 0]}
    one, other = (estimate_contrasts(joint, asked, variance=way) for way in ("delta", "replicates"))
    for column in ("estimate", "standard_error", "low", "high", "df"):
        np.testing.assert_allclose(one[column], other[column], rtol=1e-9)


def test_a_replicate_without_a_value_is_left_out():
    # log(x − 9.9) of means 10 ± : some of the half-samples have a mean below 9.9
    people = pl.DataFrame({"w": [1.0] * 6, "y": [9.0, 10.0, 10.0, 10.0, 10.0, 11.0]})
    sample, design = make_replicates(people, SurveyDesign("w"), kind="JK1", centre="estimate")
    joint = estimate_jointly(sample, design, values=["y"])
    found = estimate_contrasts(joint, {"log": "log(y - 9.9)"}, variance="replicates")
    # leaving out one: means 10.2, 10 (four times) and 9.8, which has no logarithm
    by_hand = 5 / 6 * (np.log(0.3) - np.log(0.1)) ** 2
    assert found["standard_error"].item() ** 2 == pytest.approx(by_hand)


def test_what_cannot_be_repeated_is_said():
    linear = estimate_jointly(read_data("apiclus1"), CLUSTERED, values=["api00"])
    with pytest.raises(ComparisonError, match="the design has none"):
        estimate_contrasts(linear, {"c": "api00"}, variance="replicates")
    with pytest.raises(ComparisonError, match="variance is 'boot'"):
        estimate_contrasts(linear, {"c": "api00"}, variance="boot")


def test_a_separate_ratio_estimator_is_a_contrast_of_the_ratios_of_strata():
    # R's svyratio(separate=TRUE) with totals known by stratum: Σ R_h·X_h, v = Σ X_h²·v(R_h)
    design = SurveyDesign("pw", stratum="stype", population="fpc")
    known = {"E": 1_877_350.0, "H": 1_013_824.0, "M": 920_298.0}
    joint = estimate_jointly(read_data("apistrat"), design, ratios={"r": ("api.stu", "enroll")}, by=["stype"])
    row = estimate_contrasts(joint, {"total": known}).row(0, named=True)
    ratios = joint.estimates.sort("stype")
    sizes = np.array([known[level] for level in ratios["stype"]])
    assert row["estimate"] == pytest.approx(float(sizes @ ratios["estimate"].to_numpy()))
    assert row["standard_error"] ** 2 == pytest.approx(float(sizes**2 @ ratios["standard_error"].to_numpy() ** 2))
