"""Non-response by classes and by a model: by hand, against statsmodels, sums kept, refusals."""

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm

from analysis.errors import WeightError
from analysis.weighting.nonresponse import adjust_by_classes
from analysis.weighting.propensity import adjust_by_propensity

SAMPLE = pl.DataFrame(
    {
        "sex": ["f", "f", "f", "m", "m"],
        "w": [2.0, 3.0, 5.0, 4.0, 4.0],
        "came": [True, True, False, True, False],
    }
)


def test_classes_by_hand():
    # f: 10 sampled, 5 came, factor 2; m: 8 and 4
    met = adjust_by_classes(SAMPLE, weight="w", responded="came", classes=["sex"])
    assert met.frame["weight_nonresponse"].to_list() == [4, 6, 0, 8, 0]
    assert met.classes.rows() == [("f", 3, 2, 0, 10, 5, 0.5, 2), ("m", 2, 1, 0, 8, 4, 0.5, 2)]
    one = adjust_by_classes(SAMPLE, weight="w", responded="came")
    assert one.classes["factor"].item() == 2


def test_eligibility_by_hand():
    # weights 2 answered, 3 eligible and silent, 5 not eligible, 10 unknown: the known 10 stand for 20, so 10
    # eligible (the one who answered takes all) and 10 not eligible
    sample = pl.DataFrame(
        {
            "w": [2.0, 3.0, 5.0, 10.0],
            "came": [True, False, False, False],
            "eligible": [True, True, False, None],
        }
    )
    met = adjust_by_classes(sample, weight="w", responded="came", eligible="eligible")
    assert met.frame["weight_nonresponse"].to_list() == [10, 0, 10, 0]
    row = met.classes.row(0, named=True)
    assert (row["unknown"], row["weight_sampled"], row["response_rate"]) == (1, 10, 0.2)


def test_sums_are_kept_in_every_class_and_scale_and_order_do_not_matter():
    rng = np.random.default_rng(5)
    frame = pl.DataFrame(
        {
            "area": rng.choice(["a", "b", "c"], 300),
            "sex": rng.choice(["f", "m"], 300),
            "w": rng.uniform(1, 9, 300),
            "came": rng.choice([True, False], 300),
        }
    )
    met = adjust_by_classes(frame, weight="w", responded="came", classes=["area", "sex"])
    sums = met.frame.group_by("area", "sex").agg(pl.col("w", "weight_nonresponse").sum())
    np.testing.assert_allclose(sums["w"], sums["weight_nonresponse"], rtol=1e-12)
    turned = adjust_by_classes(
        frame.reverse().with_columns(pl.col("w") * 3), weight="w", responded="came", classes=["area", "sex"]
    )
    np.testing.assert_allclose(turned.frame["weight_nonresponse"].reverse() / 3, met.frame["weight_nonresponse"])


@pytest.mark.parametrize(
    ("frame", "choices", "problem"),
    [
        pytest.param(
            SAMPLE.with_columns(came=pl.Series([True, True, False, False, False])),
            {"classes": ["sex"]},
            "sex = m: 0 of 2 sampled answered, needed 1",
            id="empty class",
        ),
        pytest.param(
            SAMPLE, {"classes": ["sex"], "minimum": 2}, "sex = m: 1 of 2 sampled answered, needed 2", id="minimum"
        ),
        pytest.param(
            SAMPLE,
            {"largest_factor": 1.9},
            "the sample: the factor would be 2, at most 1.9 is allowed",
            id="factor",
        ),
        pytest.param(SAMPLE, {"classes": ["age"]}, "column 'age' is missing", id="column"),
        pytest.param(SAMPLE, {"eligible": "sex"}, "column 'sex' is String, not Boolean", id="type"),
        pytest.param(
            SAMPLE.with_columns(ok=pl.Series([True, None, True, True, True])),
            {"eligible": "ok"},
            "column 'ok': 1 of 5 rows answered and are not eligible",
            id="answered and unknown",
        ),
        pytest.param(
            SAMPLE.with_columns(came=pl.Series([True, None, True, True, True])),
            {},
            "column 'came': 1 of 5 rows are null",
            id="null",
        ),
    ],
)
def test_classes_that_cannot_be_adjusted_are_refused_by_name(frame, choices, problem):
    with pytest.raises(WeightError) as refused:
        adjust_by_classes(frame, weight="w", responded="came", **choices)
    assert problem in refused.value.problems


def made(n=400):
    rng = np.random.default_rng(11)
    age, sex = rng.uniform(18, 80, n), rng.choice(["f", "m", "x"], n, p=[0.5, 0.4, 0.1])
    online = rng.choice([True, False], n)
    chance = 1 / (1 + np.exp(1.5 - 0.03 * age - 0.7 * (sex == "m") - 0.4 * online))
    return pl.DataFrame(
        {"age": age, "sex": sex, "online": online, "w": rng.uniform(1, 9, n), "came": rng.uniform(size=n) < chance}
    )


