"""Raking: margins met or refused by name; weights checked against R survey 4.5."""

import numpy as np
import polars as pl
import pytest

from analysis.design import SurveyDesign
from analysis.errors import WeightError
from analysis.estimation.calibrated import estimate_calibrated_means
from analysis.weighting.calibrate import calibrate
from analysis.weighting.rake import RakingDidNotConverge, RakingRefused, rake
from tests.analysis.oracle import mismatches, read_case, read_data

SAMPLE = pl.DataFrame(
    {
        "sex": ["f", "f", "m", "m", "m"],
        "age": ["young", "old", "young", "old", "old"],
        "w": [1.0, 1.0, 1.0, 1.0, 1.0],
    }
)


def test_weights_agree_with_r_survey_on_two_margins() -> None:
    case, sample = read_case("p09_rake"), read_data("apiclus1")
    margins = {name: {row[name]: row["Freq"] for row in case["margins"][name]} for name in ("stype", "sch.wide")}
    raked = rake(sample, weight="pw", margins=margins)
    assert raked.weights.to_list() == pytest.approx(case["weights"], rel=1e-6)


def test_one_margin_is_post_stratification() -> None:
    # 60 of f over two people, 30 of m over three
    raked = rake(SAMPLE, weight="w", margins={"sex": {"f": 60, "m": 30}})
    assert raked.weights.to_list() == pytest.approx([30, 30, 10, 10, 10])


def test_every_margin_is_met_and_listed_before_and_after() -> None:
    raked = rake(SAMPLE, weight="w", margins={"sex": {"f": 50, "m": 50}, "age": {"young": 30, "old": 70}})
    assert raked.margins.select("variable", "level", "target", "before").rows() == [
        ("sex", "f", 50.0, 2.0),
        ("sex", "m", 50.0, 3.0),
        ("age", "old", 70.0, 3.0),
        ("age", "young", 30.0, 2.0),
    ]
    assert raked.margins["after"].to_list() == pytest.approx([50, 50, 70, 30])


def test_columns_taken_together_are_one_margin() -> None:
    counts = {("f", "young"): 10, ("f", "old"): 20, ("m", "young"): 30, ("m", "old"): 40}
    raked = rake(SAMPLE, weight="w", margins={("sex", "age"): counts})
    assert raked.weights.to_list() == pytest.approx([10, 20, 30, 20, 20])
    assert raked.margins["variable"].unique().to_list() == ["sex × age"]
    assert raked.calibration.counts == (("sex", "age"),)


def test_a_crossed_margin_beside_one_of_its_columns_is_the_same_as_a_column_of_both_joined() -> None:
    rng = np.random.default_rng(7)
    drawn = {name: rng.integers(0, levels, 500) for name, levels in (("sex", 2), ("age", 5), ("month", 3))}
    sample = pl.DataFrame(drawn | {"w": rng.uniform(1, 3, 500)}).with_columns(
        both=pl.concat_str("sex", "age", separator=" × ")
    )
    joined = {level: 100.0 + 10 * k for k, level in enumerate(sample["both"].unique().sort())}
    crossed = {tuple(level.split(" × ")): total for level, total in joined.items()}
    rest = {"month": {k: sum(joined.values()) / 3 for k in range(3)}}
    rest["sex"] = {k: sum(t for level, t in joined.items() if level[0] == str(k)) for k in range(2)}
    one, other = (
        rake(sample, weight="w", margins=first | rest) for first in ({"both": joined}, {("sex", "age"): crossed})
    )
    assert other.weights.to_list() == pytest.approx(one.weights.to_list(), rel=1e-12)
    assert other.margins["level"].to_list() == one.margins["level"].to_list()


def test_rows_without_one_of_the_columns_taken_together_are_counted() -> None:
    sample = SAMPLE.with_columns(age=pl.Series(["young", "old", None, "old", None]))
    with pytest.raises(RakingRefused, match="sex × age: 2 responses without a level"):
        rake(sample, weight="w", margins={("sex", "age"): {("f", "young"): 1}})


@pytest.mark.parametrize(
    ("weight", "said"),
    [
        pytest.param([1.0, 0.0, -2.0, 1.0, 1.0], "w: 2 of 5 weights are no numbers above 0", id="not above 0"),
        pytest.param([1.0, float("inf"), 1.0, 1.0, 1.0], "w: 1 of 5 weights", id="infinite"),
        pytest.param([1.0, float("nan"), None, 1.0, 1.0], "w: 2 of 5 weights", id="NaN and null"),
        pytest.param(["1"] * 5, "column 'w' \\(weight\\) is String, a number is needed", id="text"),
    ],
)
def test_weights_that_cannot_be_raked_are_counted(weight, said) -> None:
    with pytest.raises(RakingRefused, match=said):
        rake(SAMPLE.with_columns(w=pl.Series(weight)), weight="w", margins={"sex": {"f": 60, "m": 30}})


