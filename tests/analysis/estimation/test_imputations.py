"""Rubin's rules: against R mitools (p26), by hand, and what they must not change."""

import numpy as np
import polars as pl
import pytest

from analysis.comparison import estimate_contrasts
from analysis.design import SurveyDesign
from analysis.errors import EstimateError
from analysis.estimation.estimate import estimate_means
from analysis.estimation.imputations import combine_imputations
from analysis.estimation.joint import JointEstimates, estimate_jointly
from analysis.estimation.joint_imputations import combine_joint_imputations
from tests.analysis.oracle import differ, read_case

CASE = read_case("p26_multiple_imputation")


def completed(**more: object) -> pl.DataFrame:
    return pl.DataFrame({"m": range(5), "estimate": CASE["est"], "standard_error": np.sqrt(CASE["var"]), **more})


def test_five_completed_estimates_agree_with_r():
    row = combine_imputations(completed(), imputation="m", df=None).row(0, named=True)
    assert not differ(row["estimate"], CASE["combined"])
    assert not differ(row["standard_error"] ** 2, CASE["total_var"])
    assert not differ(row["df"], CASE["df"])
    assert not differ(row["missing_information"], CASE["missinfo"])


def test_limited_degrees_of_freedom_agree_with_r():
    number = combine_imputations(completed(), imputation="m", df=44)
    column = combine_imputations(completed(df=44.0), imputation="m")
    assert not differ(number["df"].item(), CASE["df_complete_44"])
    assert not differ(column["df"].item(), CASE["df_complete_44"])
    classic = combine_imputations(completed(df=44.0), imputation="m", rule="rubin")
    assert not differ(classic["df"].item(), CASE["df"])


def test_the_paper_gives_fewer_degrees_of_freedom_than_r():
    row = combine_imputations(completed(), imputation="m", df=44, rule="barnard_rubin_1999").row(0, named=True)
    # (45/47)·44·W/T with W = 0.000412, T = 0.0004683556
    observed = 45 / 47 * 44 * 0.000412 / 0.0004683556
    assert row["df"] == pytest.approx(1 / (1 / CASE["df"] + 1 / observed))
    assert row["df"] < CASE["df_complete_44"]


def test_by_hand():
    # W = (4 + 4)/2, B = ((1 − 2)² + (3 − 2)²)/1 = 2, T = 4 + 1.5·2 = 7; r = 3/4, df = 1·(1 + 4/3)² = 49/9
    frames = [pl.DataFrame({"estimate": [e], "standard_error": [2.0]}) for e in (1.0, 3.0)]
    row = combine_imputations(frames, df=None).row(0, named=True)
    assert (row["estimate"], row["standard_error"] ** 2) == (2, pytest.approx(7))
    assert row["df"] == pytest.approx(49 / 9)
    assert row["between"] ** 2 == pytest.approx(2)


def fill(seed: int) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    unit = np.repeat(["A", "B", "C"], 60)
    missing = np.tile([True, False, False], 60)
    y = np.where(missing, rng.normal(60, 10, 180), np.random.default_rng(0).normal(60, 10, 180))
    return pl.DataFrame({"w": 1.0, "unit": unit, "y": y})


def test_many_domains_at_once_are_each_their_own():
    estimated = [estimate_means(fill(seed), SurveyDesign("w"), values=["y"], by=["unit"]) for seed in range(1, 9)]
    together = combine_imputations(estimated, by=["unit", "value"])
    assert together["unit"].to_list() == ["A", "B", "C"]
    for position in range(3):
        alone = combine_imputations([each[position] for each in estimated], by=["unit", "value"])
        assert alone.row(0) == together.row(position)
    assert (together["standard_error"] > pl.Series([e["standard_error"].mean() for e in estimated]).min()).all()
    assert (together["df"] < 59).all()
    assert together["n"].to_list() == [60, 60, 60]


def test_the_order_of_data_sets_and_rows_changes_nothing():
    estimated = [estimate_means(fill(seed), SurveyDesign("w"), values=["y"], by=["unit"]) for seed in range(1, 6)]
    one = combine_imputations(estimated, by=["unit"])
    other = combine_imputations([each.reverse() for each in estimated[::-1]], by=["unit"]).sort("unit")
    np.testing.assert_allclose(other["standard_error"], one["standard_error"], rtol=1e-12)


