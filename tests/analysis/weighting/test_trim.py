"""Trimming and scaling: rules by hand, sums kept, refusals."""

import numpy as np
import polars as pl
import pytest

from analysis.errors import WeightError
from analysis.weighting.base import scale_weights, weigh_by_inclusion
from analysis.weighting.diagnostics import effective_size, kish_design_effect
from analysis.weighting.trim import trim_to_design_effect, trim_weights

SAMPLE = pl.DataFrame({"unit": ["A", "A", "A", "B", "B"], "w": [1.0, 2.0, 9.0, 3.0, 5.0]})


def weights_of(**choices):
    return trim_weights(SAMPLE, weight="w", **choices).weights.to_list()


RULES = [
    # 9 → 6: 3 over four others, 0.75 each
    pytest.param({"upper": 6}, [1.75, 2.75, 6, 3.75, 5.75], id="equal"),
    # 3 in proportion to 11
    pytest.param(
        {"upper": 6, "redistribute": "proportional"},
        [14 / 11, 28 / 11, 6, 42 / 11, 70 / 11],
        id="proportional once",
    ),
    pytest.param({"upper": 6, "redistribute": "none"}, [1, 2, 6, 3, 5], id="none"),
    # 1 → 1.5 takes a half, 9 → 6 gives 3: 2.5 over three
    pytest.param({"lower": 1.5, "upper": 6}, [1.5, 2 + 2.5 / 3, 6, 3 + 2.5 / 3, 5 + 2.5 / 3], id="both limits"),
    # inside A 3 over two, B untouched
    pytest.param({"upper": 6, "within": ["unit"]}, [2.5, 3.5, 6, 3, 5], id="within"),
    pytest.param({"upper": 9}, [1, 2, 9, 3, 5], id="nobody outside"),
]


@pytest.mark.parametrize(("choices", "expected"), RULES)
def test_rules_by_hand(choices, expected):
    assert weights_of(**choices) == pytest.approx(expected)


def test_strict_trimming_goes_on_until_nobody_is_outside():
    once = trim_weights(SAMPLE, weight="w", upper=6, redistribute="proportional")
    assert (once.cut, once.beyond, once.rounds, once.moved) == (1, 1, 1, 3)
    strict = trim_weights(SAMPLE, weight="w", upper=6, redistribute="proportional", strict=True)
    # first 14/11 for every 1, so that 5 becomes 6.3636; then 0.3636 over 84/11, another 1/21
    assert strict.weights.to_list() == pytest.approx([4 / 3, 8 / 3, 6, 4, 6])
    assert (strict.cut, strict.beyond, strict.rounds) == (2, 0, 2)


@pytest.mark.parametrize("redistribute", ["equal", "proportional"])
@pytest.mark.parametrize("seed", range(5))
def test_strict_trimming_keeps_every_sum_the_limits_and_the_order(redistribute, seed):
    rng = np.random.default_rng(seed)
    frame = pl.DataFrame({"w": rng.lognormal(3, 0.8, 200), "unit": rng.choice(["A", "B"], 200)})
    mean = frame["w"].mean()
    choices = {"lower": 0.4 * mean, "upper": 2.5 * mean, "redistribute": redistribute, "strict": True}
    met = trim_weights(frame, weight="w", within=["unit"], **choices)
    before, after = (
        table.group_by("unit").agg(pl.col(column).sum()).sort("unit")[column].to_list()
        for table, column in ((frame, "w"), (met.frame, "weight_trimmed"))
    )
    assert after == pytest.approx(before, rel=1e-12)
    assert met.weights.is_between(0.4 * mean * (1 - 1e-12), 2.5 * mean * (1 + 1e-12)).all()
    assert kish_design_effect(met.weights) < kish_design_effect(frame["w"])
    for _, rows in met.frame.group_by("unit"):
        assert rows.sort("w")["weight_trimmed"].is_sorted()
    scaled = trim_weights(
        frame.with_columns(pl.col("w") * 10),
        weight="w",
        within=["unit"],
        **(choices | {"lower": 4 * mean, "upper": 25 * mean}),
    )
    assert scaled.weights.to_list() == pytest.approx((met.weights * 10).to_list())


def test_weights_of_0_are_not_lifted_and_receive_nothing():
    frame = pl.DataFrame({"w": [0.0, 1.0, 2.0, 9.0]})
    assert trim_weights(frame, weight="w", lower=1.5, upper=6).weights.to_list() == [0, 1.5, 4.5, 6]


