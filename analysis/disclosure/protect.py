"""Complementary suppression in a table that is published with its totals; METHODS 7.2-7.4."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.disclosure.bridges import find_bridges


@dataclass(frozen=True)
class Additive:
    """Domains as edges: ``lines`` (domains × 2) are the sums each domain takes part in, -1 for none.

    ``rank``: what is rather withheld (cells before totals). ``is_published`` is False for a domain that is never
    shown, such as the responses that name no procedure. ``line_count`` lines in all.
    """

    lines: np.ndarray
    rank: np.ndarray
    is_published: np.ndarray
    line_count: int


def protect(
    counts: np.ndarray, table: Additive, equations: Sequence[tuple[int, Sequence[int]]], *, small_cell: int
) -> np.ndarray:
    """Which figures to withhold so that none from fewer than ``small_cell`` responses can be had by subtraction.

    Parameters
    ----------
    counts
        Domains × figures: responses behind each; 0 where there is no figure.
    equations
        Figures that follow from each other in every domain: (parent, children).

    Returns
    -------
    Bool array of the shape of ``counts``. In every sum at least two figures are withheld or none, together from
    ``small_cell`` responses at least (or the whole sum is withheld), and no small figure follows from several
    sums together. Silently not safe against trying out all whole numbers that fit the exact estimates.

    References
    ----------
    METHODS 7.2-7.4.
    """
    present = counts > 0
    hidden = present & ((counts < small_cell) | ~table.is_published[:, None])
    orders = [
        _order(np.flatnonzero(present[:, figure] & ~hidden[:, figure]), counts[:, figure], table.rank)
        for figure in range(counts.shape[1])
    ]
    open_figures = np.arange(counts.shape[1])
    while open_figures.size:
        for figure in open_figures:
            hidden[:, figure] = _protect_sums(
                counts[:, figure], hidden[:, figure], table, orders[figure], small_cell=small_cell
            )
        protected = hidden.copy()
        for parent, children in equations:
            _protect_equation(counts, hidden, [parent, *children])
        open_figures = np.flatnonzero((hidden != protected).any(axis=0))
    return hidden


def _order(shown: np.ndarray, counts: np.ndarray, rank: np.ndarray) -> np.ndarray:
    """``shown`` in the order in which they are rather withheld: cells first, then few responses."""
    return np.asarray(shown[np.lexsort((shown, counts[shown], rank[shown]))])


def _protect_sums(
    counts: np.ndarray, hidden: np.ndarray, table: Additive, order: np.ndarray, *, small_cell: int
) -> np.ndarray:
    hidden = hidden.copy()
    if not hidden.any():
        return hidden
    while True:
        more = _thin_sums(counts, hidden, table, order, small_cell)
        if not more.size:
            more = _open_bridges(counts, hidden, table, order, small_cell)
        if not more.size:
            return hidden
        hidden[more] = True


def _thin_sums(
    counts: np.ndarray, hidden: np.ndarray, table: Additive, order: np.ndarray, small_cell: int
) -> np.ndarray:
    """The next domain to withhold in every sum with one withheld figure, or with too few responses behind them."""
    ends = table.lines[hidden]
    held = np.repeat(counts[hidden], 2)[(ends >= 0).ravel()]
    asks = np.repeat((table.is_published | (counts < small_cell))[hidden], 2)[(ends >= 0).ravel()]
    ends = ends[ends >= 0]
    many = np.bincount(ends, minlength=table.line_count)
    behind = np.bincount(ends, weights=held, minlength=table.line_count)
    # What is not published, and large, may follow from the others: alone it asks for nothing.
    asking = np.bincount(ends, weights=asks, minlength=table.line_count)
    is_thin = (asking > 0) & ((many == 1) | (behind < small_cell))
    if not is_thin.any():
        return np.empty(0, dtype=np.int64)
    candidates = order[(~hidden & (counts > 0))[order]]
    lines = table.lines[candidates]
    serves = (lines >= 0) & is_thin[lines]
    position, side = np.nonzero(serves)
    _, earliest = np.unique(lines[position, side], return_index=True)
    return np.unique(candidates[position[earliest]])


def _open_bridges(
    counts: np.ndarray, hidden: np.ndarray, table: Additive, order: np.ndarray, small_cell: int
) -> np.ndarray:
    """A further domain to withhold for every small one that follows from several sums together."""
    edges = np.flatnonzero(hidden & (table.lines >= 0).all(axis=1))
    if not edges.size:
        return np.empty(0, dtype=np.int64)
    found = find_bridges(table.lines[edges, 0], table.lines[edges, 1], table.line_count)
    revealed = np.flatnonzero(found.is_bridge & (counts[edges] < small_cell))
    if not revealed.size:
        return np.empty(0, dtype=np.int64)
    candidates = order[(~hidden & (counts > 0) & (table.lines >= 0).all(axis=1))[order]]
    first, second = table.lines[candidates].T
    more = []
    for edge in revealed:
        crosses = found.is_below(int(edge), first) != found.is_below(int(edge), second)
        component = found.component[table.lines[edges[edge], 0]]
        closes = crosses & (found.component[first] == component) & (found.component[second] == component)
        choice = np.flatnonzero(closes if closes.any() else crosses)
        if choice.size:
            more.append(candidates[choice[0]])
    return np.unique(np.array(more, dtype=np.int64))


def _protect_equation(counts: np.ndarray, hidden: np.ndarray, members: list[int]) -> None:
    """Where one member alone is withheld, withhold the smallest other child with it, else the parent."""
    shown = (counts[:, members] > 0) & ~hidden[:, members]
    is_alone = (hidden[:, members].sum(axis=1) == 1) & shown.any(axis=1)
    cost = np.where(shown, counts[:, members].astype(float), np.inf)
    cost[:, 0] += 1e15  # the parent last
    rows = np.flatnonzero(is_alone)
    hidden[rows, np.array(members)[cost[rows].argmin(axis=1)]] = True
