"""Solves a calibration by Newton steps on a convex function; says what is furthest off when it cannot."""

import numpy as np

from analysis.weighting.distances import find_factors
from analysis.weighting.infeasible import explain_failure
from analysis.weighting.problem import Numbers, Problem

_FLAT = 1e-12  # eigenvalues below this part of the largest belong to totals that follow from the others
_SHORTEST = 1e-12  # a step below this part of Newton's leads nowhere


def solve(problem: Problem, *, tolerance: float, max_rounds: int) -> tuple[Numbers, int]:
    """Factors of the cells, and the rounds it took; CalibrationFailed when totals are not met. METHODS 2.8."""
    scale = np.sqrt(problem.start @ problem.matrix**2)
    matrix, targets, sizes = problem.matrix / scale, problem.targets / scale, problem.sizes / scale
    unknowns = np.zeros(matrix.shape[1])
    start, spread = problem.start, problem.variance
    found = find_factors(matrix @ unknowns, problem.distance, problem.low, problem.high)
    gap = targets - (start * found.value) @ matrix
    rounds = 0
    while np.max(np.abs(gap) / sizes) > tolerance:
        if rounds == max_rounds:
            raise explain_failure(problem, found.value, rounds)
        rounds += 1
        step = _newton_step(matrix, start * found.slope / spread, gap)
        height = (start * spread) @ found.integral - unknowns @ targets
        length = 1.0
        while True:
            trial = unknowns + length * step
            tried = find_factors(matrix @ trial / spread, problem.distance, problem.low, problem.high)
            with np.errstate(over="ignore", invalid="ignore"):
                tried_gap = targets - (start * tried.value) @ matrix
                tried_height = (start * spread) @ tried.integral - trial @ targets
            descends = tried_height <= height - 1e-4 * length * (gap @ step)
            if np.isfinite(tried_gap).all() and (
                descends or np.max(np.abs(tried_gap) / sizes) < 0.9 * np.max(np.abs(gap) / sizes)
            ):
                break
            length /= 2
            if length < _SHORTEST:
                raise explain_failure(problem, found.value, rounds)
        unknowns, found, gap = trial, tried, tried_gap
    return found.value, rounds


def _newton_step(matrix: Numbers, slopes: Numbers, gap: Numbers) -> Numbers:
    """The step that would close the gap; along the gap itself where every factor stands at a bound."""
    curvature = (matrix * slopes[:, None]).T @ matrix
    values, vectors = np.linalg.eigh(curvature)
    kept = values > _FLAT * max(float(values[-1]), 1e-300)
    step = vectors[:, kept] @ ((vectors[:, kept].T @ gap) / values[kept])
    left = gap - curvature @ step
    return step if gap @ step > 0 and np.linalg.norm(left) < 0.5 * np.linalg.norm(gap) else step + left
