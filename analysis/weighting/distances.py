"""Distances of calibration: the factor a linear predictor gives, and how fast it changes; METHODS 2.8."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
DISTANCES = ("linear", "raking", "logit")


@dataclass(frozen=True)
class Factors:
    """For every predictor u: the factor F(u), its slope F′(u), and the integral of F (convex, so Newton with
    a line search finds the only solution there is)."""

    value: Numbers
    slope: Numbers
    integral: Numbers


def find_factors(u: Numbers, distance: str, low: float, high: float) -> Factors:
    """Factors for predictors ``u``: 1 + u (linear), exp u (raking), both cut at ``low`` and ``high``, or logit.

    METHODS 2.8.
    """
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        if distance == "logit":
            return _logit(u, low, high)
        first, last = (low - 1, high - 1) if distance == "linear" else (_log(low), _log(high))
        inside = np.clip(u, first, last)
        is_cut = (u < first) | (u > last)
        value = 1 + inside if distance == "linear" else np.exp(inside)
        slope = np.where(is_cut, 0.0, 1.0 if distance == "linear" else value)
        integral = inside + inside**2 / 2 if distance == "linear" else value
        return Factors(value, slope, integral + value * (u - inside))


def _logit(u: Numbers, low: float, high: float) -> Factors:
    rate = (high - low) / ((high - 1) * (1 - low))
    # log((high − 1) + (1 − low)·exp(rate·u)) without overflow; the share of the upper limit follows from it.
    log_sum = np.logaddexp(np.log(high - 1), np.log(1 - low) + rate * u)
    upper = np.exp(np.log(1 - low) + rate * u - log_sum)
    value = low + (high - low) * upper
    slope = (high - low) * rate * upper * (1 - upper)
    return Factors(value, slope, low * u + (high - low) / rate * (log_sum - np.log(high - low)))


def _log(limit: float) -> float:
    return float(np.log(limit)) if limit > 0 else -np.inf
