"""Rules by which a weighted sample has a quantile; numbered as Hyndman and Fan did for unweighted ones."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.compiled import compiled

Real = NDArray[np.float64]
Whole = NDArray[np.int64]

_INVERSE, _AVERAGED, _NEAREST_EVEN, _BETWEEN_STEPS, _INTERPOLATED, _FROM_ZERO, _SHAH_VAISH = range(7)

# rule → its kind; of _INTERPOLATED (before, own, beyond): the k-th value has the share
# (before·S_{k−1} + own·S_k)/(S_n + beyond·w_n), S the cumulated weights.
QUANTILE_RULES: dict[str, tuple[int, float, float, float]] = {
    "math": (_INVERSE, 0.0, 0.0, 0.0),
    "school": (_AVERAGED, 0.0, 0.0, 0.0),
    "shahvaish": (_SHAH_VAISH, 0.0, 0.0, 0.0),
    "hf1": (_INVERSE, 0.0, 0.0, 0.0),
    "hf2": (_AVERAGED, 0.0, 0.0, 0.0),
    "hf3": (_NEAREST_EVEN, 0.0, 0.0, 0.0),
    "hf4": (_BETWEEN_STEPS, 0.0, 0.0, 0.0),
    "hf5": (_INTERPOLATED, 0.5, 0.5, 0.0),
    "hf6": (_INTERPOLATED, 0.0, 1.0, 1.0),
    "hf7": (_FROM_ZERO, 0.0, 0.0, 0.0),
    "hf8": (_INTERPOLATED, 1 / 3, 2 / 3, 1 / 3),
    "hf9": (_INTERPOLATED, 3 / 8, 5 / 8, 1 / 4),
}


@dataclass(frozen=True)
class Sorted:
    """Values with their weights > 0, domain after domain, in each from the smallest up; domain d has the places
    ``starts[d]`` to ``starts[d + 1]``. ``rows``: where in the frame each stood."""

    rows: Whole
    values: Real
    weights: Real
    starts: Whole

    @property
    def domain(self) -> Whole:
        """Of every place."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))


def find_quantiles(group: Sorted, at: Real, rule: str) -> Real:
    """The quantile of every domain at its own share ``at``; NaN: no value there, or no share of 0-1.

    With tied values and unequal weights hf5 to hf9 and shahvaish depend on the order of the ties (as R survey's
    do), the others do not. METHODS 3.12.
    """
    return _find(group.values, group.weights, group.starts, np.asarray(at, float), *QUANTILE_RULES[rule])


def weighted_quantile(values: Real, weights: Real, at: Real, rule: str) -> Real:
    """Quantiles ``at`` (0-1) of ``values`` in any order with ``weights`` > 0, by one of QUANTILE_RULES.

    METHODS 3.12.
    """
    order = np.argsort(values, kind="stable")
    x, w = np.asarray(values, float)[order], np.asarray(weights, float)[order]
    starts, shares = np.array([0, len(x)]), np.asarray(at, float)
    return np.array([_find(x, w, starts, np.array([share]), *QUANTILE_RULES[rule])[0] for share in shares])


@compiled
def _find(
    values: Real, weights: Real, starts: Whole, at: Real, kind: int, before: float, own: float, beyond: float
) -> Real:
    found = np.full(len(at), np.nan)
    longest = 0
    for d in range(len(at)):
        longest = max(longest, starts[d + 1] - starts[d])
    x, w, cumulated = np.empty(longest), np.empty(longest), np.empty(longest)
    for d in range(len(at)):
        if starts[d + 1] == starts[d] or not 0 <= at[d] <= 1:
            continue
        n = 0
        for k in range(starts[d], starts[d + 1]):
            if kind == _NEAREST_EVEN and n > 0 and values[k] == x[n - 1]:
                w[n - 1] += weights[k]
                continue
            x[n], w[n] = values[k], weights[k]
            n += 1
        _cumulate(w, cumulated, n)
        if kind <= _BETWEEN_STEPS:
            found[d] = _step(x, cumulated, n, at[d], kind)
        elif kind == _INTERPOLATED:
            whole, last = cumulated[n - 1], w[n - 1]
            for k in range(n):
                cumulated[k] = (before * (cumulated[k] - w[k]) + own * cumulated[k]) / (whole + beyond * last)
            found[d] = _interpolate(x, cumulated, n, at[d])
        elif kind == _FROM_ZERO:
            whole = cumulated[n - 2] if n > 1 else 1.0
            for k in range(n - 1, 0, -1):
                cumulated[k] = cumulated[k - 1] / whole
            cumulated[0] = 0.0
            found[d] = _interpolate(x, cumulated, n, at[d])
        else:
            # R survey's: half the weight itself is taken off the cumulated weights of mean 1: the scale matters.
            mean = cumulated[n - 1] / n
            for k in range(n):
                w[k] /= mean
            _cumulate(w, cumulated, n)
            for k in range(n):
                cumulated[k] = (cumulated[k] + 0.5 - weights[starts[d] + k] / 2) / (n + 1)
            found[d] = _last_below(x, cumulated, n, at[d])
    return found


@compiled
def _cumulate(w: Real, cumulated: Real, n: int) -> None:
    # With what rounding lost carried along: whether a share is met exactly decides between two values.
    total, lost = 0.0, 0.0
    for k in range(n):
        added = total + w[k]
        lost += (total - added) + w[k] if total >= w[k] else (w[k] - added) + total
        total = added
        cumulated[k] = total + lost


@compiled
def _step(x: Real, cumulated: Real, n: int, at: float, kind: int) -> float:
    """``low``: the last place whose cumulated weight is at most the share (−1: none); ``high``: the next."""
    whole = cumulated[n - 1]
    low = np.searchsorted(cumulated[:n], at * whole, side="right") - 1
    high = min(low + 1, n - 1)
    below = at - cumulated[low] / whole if low >= 0 else np.inf
    is_met = below == 0
    if kind == _BETWEEN_STEPS:
        if low < 0 or high == low:
            return x[high]
        part = below / (below + cumulated[high] / whole - at)
        return x[low] * (1 - part) + x[high] * part
    if kind == _AVERAGED and is_met:
        return (x[low] + x[high]) / 2
    if kind == _NEAREST_EVEN:
        return x[low] if is_met and low % 2 == 1 else x[high]
    return x[low] if is_met else x[high]


@compiled
def _interpolate(x: Real, shares: Real, n: int, at: float) -> float:
    low = np.searchsorted(shares[:n], at, side="right") - 1
    if low < 0:
        return x[0]
    if low == n - 1:
        return x[n - 1]
    return x[low] + (x[low + 1] - x[low]) / (shares[low + 1] - shares[low]) * (at - shares[low])


@compiled
def _last_below(x: Real, shares: Real, n: int, at: float) -> float:
    """The value with the largest share at most ``at``; shares need not rise: R sorts them."""
    best = -1
    for k in range(n):
        if shares[k] <= at and (best < 0 or shares[k] >= shares[best]):
            best = k
    if best >= 0:
        return x[best]
    least = 0
    for k in range(1, n):
        if shares[k] < shares[least]:
            least = k
    return x[least]
