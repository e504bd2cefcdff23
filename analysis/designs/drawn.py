"""Drawn: one stage of a sample as arrays."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
Real = NDArray[np.float64]
CENSUS = 1e-12  # a correction below this is a stratum where everything was taken


@dataclass(frozen=True)
class Drawn:
    """One stage. Per row: ``unit``. Per unit: ``stratum``, ``first`` (a row of it), ``correction`` (1 − fraction;
    1 with replacement), ``fraction`` (0 with replacement), ``reach`` (product of the fractions of the units it
    lies in). Per stratum: ``sampled`` (units), ``parent`` (the unit it lies in), ``label``."""

    unit: Whole
    first: Whole
    stratum: Whole
    fraction: Real
    correction: Real
    reach: Real
    sampled: Whole
    parent: Whole
    label: list[object]


def find_lonely(drawn: Drawn) -> NDArray[np.bool_]:
    """Strata with one sampled unit that was not taken for sure. METHODS 3.6."""
    varies = np.bincount(drawn.stratum, drawn.correction * (drawn.reach > 0), len(drawn.sampled)) > CENSUS
    return np.asarray((drawn.sampled == 1) & varies)