def test_the_same_figure_in_all_data_sets_loses_nothing():
    frames = [pl.DataFrame({"estimate": [70.0], "standard_error": [2.0], "df": [30.0]})] * 4
    row = combine_imputations(frames).row(0, named=True)
    assert (row["standard_error"], row["relative_increase"]) == (2, 0)
    # what complete data have, times (ν+1)/(ν+3) of Barnard and Rubin
    assert row["df"] == pytest.approx(30 * 31 / 33)
    assert "same figure" in row["note"]


def test_a_domain_without_a_figure_in_one_data_set_has_none():
    frames = [
        pl.DataFrame({"unit": ["A", "B"], "estimate": [70.0, e], "standard_error": [2.0, s], "df": [9.0, 9.0]})
        for e, s in ((50.0, 1.0), (None, None))
    ]
    found = combine_imputations(frames, by=["unit"])
    assert found["estimate"].to_list() == [70, None]
    assert found["low"][1] is None


def test_all_problems_are_told_together():
    frames = [
        pl.DataFrame({"unit": ["A"], "estimate": [1.0], "standard_error": [1.0], "df": [3.0]}),
        pl.DataFrame({"unit": ["B"], "estimate": [1.0], "standard_error": [-1.0], "df": [3.0]}),
    ]
    with pytest.raises(EstimateError, match="same names") as error:
        combine_imputations(frames, by=["unit"])
    assert len(error.value.problems) == 2
    with pytest.raises(EstimateError, match="two at least"):
        combine_imputations(frames[:1], by=["unit"])
    with pytest.raises(EstimateError, match="imputation"):
        combine_imputations(frames[0], by=["unit"])


def filled_sets() -> list[JointEstimates]:
    rng = np.random.default_rng(2)
    frame = pl.DataFrame({"w": rng.uniform(1, 4, 80), "unit": list("ABCD") * 20, "y": rng.normal(50, 9, 80)})
    filled = [frame.with_columns(pl.col("y") + pl.Series(rng.normal(0, 2, 80))) for _ in range(6)]
    return [estimate_jointly(each, SurveyDesign("w"), values="y", by="unit") for each in filled]


def test_covariances_of_completed_data_sets_are_put_together_by_the_definition():
    joints = filled_sets()
    found = combine_joint_imputations(joints)
    theta = np.array([joint.estimates["estimate"].to_list() for joint in joints])
    away = theta - theta.mean(axis=0)
    within = sum(joint.covariance for joint in joints) / 6
    assert found.covariance == pytest.approx(within + 7 / 6 * away.T @ away / 5, rel=1e-12)
    rows = combine_imputations([joint.estimates for joint in joints], by=["unit", "value"])
    assert found.estimates["standard_error"].to_list() == rows["standard_error"].to_list()
    assert np.sqrt(np.diag(found.covariance)) == pytest.approx(rows["standard_error"].to_numpy(), rel=1e-12)


def test_a_linear_contrast_of_them_is_the_contrast_of_each_put_together():
    joints = filled_sets()
    made = estimate_contrasts(combine_joint_imputations(joints), {"A - B": "A - B"})
    each = pl.concat([estimate_contrasts(joint, {"A - B": "A - B"}) for joint in joints])
    expected = combine_imputations(each.with_columns(m=pl.Series(range(6))), imputation="m", df=None)
    assert made["estimate"].item() == pytest.approx(expected["estimate"].item(), rel=1e-12)
    assert made["standard_error"].item() == pytest.approx(expected["standard_error"].item(), rel=1e-12)


def test_data_sets_of_other_figures_are_refused():
    joints = filled_sets()
    other = estimate_jointly(
        pl.DataFrame({"w": [1.0] * 4, "y": [1.0, 2.0, 3.0, 4.0]}), SurveyDesign("w"), values="y"
    )
    with pytest.raises(EstimateError, match="data set 2 has other figures"):
        combine_joint_imputations([joints[0], other])
    with pytest.raises(EstimateError, match="two at least"):
        combine_joint_imputations(joints[:1])
