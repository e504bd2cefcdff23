"""Limits of confidence intervals, each method a function of arrays; shares are 0-1 here."""

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from analysis.compiled import compiled, read_only

Numbers = NDArray[np.float64]
Limits = tuple[Numbers, Numbers]
_TABLED = 4096
INTERVALS = ("t", "wilson", "beta", "beta_truncated", "xlogit", "logit", "asin", "likelihood", "exact")


def t_quantile(df: ArrayLike, confidence: float) -> Numbers:
    """Two-sided t quantile; ``df`` >= 1, infinite for the normal. METHODS 4.1."""
    shape, (asked,) = _flatten(df)
    found, rest = _look_up(asked, _tabled_quantiles(confidence))
    if len(rest):
        degrees, where = np.unique(asked[rest], return_inverse=True)
        normal = special.ndtri((1 + confidence) / 2)
        quantiles = np.where(np.isinf(degrees), normal, special.stdtrit(degrees, (1 + confidence) / 2))
        found[rest] = quantiles[where]
    return found.reshape(shape)


@compiled
def _look_up(asked: Numbers, table: Numbers) -> tuple[Numbers, NDArray[np.int64]]:
    """The entry of each whole number that the table has, and where there are others."""
    found, rest, count = np.empty(len(asked)), np.empty(len(asked), np.int64), 0
    for at in range(len(asked)):
        if 0 <= asked[at] < len(table) and asked[at] == np.floor(asked[at]):
            found[at] = table[int(asked[at])]
        else:
            rest[count] = at
            count += 1
    return found, rest[:count]


@lru_cache(maxsize=8)
def _tabled_quantiles(confidence: float) -> Numbers:
    """Of 0, 1, 2, … degrees of freedom: most domains have few, and many the same."""
    degrees = np.arange(1.0, _TABLED)
    return np.append(np.nan, special.stdtrit(degrees, (1 + confidence) / 2))


def t_limits(estimate: ArrayLike, standard_error: ArrayLike, df: ArrayLike, confidence: float) -> Limits:
    """Wald limits with a t quantile, in the unit of ``estimate``.

    May leave the range of a share; near 0 and 1 it covers far less than it says. METHODS 4.1.
    """
    centre, half = np.asarray(estimate, float), t_quantile(df, confidence) * np.asarray(standard_error, float)
    return centre - half, centre + half


def wilson_limits(share: ArrayLike, n_effective: ArrayLike, df: ArrayLike, confidence: float) -> Limits:
    """Wilson limits of a share on an effective sample size (p(1−p)/v) with a t quantile. METHODS 4.2."""
    z = t_quantile(df, confidence)
    shape, (p, n, quantile) = _flatten(share, n_effective, z)
    low, high = _wilson(p, n, quantile)
    return low.reshape(shape), high.reshape(shape)


@compiled
def _wilson(p: Numbers, n: Numbers, z: Numbers) -> Limits:
    low, high = np.empty(len(p)), np.empty(len(p))
    for at in range(len(p)):
        part = z[at] * z[at] / n[at]
        centre = (p[at] + part / 2) / (1 + part)
        half = np.sqrt(p[at] * (1 - p[at]) * part + part * part / 4) / (1 + part)
        low[at] = 0.0 if centre - half < 0 else centre - half  # NaN stays
        high[at] = 1.0 if centre + half > 1 else centre + half
    return low, high


def _flatten(*given: ArrayLike) -> tuple[tuple[int, ...], list[Numbers]]:
    """The shape of all together, and each of them as one row of numbers."""
    together = np.broadcast_arrays(*(np.asarray(each, float) for each in given))
    rows = [np.ascontiguousarray(each).reshape(-1) for each in together]
    return together[0].shape, list(read_only(*rows))


def korn_graubard_limits(
    share: ArrayLike,
    n_effective: ArrayLike,
    n: ArrayLike,
    df: ArrayLike,
    confidence: float,
    *,
    truncated: bool = False,
) -> Limits:
    """Clopper-Pearson limits on n_eff = p(1−p)/v · (t[n−1]/t[df])².

    ``truncated`` caps n_eff at ``n`` (the NCHS rule). ``n`` >= 2, ``df`` >= 1. METHODS 4.3.
    """
    people = np.asarray(n, float)
    adjusted = (
        np.asarray(n_effective, float) * (t_quantile(people - 1, confidence) / t_quantile(df, confidence)) ** 2
    )
    if truncated:
        adjusted = np.minimum(adjusted, people)
    return exact_limits(share, adjusted, confidence)