def test_a_weight_that_is_no_column_is_named() -> None:
    with pytest.raises(RakingRefused, match="column 'weight' \\(weight\\) is missing; the frame has: sex, age, w"):
        rake(SAMPLE, weight="weight", margins={"sex": {"f": 60, "m": 30}})


def test_levels_that_are_numbers_are_compared_as_text() -> None:
    raked = rake(SAMPLE.with_columns(sex=pl.Series([1, 1, 2, 2, 2])), weight="w", margins={"sex": {1: 60, 2: 30}})
    assert raked.weights.to_list() == pytest.approx([30, 30, 10, 10, 10])


def test_raked_weights_bring_their_errors_along_as_in_r() -> None:
    case = read_case("p09_rake")
    margins = {name: {row[name]: row["Freq"] for row in case["margins"][name]} for name in ("stype", "sch.wide")}
    raked = rake(read_data("apiclus1").lazy(), weight="pw", margins=margins, tolerance=1e-13)
    design = SurveyDesign("weight_calibrated", cluster="dnum")
    means = estimate_calibrated_means(raked.frame, design, raked.calibration, values=["api00", "enroll"])
    wanted = {"est": "estimate", "se": "standard_error", "df": "df", "lo_t": "low", "hi_t": "high"}
    assert mismatches(means, case["mean"], wanted) == []
    met = calibrate(
        read_data("apiclus1"), weight="pw", counts=margins, distance="raking", into="v", tolerance=1e-13
    )
    assert raked.factors == pytest.approx(met.factors)
    assert abs(raked.furthest["after"] / raked.furthest["target"] - 1) < 1e-13


def test_a_column_that_is_there_is_not_written_over() -> None:
    raked = rake(SAMPLE, weight="w", margins={"sex": {"f": 60, "m": 30}}, into="age")
    with pytest.raises(WeightError, match="'age' is in the frame already"):
        _ = raked.frame


def test_scale_of_the_starting_weights_does_not_matter() -> None:
    margins = {"sex": {"f": 50, "m": 50}, "age": {"young": 30, "old": 70}}
    once = rake(SAMPLE, weight="w", margins=margins).weights
    scaled = rake(SAMPLE.with_columns(pl.col("w") * 37), weight="w", margins=margins).weights
    assert scaled.to_list() == pytest.approx(once.to_list())


@pytest.mark.parametrize(
    ("margins", "problem"),
    [
        pytest.param({"sex": {"f": 9.0}}, "sex = m: responses but no total", id="level without total"),
        pytest.param({"sex": {"f": 1, "m": 1, "x": 1}}, "sex = x: a total but no responses", id="empty level"),
        pytest.param({"sex": {"f": 0, "m": 2}}, "sex = f: total 0 is not positive", id="zero"),
        pytest.param({"job": {"a": 1}}, "job: no such column", id="column"),
        pytest.param(
            {"sex": {"f": 1, "m": 1}, "age": {"old": 2, "young": 1}},
            "grand totals differ: sex 2, age 3",
            id="totals",
        ),
        pytest.param({}, "no margins given", id="none"),
    ],
)
def test_impossible_margins_are_refused_by_name(margins: dict[str, dict[str, float]], problem: str) -> None:
    with pytest.raises(RakingRefused) as refused:
        rake(SAMPLE, weight="w", margins=margins)
    assert problem in refused.value.problems


def test_all_problems_are_named_together() -> None:
    with pytest.raises(RakingRefused) as refused:
        rake(SAMPLE, weight="w", margins={"job": {"a": 5}, "sex": {"f": 5}})
    assert refused.value.problems == ("job: no such column", "sex = m: responses but no total")


def test_responses_without_a_level_are_refused_with_their_number() -> None:
    with pytest.raises(RakingRefused, match="sex: 1 responses without a level"):
        rake(
            SAMPLE.with_columns(sex=pl.Series([None, "f", "m", "m", "m"])),
            weight="w",
            margins={"sex": {"f": 1, "m": 1}},
        )


def test_margins_that_contradict_the_sample_name_the_level_that_is_off() -> None:
    # all women are young here, all men old: 60 women cannot meet 50 young
    sample = pl.DataFrame({"sex": ["f", "m"], "age": ["young", "old"], "w": [1.0, 1.0]})
    with pytest.raises(RakingDidNotConverge) as failed:
        rake(
            sample, weight="w", margins={"sex": {"f": 60, "m": 40}, "age": {"young": 50, "old": 50}}, max_rounds=20
        )
    assert failed.value.variable in ("sex", "age")
    assert failed.value.got != pytest.approx(failed.value.wanted)
