"""Inclusion probabilities in proportion to size, with the units that are certain to be drawn."""

import math
from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.errors import SelectionError

CERTAIN = 1 - 1e-12  # from here on a probability is 1: rounding made the difference  (METHODS 12.4)

Floats = NDArray[np.float64]


def inclusion_probabilities(
    sizes: pl.Series | Sequence[float] | Floats, n: float, *, certain: pl.Series | Sequence[bool] | None = None
) -> pl.Series:
    """Probability of each unit to be in a sample of ``n`` drawn in proportion to size.

    π_k = m·x_k/Σx; where that reaches 1 the unit is certain (π = 1) and the rest is shared again among the
    others, until none is above 1.

    Parameters
    ----------
    sizes
        x_k >= 0, one per unit, without nulls. Size 0 gives π = 0.
    n
        Sample size, above 0, at most the number of units of size above 0. It need not be whole: an expected size.
    certain
        Units to be drawn whatever their size, true or false.

    Returns
    -------
    pl.Series
        Float64 "inclusion_probability" in the order of ``sizes``, summing to ``n``. Certain units have exactly 1.

    Raises
    ------
    SelectionError
        Names the column and how many rows are null, negative or not finite; too few units of size above 0; more
        certain units than ``n``.

    Notes
    -----
    Units of size 0 are silently left out of everything estimated from the sample.

    References
    ----------
    METHODS 12.4; Särndal, Swensson and Wretman (1992), section 3.6.2. Agrees with R (p23).

    Examples
    --------
    >>> inclusion_probabilities([10, 20, 30, 940], 2).to_list()
    [0.16666666666666666, 0.3333333333333333, 0.5, 1.0]
    """
    values = sizes if isinstance(sizes, pl.Series) else pl.Series("size", np.asarray(sizes))
    forced = np.zeros(len(values), dtype=bool) if certain is None else np.asarray(certain, dtype=bool)
    _refuse(values, n, forced)
    return pl.Series("inclusion_probability", share_sizes(values.cast(pl.Float64).to_numpy(), n, forced))


def share_sizes(sizes: Floats, n: float, forced: NDArray[np.bool_]) -> Floats:
    """``inclusion_probabilities`` of sizes already checked. METHODS 12.4."""
    probabilities = forced.astype(np.float64)
    open_ = ~forced & (sizes > 0)
    left = float(n) - int(forced.sum())
    while left > 0 and open_.any():
        # fsum is rounded once, whatever the order or the platform: np.sum is not.
        shared = left * sizes / math.fsum(sizes[open_])
        certain = open_ & (shared >= CERTAIN)
        if not certain.any():
            probabilities[open_] = shared[open_]
            break
        probabilities[certain] = 1.0
        left -= int(certain.sum())
        open_ &= ~certain
    return probabilities


def _refuse(values: pl.Series, n: float, forced: NDArray[np.bool_]) -> None:
    name = values.name or "size"
    if not values.dtype.is_numeric():
        raise SelectionError([f"column {name!r} is {values.dtype}, not a number"], "Cast it.")
    exact = values.cast(pl.Float64)
    wrong = (exact.is_null() | ~exact.is_finite() | (exact < 0)).fill_null(True).sum()
    if wrong:
        raise SelectionError(
            [f"column {name!r} is null, negative or not finite in {wrong} of {len(values)} rows"],
            "Mend the sizes or leave these units out.",
        )
    there = int(((exact.to_numpy() > 0) | forced).sum())
    problems = []
    if not 0 < n <= there:
        problems.append(f"n is {n:g}, but {there} of {len(values)} units have a {name} above 0")
    if forced.sum() > n:
        problems.append(f"n is {n:g}, but {forced.sum()} units are said to be certain")
    if problems:
        raise SelectionError(problems, "Draw fewer, or give sizes to more units.")
