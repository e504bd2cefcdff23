"""Cubic splines whose ends follow the cubics through the outermost four points (Forsythe, Malcolm and Moler)."""

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

Real = NDArray[np.float64]


def interpolate(x: Real, y: Real, at: Real) -> Real:
    """The spline through (x, y) at ``at``; ``x`` rises, four points or more. R's ``spline``; METHODS 4.8.

    A cubic is met exactly:

    >>> x = np.array([0.0, 1.0, 3.0, 4.0, 7.0])
    >>> interpolate(x, x**3, np.array([2.0, 6.0])).round(9).tolist()
    [8.0, 216.0]
    """
    step = np.diff(x)
    slope = np.diff(y) / step
    below, on, above = np.zeros((3, len(x)))
    right = np.zeros(len(x))
    on[1:-1], below[:-2], above[2:] = 2 * (step[:-1] + step[1:]), step[:-1], step[1:]
    right[1:-1] = np.diff(slope)
    on[0], above[1], right[0] = -step[0], step[0], step[0] ** 2 * _third(x[:4], slope[:3])
    on[-1], below[-2], right[-1] = -step[-1], step[-1], -(step[-1] ** 2) * _third(x[-4:], slope[-3:])
    c = linalg.solve_banded((1, 1), np.array([above, on, below]), right)
    k = np.clip(np.searchsorted(x, at, side="right") - 1, 0, len(x) - 2)
    away = at - x[k]
    first = slope[k] - step[k] * (c[k + 1] + 2 * c[k])
    return np.asarray(y[k] + away * (first + away * (3 * c[k] + away * (c[k + 1] - c[k]) / step[k])))


def _third(x: Real, slope: Real) -> float:
    """The third divided difference of four points."""
    second = np.diff(slope) / (x[2:] - x[:-2])
    return float((second[1] - second[0]) / (x[3] - x[0]))
