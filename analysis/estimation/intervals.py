"""Limits of confidence intervals, each method a function of arrays; shares are 0-1 here."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Limits = tuple[NDArray[np.float64], NDArray[np.float64]]
INTERVALS = ("t", "wilson", "beta", "xlogit")


def t_quantile(df: ArrayLike, confidence: float) -> NDArray[np.float64]:
    """Two-sided t quantile; ``df`` >= 1, infinite for the normal. METHODS 4.1."""
    degrees, where = np.unique(np.asarray(df, dtype=float), return_inverse=True)
    normal = special.ndtri((1 + confidence) / 2)
    quantiles = np.where(np.isinf(degrees), normal, special.stdtrit(degrees, (1 + confidence) / 2))
    return np.asarray(quantiles[where], dtype=float).reshape(np.shape(df))


def t_limits(estimate: ArrayLike, standard_error: ArrayLike, df: ArrayLike, confidence: float) -> Limits:
    """Wald limits with a t quantile, in the unit of ``estimate``.

    May leave the range of a share; near 0 and 1 it covers far less than it says. METHODS 4.1.
    """
    centre, half = np.asarray(estimate, float), t_quantile(df, confidence) * np.asarray(standard_error, float)
    return centre - half, centre + half


def wilson_limits(share: ArrayLike, n_effective: ArrayLike, df: ArrayLike, confidence: float) -> Limits:
    """Wilson limits of a share on an effective sample size (p(1−p)/v) with a t quantile. METHODS 4.2."""
    p, n = np.asarray(share, float), np.asarray(n_effective, float)
    z2 = t_quantile(df, confidence) ** 2
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = np.sqrt(z2) / (1 + z2 / n) * np.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    return np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0)


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
    p, n = np.asarray(share, float), np.asarray(n_effective, float)
    tail = (1 - confidence) / 2
    return _exact_low(p, n, tail), 1 - _exact_low(1 - p, n, tail)


def _exact_low(p: NDArray[np.float64], n: NDArray[np.float64], tail: float) -> NDArray[np.float64]:
    """Solves P(X >= n·p) = tail; in closed form where everybody says yes or nobody does (most small cells)."""
    p, n = np.broadcast_arrays(p, n)
    low = np.where(p >= 1, tail ** (1 / n), 0.0)
    inside = (p > 0) & (p < 1)
    low[inside] = special.betaincinv((n * p)[inside], (n * (1 - p))[inside] + 1, tail)
    return low


def logit_limits(share: ArrayLike, standard_error: ArrayLike, df: ArrayLike, confidence: float) -> Limits:
    """Limits of a share of 0-1 (both excluded), Wald on the logit scale, turned back. METHODS 4.4."""
    p = np.asarray(share, float)
    half = t_quantile(df, confidence) * np.asarray(standard_error, float) / (p * (1 - p))
    return special.expit(special.logit(p) - half), special.expit(special.logit(p) + half)
