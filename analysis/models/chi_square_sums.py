"""Upper tails of weighted sums of chi squares, over an estimated denominator where there is one."""

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special

from analysis.designs.drawn import Real

_LEFT, _TERMS, _SMALL = 1e-11, 5000, 1e-4  # a weight below this part of the largest moves no digit that counts
_NEAR = 1e-4  # nearer to the mean than this the saddlepoint formula is 0/0


def tail_by_saddlepoint(x: float, weights: ArrayLike, df: float = math.inf) -> float:
    """P(Σ aᵢχ²₁ > x), or with ``df`` P(Σ aᵢχ²₁ / (χ²_df/df) > x); Kuonen (1999). METHODS 19.3.

    As R survey does, ``df`` counts in the denominator's chi square with its whole part only: p a little too large.

    >>> round(tail_by_saddlepoint(3.841459, [1.0]), 2)  # 0.05 exactly
    0.05
    """
    parts, sizes, x = _as_sum(x, weights, df)
    sizes = np.floor(sizes)

    def first(t: float) -> float:
        return float((sizes * parts / (1 - 2 * t * parts)).sum() - x)

    top = 1 / (2 * parts[parts > 0].max())
    negative = parts[parts < 0]
    bottom = 1 / (2 * negative.min()) if len(negative) else -max(1.0, float(sizes.sum()) / max(x, 1e-12))
    edge = 1e-13 * (top - bottom)
    root = float(optimize.brentq(first, bottom + edge, top - edge, xtol=1e-15, rtol=1e-14))
    cumulant = float(-(sizes * np.log1p(-2 * root * parts)).sum() / 2)
    curvature = float(2 * (sizes * parts**2 / (1 - 2 * root * parts) ** 2).sum())
    if abs(root) * math.sqrt(curvature) < _NEAR:
        third = float(8 * (sizes * parts**3 / (1 - 2 * root * parts) ** 3).sum())
        return 0.5 - third / (6 * math.sqrt(2 * math.pi) * curvature**1.5)
    w = math.copysign(math.sqrt(2 * (root * x - cumulant)), root)
    v = root * math.sqrt(curvature)
    return float(special.ndtr(-(w + math.log(v / w) / w)))


def tail_by_series(x: float, weights: ArrayLike, df: float = math.inf) -> float:
    """The same probability exactly (to 1e-10), by Ruben's series (1962) of chi squares; weights above 0.

    Σ aᵢχ²₁ is β·χ² with m + 2k degrees of freedom with chance c_k, β the smallest weight. METHODS 19.3.

    >>> round(tail_by_series(3.841459, [1.0]), 5)
    0.05
    >>> round(tail_by_series(2.0, [2.0, 2.0]), 5)  # exp(−2/4)
    0.60653
    """
    parts = np.asarray(weights, float)
    parts = parts[parts > _SMALL * parts.max()]
    least = parts.min()
    rest = 1 - least / parts
    chances = np.zeros(_TERMS)
    chances[0] = math.sqrt(float(np.prod(least / parts)))
    powers = np.zeros(_TERMS)
    told = chances[0]
    terms = 1
    while terms < _TERMS and told < 1 - _LEFT:
        powers[terms] = (rest**terms).sum() / 2
        chances[terms] = powers[terms:0:-1] @ chances[:terms] / terms
        told += chances[terms]
        terms += 1
    freedom = len(parts) + 2.0 * np.arange(terms)
    bound = x / least
    tails = special.chdtrc(freedom, bound) if math.isinf(df) else special.fdtrc(freedom, df, bound / freedom)
    # What the series leaves out has more degrees of freedom still: its tail is nearer to 1 than the last.
    return float(min(1.0, chances[:terms] @ tails + max(0.0, 1 - told) * tails[-1]))


def _as_sum(x: float, weights: ArrayLike, df: float) -> tuple[Real, Real, float]:
    """Parts, their degrees of freedom and the bound: over a denominator Σaᵢχ² − (x/df)·χ²_df > 0."""
    parts = np.asarray(weights, float)
    parts = parts[np.abs(parts) > 1e-12 * np.abs(parts).max()]
    if math.isinf(df):
        return parts, np.ones(len(parts)), x
    return np.append(parts, -x / df), np.append(np.ones(len(parts)), df), 0.0
