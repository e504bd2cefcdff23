"""Bounds on the weights themselves: the nearest weights there are within them, row by row, and refusals."""

import math

import numpy as np
import polars as pl
import pytest

from analysis.design import SurveyDesign
from analysis.errors import CalibrationFailed, WeightError
from analysis.estimation.calibrated import estimate_calibrated_totals
from analysis.weighting.auxiliaries import Calibration
from analysis.weighting.calibrate import calibrate
from analysis.weighting.distances import DISTANCES
from analysis.weighting.trim import trim_weights


def made(seed=1, n=40):
    rng = np.random.default_rng(seed)
    return pl.DataFrame(
        {
            "sex": np.where(np.arange(n) % 2 == 0, "f", "m"),
            "x": rng.gamma(4, 2, n),
            "w": rng.uniform(8, 14, n),
            "least": rng.uniform(4, 7, n),
            "most": rng.uniform(15, 24, n),
        }
    )


KNOWN = {"counts": {"sex": {"f": 250.0, "m": 220.0}}, "totals": {"x": 3700.0}}
FORWARD = {  # u of a factor g: the inverse of F
    "linear": lambda g: g - 1,
    "raking": np.log,
    "sinh": lambda g: np.sinh(g - 1 / g) / 2,
}


@pytest.mark.parametrize("distance", FORWARD)
@pytest.mark.parametrize("limits", [(8.0, 17.0), ("least", "most"), (9.0, "most")], ids=str)
def test_weights_within_bounds_are_the_nearest_that_meet_the_totals(distance, limits):
    # Kuhn and Tucker: u = x·λ for one λ wherever the weight is between its bounds, beyond the bound elsewhere
    frame = made()
    met = calibrate(frame, weight="w", **KNOWN, distance=distance, weight_bounds=limits, tolerance=1e-12)
    low, high = (
        frame[each].to_numpy() if isinstance(each, str) else np.full(frame.height, each) for each in limits
    )
    new = met.weights.to_numpy()
    assert ((new >= low * (1 - 1e-12)) & (new <= high * (1 + 1e-12))).all()
    assert abs(met.furthest["off"]) < 1e-12
    x = np.column_stack([frame["sex"] == "f", frame["sex"] == "m", frame["x"]]).astype(float)
    inside = (new > low * (1 + 1e-9)) & (new < high * (1 - 1e-9))
    assert 4 <= inside.sum() < frame.height  # some stand at a bound, or nothing is tested
    u = FORWARD[distance](new / frame["w"].to_numpy())
    slope = np.linalg.lstsq(x[inside], u[inside], rcond=None)[0]
    np.testing.assert_allclose(x[inside] @ slope, u[inside], atol=1e-7)
    beyond = (x @ slope - u)[~inside]
    assert (np.where(new[~inside] <= low[~inside] * (1 + 1e-9), beyond <= 1e-7, beyond >= -1e-7)).all()


def test_equal_start_weights_make_both_kinds_of_bounds_the_same():
    frame = made().with_columns(w=pl.lit(10.0))
    for distance in DISTANCES:
        of_factors, of_weights = (
            calibrate(frame, weight="w", **KNOWN, distance=distance, **asked).weights
            for asked in ({"bounds": (0.5, 2.2)}, {"weight_bounds": (5.0, 22.0)})
        )
        np.testing.assert_allclose(of_factors, of_weights, rtol=1e-9)


def test_both_kinds_of_bounds_hold_together_also_as_whole_numbers():
    frame = made()
    for distance in ("linear", "raking", "sinh"):
        wide = calibrate(frame, weight="w", **KNOWN, distance=distance, weight_bounds=(8.0, 17.0))
        both = calibrate(frame, weight="w", **KNOWN, distance=distance, weight_bounds=(8, 17), bounds=(0, 9))
        np.testing.assert_allclose(both.weights, wide.weights, rtol=1e-9)
        tight = calibrate(frame, weight="w", **KNOWN, distance=distance, weight_bounds=(8, 17), bounds=(0.6, 1.6))
        assert tight.factors[1] <= 1.6
        assert tight.weights.is_between(8 - 1e-9, 17 + 1e-9).all()


def test_a_weight_outside_is_brought_inside_even_when_the_totals_are_met_already():
    frame = pl.DataFrame({"x": [1.0, 1.0, 1.0], "w": [1.0, 5.0, 9.0]})
    met = calibrate(frame, weight="w", totals={"x": 15.0}, weight_bounds=(2.0, 8.0))
    # 2 and 8 at the bounds, 5 is what is left
    assert met.weights.to_list() == pytest.approx([2, 5, 8])