@pytest.mark.parametrize("is_weighted", [True, False])
def test_propensities_are_those_of_statsmodels(is_weighted):
    # statsmodels GLM(Binomial, freq_weights): point estimates only; its standard errors take weights for counts
    frame = made()
    met = adjust_by_propensity(
        frame, weight="w", responded="came", predictors=["age", "sex", "online"], is_weighted=is_weighted
    )
    sides = np.column_stack(
        [np.ones(400), frame["age"], frame["sex"] == "m", frame["sex"] == "x", frame["online"]]
    ).astype(float)
    counted = frame["w"].to_numpy() if is_weighted else np.ones(400)
    model = sm.GLM(frame["came"].to_numpy().astype(float), sides, sm.families.Binomial(), freq_weights=counted)
    fitted = model.fit(tol=1e-14)
    assert met.coefficients.select("term", "level").rows() == [
        ("intercept", None),
        ("age", None),
        ("sex", "m"),
        ("sex", "x"),
        ("online", "true"),
    ]
    np.testing.assert_allclose(met.coefficients["coefficient"], fitted.params, rtol=1e-8)
    np.testing.assert_allclose(met.frame["propensity"], fitted.fittedvalues, rtol=1e-8)
    expected = np.where(frame["came"], frame["w"] / fitted.fittedvalues, 0.0)
    np.testing.assert_allclose(met.frame["weight_nonresponse"], expected, rtol=1e-8)


def test_one_categorical_predictor_gives_the_weights_of_classes():
    by_model = adjust_by_propensity(made(), weight="w", responded="came", predictors=["sex"])
    by_class = adjust_by_classes(made(), weight="w", responded="came", classes=["sex"])
    np.testing.assert_allclose(
        by_model.frame["weight_nonresponse"], by_class.frame["weight_nonresponse"], rtol=1e-9
    )


def test_classes_of_propensity_keep_the_sum_of_weights():
    frame = made()
    met = adjust_by_propensity(frame, weight="w", responded="came", predictors=["age", "sex"], classes=5)
    assert met.frame["weight_nonresponse"].sum() == pytest.approx(frame["w"].sum(), rel=1e-12)
    assert met.classes["class"].to_list() == [1, 2, 3, 4, 5]
    assert met.classes["sampled"].to_list() == [80] * 5
    assert met.classes["factor"].is_sorted(descending=True)
    assert (met.classes["propensity_high"][:-1] <= met.classes["propensity_low"][1:]).all()


def test_weights_undo_non_response_that_the_predictors_explain():
    # who answers depends on age, and so does the value: of those who came the mean is too high
    frame = made(20_000).with_columns(y=pl.col("age"))
    came = frame.filter("came")
    truth = (frame["w"] * frame["y"]).sum() / frame["w"].sum()
    raw = (came["w"] * came["y"]).sum() / came["w"].sum()
    met = adjust_by_propensity(frame, weight="w", responded="came", predictors=["age", "sex", "online"]).frame
    adjusted = (met["weight_nonresponse"] * met["y"]).sum() / met["weight_nonresponse"].sum()
    assert abs(raw - truth) > 3
    assert abs(adjusted - truth) < 0.4


@pytest.mark.parametrize(
    ("frame", "choices", "problem"),
    [
        pytest.param(
            made().with_columns(came=pl.col("came") & (pl.col("sex") != "x")),
            {"predictors": ["age", "sex"]},
            "sex = x: 0 of",
            id="level that never answers",
        ),
        pytest.param(
            made().with_columns(came=pl.col("age") > 50),
            {"predictors": ["age"]},
            "age: its range for those who answered does not meet that of the others",
            id="separated by a number",
        ),
        pytest.param(
            made().with_columns(days=pl.col("age") * 365),
            {"predictors": ["age", "days"]},
            "predictor days follows from the ones before it",
            id="dependent",
        ),
        pytest.param(
            made().with_columns(came=pl.lit(True)),
            {"predictors": ["age"]},
            "column 'came': 400 of 400 sampled answered, nothing to model",
            id="everybody",
        ),
        pytest.param(
            made().with_columns(age=pl.Series([None, float("nan")] + [30.0] * 398)),
            {"predictors": ["age", "job"], "classes": 1},
            "column 'age': 1 of 400 rows are null",
            id="null",
        ),
        pytest.param(
            made().with_columns(propensity=pl.lit(1)),
            {"predictors": ["age"]},
            "column 'propensity' is in the frame already",
            id="name",
        ),
    ],
)
def test_models_that_cannot_be_used_are_refused_by_name(frame, choices, problem):
    with pytest.raises(WeightError) as refused:
        adjust_by_propensity(frame, weight="w", responded="came", **choices)
    assert any(found.startswith(problem) for found in refused.value.problems), refused.value.problems
