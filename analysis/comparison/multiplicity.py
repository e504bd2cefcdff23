"""What many comparisons at once do to p values and limits: Bonferroni, Holm, Benjamini-Hochberg, max-t."""

import numpy as np
from numpy.typing import NDArray
from scipy import special

from analysis.errors import ComparisonError

Real = NDArray[np.float64]
MULTIPLICITIES = ("none", "bonferroni", "holm", "bh", "max_t")
_AT_ONCE = 2_000_000  # numbers drawn at once


def adjust_p_values(p_values: Real, method: str) -> Real:
    """p values of a family adjusted so that those at most α may be called different; NaN stays NaN.

    ``bonferroni``, ``holm``: the chance of any false claim in the family is at most α, whatever the dependence
    (holm is never weaker). ``bh``: of all claims at most α are false on average, for independent or positively
    dependent figures. ``none``: each comparison for itself. Silently too bold when the family was chosen after
    seeing the figures. METHODS 15.4.

    >>> adjust_p_values(np.array([0.01, 0.04, 0.03]), "holm").tolist()
    [0.03, 0.06, 0.06]
    """
    check_multiplicity(method)
    p = np.asarray(p_values, float)
    if wrong := int(((p < 0) | (p > 1)).sum()):
        raise ComparisonError(
            [f"{wrong} of {p.size} p values lie outside 0 to 1"], "Give p values, not statistics."
        )
    known = np.flatnonzero(~np.isnan(p))
    m = len(known)
    found = p.copy()
    if method == "none" or m == 0:
        return found
    if method == "bonferroni":
        found[known] = np.minimum(1.0, m * p[known])
        return found
    order = known[np.argsort(p[known], kind="stable")]
    step = np.arange(1, m + 1)
    if method == "holm":
        found[order] = np.minimum(1.0, np.maximum.accumulate(p[order] * (m - step + 1)))
    elif method == "bh":
        found[order] = np.minimum(1.0, np.minimum.accumulate((p[order] * m / step)[::-1])[::-1])
    else:
        raise ComparisonError(["max_t needs the correlations of the comparisons"], "Use simulate_largest.")
    return found


def check_multiplicity(method: str) -> None:
    """Refuses unknown names. METHODS 15.4."""
    if method not in MULTIPLICITIES:
        known = ", ".join(MULTIPLICITIES)
        raise ComparisonError([f"multiplicity is {method!r}, known: {known}"], "Choose one of them.")


def simulate_largest(correlation: Real, df: Real, *, draws: int, seed: int) -> Real:
    """``draws`` of the smallest two-sided p value of a family in which nothing differs, sorted.

    Errors are normal with ``correlation``; each draw also draws what standard errors such samples would report.
    One df for all: one common factor (the multivariate t); several: one for each, independently, which errs on
    the wide side. METHODS 15.4.
    """
    m = len(df)
    values, vectors = np.linalg.eigh(correlation)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    rng = np.random.default_rng(seed)
    is_one = bool((df == df[0]).all())
    smallest = []
    chunk = max(1, _AT_ONCE // m)
    for start in range(0, draws, chunk):
        size = min(chunk, draws - start)
        noise = np.abs(rng.standard_normal((size, m)) @ root.T)
        if np.isinf(df).all():
            smallest.append(2 * special.ndtr(-noise.max(axis=1)))
            continue
        finite = np.where(np.isinf(df), 1e9, df)
        shape = (size, 1) if is_one else (size, m)
        scale = np.sqrt(
            rng.chisquare(finite[:1] if is_one else finite, shape) / (finite[:1] if is_one else finite)
        )
        if is_one:
            smallest.append(two_sided((noise / scale).max(axis=1), finite[:1]))
        else:
            smallest.append(two_sided(noise / scale, finite).min(axis=1))
    return np.sort(np.concatenate(smallest))


def two_sided(t: Real, df: Real) -> Real:
    """Chance of a t at least so far from 0 either way; infinite df: normal. METHODS 15.3."""
    degrees = np.asarray(df, float)
    with np.errstate(invalid="ignore"):
        found = 2 * special.stdtr(np.where(np.isinf(degrees), 1e9, degrees), -np.abs(t))
    return np.asarray(np.where(np.isinf(degrees), 2 * special.ndtr(-np.abs(t)), found))
