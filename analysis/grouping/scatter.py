"""Adds numbers up by group: two threads over two halves of the rows, always in the order of the rows."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

try:  # not a public name: if it ever goes, numpy does the same work in twice the time
    from scipy.sparse._sparsetools import coo_matvec
except ImportError:  # pragma: no cover
    coo_matvec = None

Codes = NDArray[np.int32]
Numbers = NDArray[np.float64]
BLOCK = 1 << 17  # rows whose temporary columns stay in the cache of a core
_WORTH_A_THREAD = 200_000
_ONE = np.ones(1)
_ZEROS = np.zeros(BLOCK, np.int32)


def add_by_code(sums: Numbers, codes: Codes, values: Numbers) -> None:
    """``sums[codes] += values``, for at most BLOCK rows; without the interpreter's lock, so that threads help.
    METHODS 20.2."""
    if coo_matvec is None:  # pragma: no cover
        np.add.at(sums, codes, values)
    else:
        coo_matvec(len(codes), codes, _ZEROS[: len(codes)], values, _ONE, sums)


def in_halves(rows: int, work: Callable[[int, int], list[NDArray]]) -> list[NDArray]:
    """``work(start, stop)`` over the rows, and the sums of what both halves return, the first half first.

    Where the halves part depends on the number of rows alone: the same rows give the same last digits.
    METHODS 20.2.
    """
    first, *others = in_order(rows, work)
    for second in others:
        for mine, other in zip(first, second, strict=True):
            mine += other
    return first


def in_order(rows: int, work: Callable[[int, int], Any]) -> list[Any]:
    """What ``work(start, stop)`` gives for all rows, or for the first half and the second. METHODS 20.2."""
    if rows < _WORTH_A_THREAD:
        return [work(0, rows)]
    with ThreadPoolExecutor(2) as threads:
        return list(threads.map(work, (0, rows // 2), (rows // 2, rows)))


def blocks(start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Pieces of the rows that stay in a cache. METHODS 20.2."""
    for at in range(start, stop, BLOCK):
        yield at, min(at + BLOCK, stop)


@dataclass(frozen=True)
class Column:
    """The numbers of a column without nulls, in the pieces in which they were read: nothing is copied."""

    pieces: list[NDArray]
    ends: NDArray[np.int64]

    def __len__(self) -> int:
        return int(self.ends[-1]) if len(self.ends) else 0

    def cut(self, start: int, stop: int) -> NDArray:
        """Rows from ``start`` to before ``stop``, fewest copies."""
        first = int(np.searchsorted(self.ends, start, side="right"))
        found = []
        for piece, end in zip(self.pieces[first:], self.ends[first:], strict=True):
            begin = int(end) - len(piece)
            found.append(piece[max(start - begin, 0) : stop - begin])
            if stop <= end:
                break
        return found[0] if len(found) == 1 else np.concatenate(found)


def to_column(column: pl.Series) -> Column:
    """A column without nulls as it lies in memory. METHODS 20.2."""
    pieces = [piece.to_numpy() for piece in column.get_chunks() if len(piece)]
    return Column(pieces, np.cumsum([len(piece) for piece in pieces]))
