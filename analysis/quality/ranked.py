"""Ranks that contradict the values beside them: as few rows as explain all of it. METHODS 18.10."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.quality.printed import Printed

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Misplaced:
    """``row`` cannot stand where it does: ``witness`` stands above it with less, or below with more."""

    row: Printed
    witness: Printed
    is_above: bool
    is_possible: bool  # if digits may have been cut off and not rounded


def find_misplaced(rows: Sequence[Printed]) -> list[Misplaced]:
    """The rows to doubt so that the others agree with their ranks, in order of rank; METHODS 18.10.

    The row in most contradictions is taken out first (of equals the one ranked lower), until none is left: one
    digit wrong in a table of thousands is one finding.
    """
    ranked = [row for row in rows if row.rank is not None and row.value is not None]
    if not ranked:
        return []
    ranked.sort(key=lambda row: (row.rank or 0, -(row.value or 0)))
    rank = np.array([row.rank for row in ranked])
    low, high = _limits(ranked, is_cut=False)
    many = np.array([_clashes(at, rank, low, high).sum() for at in range(len(ranked))])
    is_out = np.zeros(len(ranked), dtype=bool)
    while many.max() > 0:
        at = len(many) - 1 - int(np.argmax(many[::-1]))
        is_out[at] = True
        many[_clashes(at, rank, low, high) & ~is_out] -= 1
        many[at] = 0
    kept = ~is_out
    for at in np.flatnonzero(is_out).tolist():  # what it clashed with may have been taken out after it
        kept[at] = not (_clashes(at, rank, low, high) & kept).any()
    cut_low, cut_high = _limits(ranked, is_cut=True)
    found = []
    for at in np.flatnonzero(~kept).tolist():
        clashing = np.flatnonzero(_clashes(at, rank, low, high) & kept).tolist()
        still = _clashes(at, rank, cut_low, cut_high) & kept
        above = [other for other in clashing if rank[other] < rank[at]]
        # The plainest witness: the smallest that stands above, else the greatest that stands below.
        witness = (
            min(above, key=lambda other: high[other]) if above else max(clashing, key=lambda other: low[other])
        )
        found.append(Misplaced(ranked[at], ranked[witness], bool(above), not still.any()))
    return found


def _clashes(at: int, rank: NDArray[np.int64], low: Floats, high: Floats) -> NDArray[np.bool_]:
    return np.asarray(((rank < rank[at]) & (high < low[at])) | ((rank > rank[at]) & (low > high[at])))


def _limits(rows: Sequence[Printed], *, is_cut: bool) -> tuple[Floats, Floats]:
    spans = [row.span(is_cut=is_cut) for row in rows]
    return np.array([float(span.low or 0) for span in spans]), np.array([float(span.high or 0) for span in spans])
