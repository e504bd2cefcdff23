"""Rules by which a weighted sample has a quantile; numbered as Hyndman and Fan did for unweighted ones."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float64]
Rule = Callable[[Real, Real, Real], Real]


def weighted_quantile(values: Real, weights: Real, at: Real, rule: str) -> Real:
    """Quantiles ``at`` (0-1) of one or more ``values`` with ``weights`` > 0, by one of QUANTILE_RULES.

    Values may stand in any order; with tied values and unequal weights hf5 to hf9 and shahvaish depend on theirs
    (as R survey's do), the others do not. METHODS 3.12.
    """
    order = np.argsort(values, kind="stable")
    return QUANTILE_RULES[rule](values[order], weights[order], np.asarray(at, float))


def _cumulate(w: Real) -> Real:
    # Extended precision, as R's cumsum: whether a share is met exactly decides between two values.
    return np.cumsum(w, dtype=np.longdouble).astype(float)


def _steps(
    x: Real, w: Real, at: Real
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_], Real, Real]:
    """Last place whose cumulated weight is at most the share (−1: none), the next, whether it is met exactly, and
    how far below and above the share the two lie."""
    cumulated = _cumulate(w)
    whole = cumulated[-1]
    low = np.searchsorted(cumulated, at * whole, side="right") - 1
    high = np.minimum(low + 1, len(x) - 1)
    below = np.where(low >= 0, at - cumulated[low] / whole, np.inf)
    return low, high, below == 0, below, cumulated[high] / whole - at


def _inverse(x: Real, w: Real, at: Real) -> Real:
    low, high, is_met, _, _ = _steps(x, w, at)
    return np.where(is_met, x[low], x[high])


def _averaged(x: Real, w: Real, at: Real) -> Real:
    low, high, is_met, _, _ = _steps(x, w, at)
    return np.where(is_met, (x[low] + x[high]) / 2, x[high])


def _nearest_even(x: Real, w: Real, at: Real) -> Real:
    distinct, place = np.unique(x, return_inverse=True)
    low, high, is_met, _, _ = _steps(distinct, np.bincount(place, w).astype(float), at)
    return np.where(is_met & (low % 2 == 1), distinct[low], distinct[high])


def _between_steps(x: Real, w: Real, at: Real) -> Real:
    low, high, _, below, above = _steps(x, w, at)
    with np.errstate(invalid="ignore"):
        part = np.where((low >= 0) & (high > low), below / (below + above), 1.0)
    return x[low] * (1 - part) + x[high] * part


def _interpolated(before: float, own: float, beyond: float) -> Rule:
    """The k-th value has the share (before·S_{k−1} + own·S_k)/(S_n + beyond·w_n), S the cumulated weights."""

    def rule(x: Real, w: Real, at: Real) -> Real:
        cumulated = _cumulate(w)
        shares = (before * (cumulated - w) + own * cumulated) / (cumulated[-1] + beyond * w[-1])
        return np.asarray(np.interp(at, shares, x))

    return rule


def _from_zero(x: Real, w: Real, at: Real) -> Real:
    if len(x) == 1:
        return np.full_like(at, x[0])
    cumulated = _cumulate(w)
    shares = np.append(0.0, cumulated[:-1]) / cumulated[-2]
    return np.asarray(np.interp(at, shares, x))


def _shah_vaish(x: Real, w: Real, at: Real) -> Real:
    # R survey's: half the weight itself is taken off the cumulated weights of mean 1, so that the scale matters.
    shares = (_cumulate(w / w.mean()) + 0.5 - w / 2) / (len(x) + 1)
    order = np.argsort(shares, kind="stable")
    return x[order][np.maximum(np.searchsorted(shares[order], at, side="right") - 1, 0)]


QUANTILE_RULES: dict[str, Rule] = {
    "math": _inverse,
    "school": _averaged,
    "shahvaish": _shah_vaish,
    "hf1": _inverse,
    "hf2": _averaged,
    "hf3": _nearest_even,
    "hf4": _between_steps,
    "hf5": _interpolated(0.5, 0.5, 0.0),
    "hf6": _interpolated(0.0, 1.0, 1.0),
    "hf7": _from_zero,
    "hf8": _interpolated(1 / 3, 2 / 3, 1 / 3),
    "hf9": _interpolated(3 / 8, 5 / 8, 1 / 4),
}
