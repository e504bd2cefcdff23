"""Allocation where a unit has several strata and all of them together a minimum. METHODS 12.3."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.errors import AllocationError
from analysis.sampling.apportion import TIE, fill_strata, round_to_total

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Claims = NDArray[np.bool_]


@dataclass(frozen=True)
class Units:
    """Which unit every stratum belongs to (0, 1, …), and the least of each unit."""

    of_stratum: Counts
    minimum: int

    @classmethod
    def of(cls, strata: pl.DataFrame, by: Sequence[str], minimum: int) -> "Units | None":
        """None when no unit has a minimum; AllocationError when the columns do not name one. METHODS 12.3."""
        problems = [f"by: column {name!r} is missing" for name in by if name not in strata.columns]
        if isinstance(by, str):
            problems = [f"by is the text {by!r}, not a list of columns"]
        elif minimum < 0 or minimum != int(minimum) or (minimum > 0) != bool(by):
            problems.append(f"unit_minimum is {minimum} with by {list(by)}: both are given, whole and above 0")
        if not problems:
            problems = [
                f"by: column {name!r} is null in {k} rows" for name in by if (k := strata[name].null_count())
            ]
        if problems:
            raise AllocationError(problems, "Name the columns of the unit in by, and its minimum in unit_minimum.")
        if not by:
            return None
        order = strata.select(pl.struct(by).rank("dense") - 1).to_series()
        return cls(order.to_numpy().astype(np.int64), int(minimum))


def apportion_units(
    units: Units, shares: Floats, low: Floats, high: Floats, total: float, price: Floats, whole: Floats
) -> tuple[Floats, Counts, Claims]:
    """Exact and whole numbers per stratum, and whether its unit was raised to its minimum.

    Units that fall short, exactly or once rounded, get just their minimum, divided as ``shares`` say; the others
    share what is left, so that more of them may fall short: until none does. METHODS 12.3.
    """
    many = int(units.of_stratum.max(initial=-1)) + 1
    least = np.minimum(units.minimum, np.bincount(units.of_stratum, high, many))
    is_raised = np.zeros(many, dtype=bool)
    exact, counts = np.zeros(len(shares)), np.zeros(len(shares), dtype=np.int64)
    strata = np.argsort(units.of_stratum, kind="stable")
    starts = np.searchsorted(units.of_stratum[strata], np.arange(many + 1))
    while True:
        rest = ~is_raised[units.of_stratum]
        left = total - math.fsum((price * counts)[~rest])
        needed = math.fsum((price * low)[rest])
        if needed > left + TIE:
            raised = int(is_raised.sum())
            raise AllocationError(
                [f"the minima of {raised} units leave {left:g}, but the other strata need {needed:g}"],
                "Raise the total, or lower the minimum of the units or of the strata.",
            )
        if rest.any():
            parts = (shares[rest], low[rest], high[rest])
            exact[rest] = fill_strata(*parts, left, price[rest], whole[rest])
            counts[rest] = round_to_total(exact[rest], high[rest], left, price[rest], whole[rest])
        short = ~is_raised & (np.bincount(units.of_stratum, counts, many) < least)
        if not short.any():
            return exact, counts, is_raised[units.of_stratum]
        for unit in np.flatnonzero(short).tolist():
            own = strata[starts[unit] : starts[unit + 1]]
            alike = np.ones(len(own))
            inside = shares[own] if shares[own].any() else whole[own]
            exact[own] = fill_strata(inside, low[own], high[own], float(least[unit]), alike, whole[own])
            counts[own] = round_to_total(exact[own], high[own], float(least[unit]), alike, whole[own])
        is_raised |= short
