"""Calibration: totals met, refusals that name the margin, a case by hand, invariants."""

import math

import polars as pl
import pytest

from analysis.errors import CalibrationFailed, WeightError
from analysis.weighting.calibrate import calibrate
from analysis.weighting.rake import rake

SAMPLE = pl.DataFrame(
    {
        "sex": ["f", "f", "m", "m", "m"],
        "age": ["young", "old", "young", "old", "old"],
        "visits": [1.0, 2.0, 4.0, 1.0, 2.0],
        "w": [10.0, 10.0, 10.0, 20.0, 20.0],
    }
)
SEX, AGE = {"f": 50, "m": 50}, {"young": 30, "old": 70}
CHOICES = [
    pytest.param({}, id="linear"),
    pytest.param({"bounds": (0.2, 4)}, id="linear within bounds"),
    pytest.param({"distance": "raking"}, id="raking"),
    pytest.param({"distance": "raking", "bounds": (0.2, 4)}, id="raking within bounds"),
    pytest.param({"distance": "logit", "bounds": (0.2, 4)}, id="logit"),
    pytest.param({"distance": "sinh"}, id="sinh"),
    pytest.param({"distance": "sinh", "bounds": (0.2, 4)}, id="sinh within bounds"),
]


def problems_of(**choices):
    with pytest.raises(WeightError) as refused:
        calibrate(choices.pop("frame", SAMPLE), **({"weight": "w"} | choices))
    return refused.value.problems


@pytest.mark.parametrize("choices", CHOICES)
def test_every_total_is_met_and_listed_before_and_after(choices):
    met = calibrate(
        SAMPLE, weight="w", counts={"sex": SEX, "age": AGE}, totals={"visits": 180}, tolerance=1e-12, **choices
    )
    assert met.margins.select("variable", "level", "target", "before").rows() == [
        ("sex", "f", 50.0, 20.0),
        ("sex", "m", 50.0, 50.0),
        ("age", "old", 70.0, 50.0),
        ("age", "young", 30.0, 20.0),
        ("visits", None, 180.0, 130.0),
    ]
    assert met.margins["after"].to_list() == pytest.approx([50, 50, 70, 30, 180], rel=1e-11)
    assert abs(met.furthest["off"]) <= 1e-11
    assert met.frame.drop("weight_calibrated").equals(SAMPLE)
    low, high = choices.get("bounds", (-math.inf, math.inf))
    assert low <= met.factors[0] <= met.factors[1] <= high


def test_a_total_by_hand():
    # two rows of weight 1, x = 1 and 3: Σx = 4, Σx² = 10, wanted 6, so λ = 2/10 and g = 1 + x·0.2
    sample = pl.DataFrame({"x": [1.0, 3.0], "w": [1.0, 1.0]})
    assert calibrate(sample, weight="w", totals={"x": 6}).weights.to_list() == pytest.approx([1.2, 1.6])


@pytest.mark.parametrize("choices", CHOICES)
def test_one_margin_is_post_stratification_by_every_distance(choices):
    # f: 30 over weight 20, m: 60 over weight 50
    met = calibrate(SAMPLE, weight="w", counts={"sex": {"f": 30, "m": 60}}, **choices)
    assert met.weights.to_list() == pytest.approx([15, 15, 12, 24, 24])


def test_raking_distance_on_margins_is_raking():
    raked = rake(SAMPLE, weight="w", margins={"sex": SEX, "age": AGE})
    met = calibrate(SAMPLE, weight="w", counts={"sex": SEX, "age": AGE}, distance="raking")
    assert met.weights.to_list() == pytest.approx(raked.weights.to_list(), rel=1e-9)


@pytest.mark.parametrize("choices", CHOICES)
def test_order_of_rows_and_what_is_already_met_change_nothing(choices):
    counts = {"sex": SEX, "age": AGE}
    met = calibrate(SAMPLE, weight="w", counts=counts, **choices)
    turned = calibrate(SAMPLE.reverse(), weight="w", counts=counts, **choices)
    assert turned.weights.reverse().to_list() == pytest.approx(met.weights.to_list(), rel=1e-9)
    again = calibrate(met.frame, weight="weight_calibrated", counts=counts, into="again", **choices)
    assert again.weights.to_list() == pytest.approx(met.weights.to_list(), rel=1e-9)


def test_the_first_margin_may_name_what_the_others_imply():
    # the grand total and all levels of two margins: three dependences, one answer
    once = calibrate(SAMPLE, weight="w", counts={"sex": SEX, "age": AGE})
    more = calibrate(SAMPLE, weight="w", counts={"sex": SEX, "age": AGE}, population=100)
    assert more.weights.to_list() == pytest.approx(once.weights.to_list(), rel=1e-9)


def test_columns_taken_together_are_one_margin():
    cells = {("f", "young"): 20, ("f", "old"): 30, ("m", "young"): 10, ("m", "old"): 40}
    met = calibrate(SAMPLE, weight="w", counts={("sex", "age"): cells})
    assert met.weights.to_list() == pytest.approx([20, 30, 10, 20, 20])
    assert met.calibration.counts == (("sex", "age"),)


def test_levels_may_be_numbers_or_truths():
    sample = pl.DataFrame({"month": [1, 2, 2], "online": [True, False, True], "w": [1.0, 1.0, 1.0]})
    met = calibrate(
        sample, weight="w", counts={"month": {1: 4, 2: 6}, "online": {True: 7, False: 3}}, distance="raking"
    )
    assert met.weights.to_list() == pytest.approx([4, 3, 3])


