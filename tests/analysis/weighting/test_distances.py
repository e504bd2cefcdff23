"""Distances: the factor solves its equation, the slope is its derivative, the integral its integral."""

import numpy as np
import pytest

from analysis.weighting.calibrate import calibrate
from analysis.weighting.distances import DISTANCES, find_factors
from tests.analysis.weighting.test_calibrate import AGE, SAMPLE, SEX

U = np.linspace(-3, 3, 601)
STEP = 1e-5


@pytest.mark.parametrize("distance", DISTANCES)
@pytest.mark.parametrize("bounds", [(0.3, 2.5), (0.0, np.inf)], ids=["bounds", "none"])
def test_slope_and_integral_belong_to_the_factor(distance: str, bounds: tuple[float, float]):
    if distance == "logit" and not np.isfinite(bounds[1]):
        return
    up, down, at = (find_factors(U + shift, distance, *bounds) for shift in (STEP, -STEP, 0.0))
    smooth = (up.slope > 0) == (down.slope > 0)  # at a bound the factor has a corner
    np.testing.assert_allclose(((up.value - down.value) / (2 * STEP))[smooth], at.slope[smooth], atol=1e-8)
    np.testing.assert_allclose((up.integral - down.integral) / (2 * STEP), at.value, atol=1e-5)


def test_sinh_factors_solve_their_equation_and_treat_a_factor_as_its_inverse():
    value = find_factors(U, "sinh", 0.0, np.inf).value
    np.testing.assert_allclose(np.sinh(value - 1 / value) / 2, U, atol=1e-12)
    np.testing.assert_allclose(value * value[::-1], 1.0, rtol=1e-12)


def test_sinh_raises_the_heaviest_less_than_raking():
    spread = {
        distance: calibrate(SAMPLE, weight="w", counts={"sex": SEX, "age": AGE}, distance=distance).factors[1]
        for distance in ("raking", "sinh")
    }
    assert spread["sinh"] <= spread["raking"]