def test_what_a_bounded_calibration_fixed_has_no_variance():
    met = calibrate(made(), weight="w", **KNOWN, weight_bounds=("least", "most"))
    found = estimate_calibrated_totals(met.frame, SurveyDesign("weight_calibrated"), met.calibration, values=["x"])
    assert found["standard_error"].item() == 0


@pytest.mark.parametrize(
    ("choices", "problem"),
    [
        pytest.param({"weight_bounds": (9, 4)}, "weight_bounds are 9 to 4, the first must be smaller", id="order"),
        pytest.param({"weight_bounds": (0, "cap")}, "column 'cap' is missing", id="absent column"),
        pytest.param({"weight_bounds": ("sex", 20)}, "column 'sex' is String, not a number", id="text column"),
        pytest.param(
            {"weight_bounds": (10, 20), "distance": "logit"},
            "column 'w': 15 of 40 weights are not strictly within weight_bounds, which logit needs",
            id="logit",
        ),
        pytest.param(
            {"weight_bounds": (0, 20), "bounds": (0.9, 1.1)},
            "bounds 0.9 to 1.1 and weight_bounds 0 to 20 reach",
            id="both",
        ),
        pytest.param({"weight_bounds": (5, 9)}, "weight_bounds 5 to 9 reach at most 180", id="reach"),
        pytest.param({"weight_bounds": (math.nan, 9)}, "weight_bounds are nan to 9", id="nan"),
    ],
)
def test_bounds_that_cannot_be_are_refused_by_name(choices, problem):
    with pytest.raises(WeightError) as refused:
        calibrate(made(), weight="w", **KNOWN, **choices)
    assert any(problem in said for said in refused.value.problems), refused.value.problems


def test_totals_out_of_reach_together_say_the_bounds():
    # x alone reaches 16·6 = 96; where the first two share 21, 5 + 3·16 + 2·16 = 85
    frame = pl.DataFrame({"f": [1.0, 1.0, 0.0], "x": [1.0, 3.0, 2.0]})
    known = {"totals": {"f": 21, "x": 90}}
    with pytest.raises(CalibrationFailed, match=r"with weight_bounds 5 to 16.*or widen the bounds") as failed:
        calibrate(frame.with_columns(w=pl.Series([9.0, 10, 11])), weight="w", **known, weight_bounds=(5, 16))
    assert "not met together" in failed.value.problems[0]


def test_trimmed_factors_are_those_of_r_calibrate():
    # R: g cut at 0.5 and 1.5; the excess Σ(g − cut)·d over Σd of the others is added to their factors
    frame = pl.DataFrame({"w": [10.0, 20.0, 30.0, 40.0], "g": [2.0, 0.25, 1.0, 1.2]})
    frame = frame.with_columns(c=pl.col("w") * pl.col("g"))
    trimmed = trim_weights(frame, weight="c", start="w", lower=0.5, upper=1.5)
    # excess 0.5·10 − 0.25·20 = 0 by design of the numbers; with 1.75 for 2 it is −2.5 over 70
    assert trimmed.weights.to_list() == pytest.approx([15, 10, 30, 48])
    less = frame.with_columns(c=pl.Series([17.5, 5.0, 30.0, 48.0]))
    found = trim_weights(less, weight="c", start="w", lower=0.5, upper=1.5).weights
    share = -2.5 / 70
    assert found.to_list() == pytest.approx([15, 10, 30 * (1 + share), 40 * (1.2 + share)])
    with pytest.raises(WeightError, match="column 'w': 1 of 4 rows are 0 where 'c' is not"):
        trim_weights(frame.with_columns(w=pl.Series([0.0, 1, 1, 1])), weight="c", start="w", upper=2)


def test_the_variance_after_trimmed_calibration_takes_the_trimmed_weights_for_the_calibrated():
    met = calibrate(made(), weight="w", **KNOWN)
    trimmed = trim_weights(met.frame, weight="weight_calibrated", start="w", lower=0.7, upper=1.5)
    assert trimmed.cut > 0
    known = Calibration("w", "weight_trimmed", counts=["sex"], totals=["x"])
    found = estimate_calibrated_totals(trimmed.frame, SurveyDesign("weight_trimmed"), known, values=["least"])
    # R keeps e of the calibration and multiplies it by the weights after trimming
    w, y = trimmed.frame["w"].to_numpy(), trimmed.frame["least"].to_numpy()
    sex = trimmed.frame["sex"]
    x = np.column_stack([sex == "f", sex == "m", trimmed.frame["x"]]).astype(float)
    slope = np.linalg.solve((x.T * w) @ x, (x.T * w) @ y)
    e = trimmed.weights.to_numpy() * (y - x @ slope)
    n = len(e)
    assert found["standard_error"].item() == pytest.approx(math.sqrt(n / (n - 1) * ((e - e.mean()) ** 2).sum()))