def test_responses_of_weight_0_keep_it_and_answer_for_no_level():
    sample = SAMPLE.vstack(pl.DataFrame({"sex": ["x"], "age": ["old"], "visits": [9.0], "w": [0.0]}))
    met = calibrate(sample, weight="w", counts={"sex": SEX})
    assert met.weights.to_list() == pytest.approx([25, 25, 10, 20, 20, 0])


@pytest.mark.parametrize(
    ("choices", "problem"),
    [
        pytest.param(
            {"counts": {"sex": {"f": 9}}}, "sex = m: 3 responses (weight 50) and no count", id="no count"
        ),
        pytest.param(
            {"counts": {"sex": SEX | {"x": 7}}}, "sex = x: no responses for a count of 7", id="empty level"
        ),
        pytest.param(
            {"counts": {"sex": {"f": 0, "m": 9}}},
            "sex = f: 2 responses (weight 20) and a count of 0",
            id="count of zero",
        ),
        pytest.param({"counts": {"job": {"a": 1}}}, "column 'job' is missing", id="column"),
        pytest.param({"totals": {"sex": 1}}, "column 'sex' is String, not a number", id="text total"),
        pytest.param(
            {"counts": {"sex": SEX, "age": {"young": 30, "old": 75}}},
            "grand totals differ by 5: sex 100, age 105",
            id="grand totals",
        ),
        pytest.param({}, "no totals are given", id="nothing"),
        pytest.param({"weight": "v", "population": 1}, "column 'v' is missing", id="weight"),
        pytest.param({"totals": {"visits": math.nan}}, "visits: the total nan is not finite", id="not finite"),
        pytest.param(
            {"population": 9, "distance": "chi"}, "distance is 'chi', known: linear, raking, logit, sinh", id="chi"
        ),
        pytest.param({"population": 9, "into": "age"}, "column 'age' is in the frame already", id="into"),
        pytest.param(
            {"population": 9, "distance": "logit"},
            "bounds are -inf to inf, logit needs two finite ones",
            id="logit",
        ),
        pytest.param(
            {"counts": {"sex": SEX}, "bounds": (0.5, 2)},
            "sex = f: wanted 50, but bounds 0.5 to 2 reach at most 40, 10 off; alone it needs a factor of 2.5",
            id="out of reach",
        ),
    ],
)
def test_what_cannot_be_met_is_refused_by_name(choices, problem):
    assert problem in problems_of(**choices)


def test_rows_without_a_level_or_with_a_negative_weight_are_counted():
    broken = SAMPLE.with_columns(sex=pl.Series([None, "f", "m", "m", "m"]), w=pl.Series([1.0, -1, 1, 1, -1]))
    found = problems_of(frame=broken, counts={"sex": SEX})
    assert found[:2] == ("column 'sex': 1 of 5 rows are null", "column 'w': 2 of 5 weights are negative")


def test_totals_that_contradict_each_other_are_named():
    # double is twice visits, and its total is not
    sample = SAMPLE.with_columns(double=2 * pl.col("visits"))
    (problem,) = problems_of(frame=sample, totals={"visits": 100, "double": 190})
    assert "contradict" in problem
    assert "total of visits, total of double" in problem


def test_margins_without_a_common_solution_name_the_furthest_and_how_far():
    # 60 women of whom 70 are young
    sample = pl.DataFrame({"sex": ["f", "f", "m"], "age": ["young", "old", "old"], "w": [1.0, 1.0, 1.0]})
    counts = {"sex": {"f": 60, "m": 40}, "age": {"young": 70, "old": 30}}
    with pytest.raises(CalibrationFailed) as failed:
        calibrate(sample, weight="w", counts=counts, distance="raking")
    assert (failed.value.variable, failed.value.level) == ("sex", "m")
    assert (failed.value.got, failed.value.wanted) == (pytest.approx(30), 40)
    assert "Join levels of this margin or drop it" in failed.value.remedy


def test_bounds_too_narrow_together_name_the_bounds_that_would_do():
    # each margin alone needs factors of 0.8 and 1.2; the cell f-young must have more than that
    sample = pl.DataFrame(
        {"sex": ["f", "f", "m", "m"], "age": ["young", "old"] * 2, "w": [10.0, 40.0, 40.0, 10.0]}
    )
    counts = {"sex": {"f": 60, "m": 40}, "age": {"young": 60, "old": 40}}
    with pytest.raises(CalibrationFailed) as failed:
        calibrate(sample, weight="w", counts=counts, distance="logit", bounds=(0.75, 1.25))
    # f-young 10a, f-old 40b, m-young 40b, m-old 10c: a = 6 − 4b, c = 4 − 4b; with the widths equal b − c and
    # a − b both at the bound: a = 2, b = 1, c = 0 is the only one that keeps them alike
    assert "widen the bounds beyond" in failed.value.remedy
    wider = failed.value.remedy.split("beyond ")[1].rstrip(".").split(" to ")
    low, high = (float(limit) for limit in wider)
    assert low < 0.75 < 1.25 < high
    margin = 1e-2
    met = calibrate(sample, weight="w", counts=counts, distance="logit", bounds=(low - margin, high + margin))
    assert abs(met.furthest["off"]) < 1e-9


def test_negative_weights_are_refused_unless_asked_for():
    # w + v = 2 and w + 9v = 0.5: v = -1.5/8
    sample = pl.DataFrame({"x": [1.0, 9.0], "w": [1.0, 1.0]})
    found = problems_of(frame=sample, population=2, totals={"x": 0.5})
    assert found == ("1 of 2 weights became negative, the lowest -0.1875",)
    met = calibrate(sample, weight="w", population=2, totals={"x": 0.5}, allow_negative=True)
    assert met.weights.to_list() == pytest.approx([2.1875, -0.1875])
