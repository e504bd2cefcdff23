"""The spread that two figures of a share would have if nothing had changed between them; METHODS 17.5."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float64]
Bounds = tuple[float, float]


@dataclass(frozen=True)
class Figures:
    """One period's figures of all series: ``estimate``, its variance ``v`` and ``n`` (NaN: not known)."""

    estimate: Real
    v: Real
    n: Real


def pool_spread(late: Figures, early: Figures, bounds: Bounds) -> tuple[Real, Real]:
    """Variances of both if both had their pooled figure: NaN where that cannot be said. METHODS 17.5.

    A figure's effective size is p(1−p)/v. One whose answers all agree tells none: it is given the other's for as
    many answers.
    """
    low, width = bounds[0], bounds[1] - bounds[0]
    p, q = (late.estimate - low) / width, (early.estimate - low) / width
    with np.errstate(invalid="ignore", divide="ignore"):
        own, old_own = _size(p, late.v / width**2), _size(q, early.v / width**2)
        size = np.where(np.isnan(own), old_own * late.n / early.n, own)
        old_size = np.where(np.isnan(old_own), own * early.n / late.n, old_own)
        pooled = (size * p + old_size * q) / (size + old_size)
        spread = pooled * (1 - pooled) * width**2
        return spread / size, spread / old_size


def _size(share: Real, v: Real) -> Real:
    """How many independent answers would have this variance; NaN: all agree."""
    spread = share * (1 - share)
    return np.where((v > 0) & (spread > 0), spread / v, np.nan)
