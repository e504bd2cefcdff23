"""Distances of calibration: the factor a linear predictor gives, and how fast it changes; METHODS 2.8."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
DISTANCES = ("linear", "raking", "logit", "sinh")
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(40)


@dataclass(frozen=True)
class Factors:
    """For every predictor u: the factor F(u), its slope F′(u), and the integral of F (convex, so Newton with
    a line search finds the only solution there is)."""

    value: Numbers
    slope: Numbers
    integral: Numbers


def find_factors(u: Numbers, distance: str, low: float | Numbers, high: float | Numbers) -> Factors:
    """Factors for predictors ``u``: linear, raking or sinh, cut at ``low`` and ``high``; logit. METHODS 2.8."""
    low, high = np.asarray(low, float), np.asarray(high, float)
    with np.errstate(over="ignore", invalid="ignore", under="ignore", divide="ignore"):
        if distance == "logit":
            return _logit(u, low, high)
        if distance == "sinh":
            return _sinh(u, low, high)
        first, last = (low - 1, high - 1) if distance == "linear" else (np.log(low), np.log(high))
        inside = np.clip(u, first, last)
        is_cut = (u < first) | (u > last)
        value = 1 + inside if distance == "linear" else np.exp(inside)
        slope = np.where(is_cut, 0.0, 1.0 if distance == "linear" else value)
        integral = inside + inside**2 / 2 if distance == "linear" else value
        return Factors(value, slope, integral + value * (u - inside))


def _logit(u: Numbers, low: Numbers, high: Numbers) -> Factors:
    rate = (high - low) / ((high - 1) * (1 - low))
    # log((high − 1) + (1 − low)·exp(rate·u)) without overflow; the share of the upper limit follows from it.
    log_sum = np.logaddexp(np.log(high - 1), np.log(1 - low) + rate * u)
    upper = np.exp(np.log(1 - low) + rate * u - log_sum)
    value = low + (high - low) * upper
    slope = (high - low) * rate * upper * (1 - upper)
    return Factors(value, slope, low * u + (high - low) / rate * (log_sum - np.log(high - low)))


def _sinh(u: Numbers, low: Numbers, high: Numbers) -> Factors:
    """The distance ½∫sinh(t − 1/t)dt: u = ½·sinh(F − 1/F), so that F = v + √(v² + 1) with v = ½·asinh 2u."""
    first, last = _sinh_predictor(low), _sinh_predictor(high)
    inside = np.clip(u, first, last)
    is_cut = (u < first) | (u > last)
    half = np.arcsinh(2 * inside) / 2
    # √(v² + 1) + v loses its digits far below 0; the other side of F·F(−u) = 1 does not.
    value = np.where(half >= 0, half + np.sqrt(half**2 + 1), 1 / (np.sqrt(half**2 + 1) - half))
    slope = np.where(is_cut, 0.0, value / np.sqrt(half**2 + 1) / np.sqrt(1 + 4 * inside**2))
    # ∫F du = u·F − ½∫sinh(t − 1/t)dt; the last integral by Gauss and Legendre on 1…F.
    t = 1 + (value[..., None] - 1) * (_NODES + 1) / 2
    moved = (np.sinh(t - 1 / t) @ _WEIGHTS) * (value - 1) / 4
    return Factors(value, slope, inside * value - moved + value * (u - inside))


def _sinh_predictor(limit: Numbers) -> Numbers:
    return np.asarray(np.sinh(limit - 1 / limit) / 2)  # ∓∞ at 0 and ∞