@pytest.mark.parametrize(
    ("choices", "problem"),
    [
        pytest.param({"upper": 2, "lower": 3}, "limits are 3 to 2, must be 0 <= lower < upper", id="reversed"),
        pytest.param(
            {"upper": 6, "redistribute": "evenly"},
            "redistribute is 'evenly', known: equal, proportional, none",
            id="rule",
        ),
        pytest.param({"upper": 6, "into": "unit"}, "column 'unit' is in the frame already", id="into"),
        pytest.param({"upper": 6, "within": ["office"]}, "column 'office' is missing", id="column"),
        pytest.param(
            {"upper": 3, "strict": True},
            "the sample: all 5 weights were cut (mean 4), so that nobody is left to take what was cut off",
            id="sum does not fit",
        ),
        pytest.param(
            {"upper": 3.9, "strict": True, "within": ["unit"]},
            "unit = A: all 3 weights were cut (mean 4), so that nobody is left to take what was cut off",
            id="first class does not fit",
        ),
        pytest.param(
            {"upper": 3.9, "strict": True, "within": ["unit"]},
            "unit = B: all 2 weights were cut (mean 4), so that nobody is left to take what was cut off",
            id="second class does not fit",
        ),
        pytest.param({"lower": 4.9, "upper": 20}, "1 of 5 weights would become negative", id="negative"),
    ],
)
def test_what_cannot_be_trimmed_is_refused_by_name(choices, problem):
    frame = SAMPLE
    if problem.endswith("negative"):
        frame = SAMPLE.with_columns(w=pl.Series([1.0, 1.0, 1.0, 1.0, 5.0]))
    with pytest.raises(WeightError) as refused:
        trim_weights(frame, weight="w", **choices)
    assert any(found.startswith(problem) for found in refused.value.problems), refused.value.problems


def test_trimming_to_a_design_effect_cuts_no_more_than_it_must():
    frame = pl.DataFrame({"w": np.random.default_rng(3).lognormal(2, 1, 500)})
    assert kish_design_effect(frame["w"]) > 2
    met = trim_to_design_effect(frame, weight="w", design_effect=1.5)
    assert kish_design_effect(met.weights) == pytest.approx(1.5, rel=1e-6)
    assert met.weights.sum() == pytest.approx(frame["w"].sum())
    untouched = trim_to_design_effect(frame, weight="w", design_effect=100)
    assert untouched.cut == 0
    with pytest.raises(WeightError, match="no upper limit brings the design effect down to 1"):
        trim_to_design_effect(
            pl.DataFrame({"w": [1.0, 9.0], "unit": ["A", "B"]}), weight="w", design_effect=1.01, within=["unit"]
        )


def test_base_weights_are_one_over_the_product_of_the_stages():
    frame = pl.DataFrame({"office": [0.5, 1.0, 0.2], "person": [0.1, 0.25, 1.0]})
    made = weigh_by_inclusion(frame, inclusion=["office", "person"])
    assert made["weight_base"].to_list() == pytest.approx([20, 4, 5])
    assert weigh_by_inclusion(frame, inclusion="office")["weight_base"].to_list() == pytest.approx([2, 1, 5])


def test_probabilities_that_are_none_are_counted():
    frame = pl.DataFrame({"p": [0.5, 0.0, 1.5, None], "q": ["a"] * 4})
    with pytest.raises(WeightError) as refused:
        weigh_by_inclusion(frame, inclusion=["p", "q", "r"], into="q")
    assert refused.value.problems == (
        "column 'p': 1 of 4 rows are null",
        "column 'r' is missing",
        "column 'q' is String, not a number",
        "column 'p': 2 of 4 probabilities are not in 0 < p <= 1",
        "column 'q' is in the frame already",
    )
    with pytest.raises(WeightError, match="no column of probabilities"):
        weigh_by_inclusion(frame, inclusion=[])


@pytest.mark.parametrize(
    ("to", "within", "expected"),
    [
        pytest.param("n", [], [0.25, 0.5, 2.25, 0.75, 1.25], id="mean of one"),
        pytest.param(40, [], [2, 4, 18, 6, 10], id="population"),
        pytest.param(12, ["unit"], [1, 2, 9, 4.5, 7.5], id="within"),
    ],
)
def test_scaling_by_hand(to, within, expected):
    made = scale_weights(SAMPLE, weight="w", to=to, within=within)
    assert made["weight_scaled"].to_list() == pytest.approx(expected)


def test_scaling_to_the_effective_size_adds_up_to_it():
    made = scale_weights(SAMPLE, weight="w", to="n_effective")
    assert made["weight_scaled"].sum() == pytest.approx(effective_size(SAMPLE["w"]))


def test_what_cannot_be_scaled_is_refused_by_name():
    frame = SAMPLE.with_columns(w=pl.Series([0.0, 0, 0, 1, 2]))
    with pytest.raises(WeightError, match="3 of 5 rows are in classes whose weights are all 0"):
        scale_weights(frame, weight="w", within=["unit"])
    with pytest.raises(WeightError, match="to is 'mean', known"):
        scale_weights(SAMPLE, weight="w", to="mean")
    with pytest.raises(WeightError, match="must be above 0"):
        scale_weights(SAMPLE, weight="w", to=0)
