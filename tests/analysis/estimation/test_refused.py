"""What is taken and what is refused before anything is computed: with the column, how many, and what to do."""

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from analysis import (
    SurveyDesign,
    adjust_p_values,
    describe_weights,
    effective_size,
    estimate_alpha,
    estimate_calibrated_means,
    estimate_calibrated_quantiles,
    estimate_calibrated_totals,
    estimate_means,
    estimate_reliability,
    kish_design_effect,
    measure_item,
    rake,
)
from analysis.errors import ComparisonError, DesignError, EstimateError, ItemError, MeasureError, WeightError

PEOPLE = pl.DataFrame({"w": [1.0] * 6, "h": [1, 1, 1, 2, 2, 2], "x": [1.0, 2.0, 4.0, 3.0, 5.0, 6.0]})


def test_a_claim_that_is_a_text():
    with pytest.raises(EstimateError, match=r"where is 'h', a claim about rows is needed.*pl\.col"):
        estimate_means(PEOPLE, SurveyDesign("w"), values=["x"], where="h")  # type: ignore[arg-type]


def test_a_population_smaller_than_its_sample_is_told_with_both_numbers():
    sized = PEOPLE.with_columns(N=pl.when(pl.col("h") == 2).then(2.0).otherwise(9.0))
    with pytest.raises(DesignError, match=r"1 of 2 strata have a population 'N' smaller .* first 2: 2 and 3"):
        estimate_means(sized, SurveyDesign("w", stratum="h", population="N"), values=["x"])


@pytest.mark.parametrize("weights", [[1.0, -1.0], [1.0, None], [1.0, float("nan")], [1.0, float("inf")]])
def test_weights_that_are_none_are_counted(weights):
    for measure in (kish_design_effect, effective_size):
        with pytest.raises(WeightError, match="1 of 2 weights are null, negative or not finite"):
            measure(pl.Series(weights))


def test_weights_that_are_all_0():
    with pytest.raises(WeightError, match="all 3 weights are 0"):
        kish_design_effect(pl.Series([0.0, 0.0, 0.0]))


def test_p_values_that_are_none():
    with pytest.raises(ComparisonError, match="2 of 3 p values lie outside 0 to 1"):
        adjust_p_values([1.5, -0.2, 0.3], "holm")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("levels", "satisfied_from", "said"), [(1, 1, "1 levels"), (5, 9, "is 9, levels are 1 to 5")]
)
def test_a_measure_of_no_scale(levels, satisfied_from, said):
    with pytest.raises(MeasureError, match=said):
        measure_item("q1", "satisfied_share", levels=levels, satisfied_from=satisfied_from)


def test_alpha_of_a_column_that_is_not_there():
    with pytest.raises(ItemError, match="column 'y' is missing"):
        estimate_alpha(PEOPLE, SurveyDesign("w"), items=["x", "y"])


def test_no_omega_passes_1():
    # of a and c together far more varies than each has: the unique variances add up to less than 0
    odd = pl.DataFrame(
        {
            "w": [1.0] * 8,
            "a": [1, 2, 3, 4, 5, 4, 3, 2],
            "b": [5, 1, 4, 2, 3, 1, 5, 2],
            "c": [1, 3, 3, 4, 4, 5, 2, 1],
        }
    )
    found = estimate_reliability(odd, SurveyDesign("w"), items=["a", "b", "c"]).filter(statistic="omega")
    assert found["estimate"].item() is None or found["estimate"].item() <= 1
    assert found["high"].item() is None or found["high"].item() <= 1


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(pl.concat_list("unit"), id="list"),
        pytest.param(pl.struct("unit"), id="struct"),
        pytest.param(pl.col("h").cast(pl.Int128), id="128 bits"),
        pytest.param(pl.col("unit").cast(pl.Categorical), id="categorical"),
        pytest.param(pl.duration(days=pl.col("h")), id="duration"),
    ],
)
def test_a_key_may_be_of_any_kind(kind):
    people = PEOPLE.with_columns(unit=pl.Series(list("aaabbb")))
    odd = people.with_columns(key=kind)
    plain, found = (
        estimate_means(frame, SurveyDesign("w", stratum=key), values="x", by=key).drop(key)
        for frame, key in ((people, "unit"), (odd, "key"))
    )
    assert_frame_equal(found, plain)


def test_one_name_is_one_column_for_calibrated_samples_and_weights_too():
    people = PEOPLE.with_columns(unit=pl.Series(list("aaabbb")), minutes=pl.col("x"))
    raked = rake(people, weight="w", margins={"unit": {"a": 40, "b": 60}})
    design = SurveyDesign("weight_calibrated")
    for estimate in (estimate_calibrated_means, estimate_calibrated_totals, estimate_calibrated_quantiles):
        one, several = (
            estimate(raked.frame, design, raked.calibration, values=values, by=by)
            for values, by in (("minutes", "unit"), (["minutes"], ["unit"]))
        )
        assert_frame_equal(one, several)
    described = describe_weights(raked.frame, weight="weight_calibrated", by="unit")
    assert described["unit"].to_list() == ["a", "b"]
