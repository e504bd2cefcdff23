"""Why a calibration failed: the total that is furthest off at best, and the bounds that would do."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from analysis.errors import CalibrationFailed
from analysis.weighting.problem import Problem

_LARGEST = 4_000_000  # entries of the matrix up to which the linear programmes are worth their time
_MOST_CELLS = 1_000


def explain_failure(problem: Problem, factors: NDArray[np.float64], rounds: int) -> CalibrationFailed:
    """The error to raise: by linear programming where the problem is small, by the last round otherwise.

    METHODS 2.8.
    """
    got = (problem.start * factors) @ problem.matrix
    said = f"after {rounds} rounds"
    nearest = _nearest(problem)
    is_feasible = nearest is not None and np.max(np.abs(nearest - problem.targets) / problem.sizes) < 1e-7
    if nearest is not None and not is_feasible:
        got, said = nearest, "at best"
    worst = int(np.argmax(np.abs(got - problem.targets) / problem.sizes))
    wanted = float(problem.targets[worst])
    bounded = f" with {problem.limits}" if np.isfinite(problem.high).all() else ""
    problems = [
        f"{problem.label(worst)} is {said} {got[worst]:.6g}{bounded}, wanted {wanted:.6g} "
        f"({100 * abs(got[worst] - wanted) / problem.sizes[worst]:.3g} % off): the totals are not met together"
    ]
    remedy = "Join levels of this margin or drop it"
    if is_feasible:
        remedy = "The totals can be met: allow more rounds or a larger tolerance"
    elif (needed := _bounds_needed(problem)) is not None:
        remedy += f", or widen the bounds beyond {needed[0]:.4g} to {needed[1]:.4g}"
    elif np.isfinite(problem.high).all():
        remedy += ", or widen the bounds"
    elif np.isfinite(problem.low).all():
        remedy += "; no factors above 0 give these totals, as when a combination of levels has no responses"
    variable, level = problem.labels[worst]
    return CalibrationFailed(
        problems, remedy + ".", variable=variable, level=level, got=float(got[worst]), wanted=wanted
    )


def _nearest(problem: Problem) -> NDArray[np.float64] | None:
    """The sums that come nearest, added up over totals, with factors within the bounds."""
    cells, columns = problem.matrix.shape
    if cells * columns > _LARGEST:
        return None
    parts = (problem.matrix * problem.start[:, None]).T / problem.sizes[:, None]
    eye = np.eye(columns)
    found = linprog(
        np.concatenate([np.zeros(cells), np.ones(2 * columns)]),
        A_eq=np.hstack([parts, eye, -eye]),
        b_eq=problem.targets / problem.sizes,
        bounds=_bounds(problem) + [(0, None)] * (2 * columns),
    )
    return (parts @ found.x[:cells]) * problem.sizes if found.status == 0 else None


def _bounds_needed(problem: Problem) -> tuple[float, float] | None:
    """The bounds, widened in proportion, within which the totals can just be met."""
    cells, columns = problem.matrix.shape
    low, high = float(problem.low[0]), float(problem.high[0])
    if (problem.low != low).any() or (problem.high != high).any():
        return None
    if cells > _MOST_CELLS or not (np.isfinite(high) and np.isfinite(low)):
        return None
    up, down = high - 1, 1 - low
    parts = (problem.matrix * problem.start[:, None]).T / problem.sizes[:, None]
    eye = np.eye(cells)
    found = linprog(
        np.concatenate([np.zeros(cells), [1.0]]),
        A_eq=np.hstack([parts, np.zeros((columns, 1))]),
        b_eq=problem.targets / problem.sizes,
        A_ub=np.block([[eye, np.full((cells, 1), -up)], [-eye, np.full((cells, 1), -down)]]),
        b_ub=np.concatenate([np.ones(cells), -np.ones(cells)]),
        bounds=[(0 if low >= 0 else None, None)] * cells + [(1, None)],
    )
    if found.status != 0:
        return None
    needed = 1 - found.x[-1] * down
    return (max(needed, 0.0) if low >= 0 else needed), 1 + found.x[-1] * up


def _bounds(problem: Problem) -> list[tuple[float | None, float | None]]:
    return [
        (float(low) if np.isfinite(low) else None, float(high) if np.isfinite(high) else None)
        for low, high in zip(problem.low, problem.high, strict=True)
    ]