def exact_limits(share: ArrayLike, n_effective: ArrayLike, confidence: float) -> Limits:
    """Clopper-Pearson limits for a share of a possibly fractional number of people. METHODS 4.3, 4.5.

    Defined for every share of 0-1 and every ``n_effective`` > 0: the fallback where a variance is 0 or unknown.
    """
    shape, (p, n) = _flatten(share, n_effective)
    tail = (1 - confidence) / 2
    return _exact_low(p, n, tail).reshape(shape), 1 - _exact_low(1 - p, n, tail).reshape(shape)


def _exact_low(p: Numbers, n: Numbers, tail: float) -> Numbers:
    """Solves P(X >= n·p) = tail; in closed form where everybody says yes or nobody does (most small cells)."""
    read_only(p, n)
    low, inside = _exact_low_at_ends(p, n, np.log(tail))
    if inside:
        between = (p > 0) & (p < 1)
        low[between] = special.betaincinv((n * p)[between], (n * (1 - p))[between] + 1, tail)
    return low


@compiled
def _exact_low_at_ends(p: Numbers, n: Numbers, log_tail: float) -> tuple[Numbers, int]:
    """Lower limits of the shares 0 and 1, 0 for those between, and how many those are."""
    low, inside = np.zeros(len(p)), 0
    for at in range(len(p)):
        if p[at] >= 1:
            low[at] = np.exp(log_tail / n[at])
        elif p[at] > 0:
            inside += 1
    return low, inside


def logit_limits(share: ArrayLike, standard_error: ArrayLike, df: ArrayLike, confidence: float) -> Limits:
    """Limits of a share of 0-1 (both excluded), Wald on the logit scale, turned back. METHODS 4.4."""
    p = np.asarray(share, float)
    half = t_quantile(df, confidence) * np.asarray(standard_error, float) / (p * (1 - p))
    return special.expit(special.logit(p) - half), special.expit(special.logit(p) + half)


def asin_limits(
    share: ArrayLike, standard_error: ArrayLike, df: ArrayLike, confidence: float, *, reflected: bool = False
) -> Limits:
    """Limits of a share of 0-1 (both excluded), Wald on the angle asin √p, turned back. METHODS 4.7.

    An angle that leaves 0-90° is cut there, so that limits of a higher confidence enclose those of a lower.
    ``reflected`` squares its sine uncut, as R survey does: the limit then turns back into the range.
    """
    p = np.asarray(share, float)
    half = t_quantile(df, confidence) * np.asarray(standard_error, float) / (2 * np.sqrt(p * (1 - p)))
    low, high = np.arcsin(np.sqrt(p)) - half, np.arcsin(np.sqrt(p)) + half
    if not reflected:
        low, high = np.maximum(low, 0.0), np.minimum(high, np.pi / 2)
    return np.sin(low) ** 2, np.sin(high) ** 2


def likelihood_limits(
    share: ArrayLike, n_effective: ArrayLike, n: ArrayLike, df: ArrayLike, confidence: float
) -> Limits:
    """Shares q whose deviance 2·m·[p·ln(p/q) + (1−p)·ln((1−p)/(1−q))] is t² at most. METHODS 4.8.

    m = n_eff·(n−1)/n with n_eff = p(1−p)/v. Solved to the last digits; R survey interpolates its profile and
    is off by up to half a per cent of the limit.
    """
    p, effective, people = (np.asarray(each, float) for each in (share, n_effective, n))
    allowed = t_quantile(df, confidence) ** 2 / (2 * effective * (people - 1) / people)
    return tuple(_solve_deviance(p, allowed, side) for side in (-1.0, 1.0))  # type: ignore[return-value]


def _solve_deviance(p: Numbers, allowed: Numbers, side: float) -> Numbers:
    """Bisection on the logit of q from p outwards; 700 is where a logit leaves the floats."""
    near, far = special.logit(p), np.full_like(p, 700.0 * side)
    for _ in range(80):
        middle = (near + far) / 2
        # ln q = −ln(1 + e^−x): exact where q is 0 or 1 to the last digit
        deviance = -special.entr(p) - special.entr(1 - p) + p * np.logaddexp(0, -middle)
        deviance += (1 - p) * np.logaddexp(0, middle)
        inside = deviance <= allowed
        near, far = np.where(inside, middle, near), np.where(inside, far, middle)
    return np.asarray(special.expit((near + far) / 2), float)
