"""Adds numbers up by group: two threads over two halves of the rows, always in the order of the rows."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.compiled import compiled
from analysis.grouping.threads import on_both

Codes = NDArray[np.int32]
Numbers = NDArray[np.float64]
BLOCK = 1 << 17  # rows whose temporary columns stay in the cache of a core
_WORTH_A_THREAD = 200_000
_WORTH_A_BLOCK = 1 << 14  # below this many rows a turn of the interpreter costs more than a copy


@compiled
def add_by_code(sums: Numbers, codes: Codes, values: Numbers) -> bool:
    """``sums[codes] += values``; whether every value is above 0. METHODS 20.2."""
    is_positive = True
    for row in range(len(codes)):
        is_positive &= values[row] > 0
        sums[codes[row]] += values[row]
    return is_positive


def in_halves(rows: int, work: Callable[[int, int], list[NDArray]]) -> list[NDArray]:
    """``work(start, stop)`` over the rows, and the sums of what both halves return, the first half first.

    Where the halves part depends on the number of rows alone: the same rows give the same last digits.
    METHODS 20.2.
    """
    first, *others = in_order(rows, work)
    for second in others:
        for mine, other in zip(first, second, strict=True):
            in_order(mine.size, partial(_add_to, mine.reshape(-1), other.reshape(-1)))
    return first


def _add_to(mine: NDArray, other: NDArray, start: int, stop: int) -> None:
    mine[start:stop] += other[start:stop]


def in_order(rows: int, work: Callable[[int, int], Any]) -> list[Any]:
    """What ``work(start, stop)`` gives for all rows, or for the first half and the second. METHODS 20.2."""
    if rows < _WORTH_A_THREAD:
        return [work(0, rows)]
    return on_both(lambda ends: work(*ends), ((0, rows // 2), (rows // 2, rows)))


def blocks(start: int, stop: int, at_once: int = BLOCK, borders: Sequence[int] = ()) -> Iterator[tuple[int, int]]:
    """Pieces of the rows that stay in a cache, none over one of ``borders`` (``Column.borders``). METHODS 20.2."""
    inside = [border for border in borders if start < border < stop]
    for begin, border in pairwise([start, *inside, stop]):
        for at in range(begin, border, at_once):
            yield at, min(at + at_once, border)


@dataclass(frozen=True)
class Column:
    """The numbers of a column without nulls, in the pieces in which they were read: nothing is copied."""

    pieces: list[NDArray]
    ends: NDArray[np.int64]

    def __len__(self) -> int:
        return int(self.ends[-1]) if len(self.ends) else 0

    @property
    def borders(self) -> list[int]:
        """Where its pieces end: blocks between them are cut without a copy. None where pieces are too small."""
        return self.ends.tolist() if len(self) >= _WORTH_A_BLOCK * len(self.ends) else []

    def cut(self, start: int, stop: int) -> NDArray:
        """Rows from ``start`` to before ``stop``, fewest copies."""
        first = int(np.searchsorted(self.ends, start, side="right"))
        found = []
        for piece, end in zip(self.pieces[first:], self.ends[first:], strict=True):
            begin = int(end) - len(piece)
            found.append(piece[max(start - begin, 0) : stop - begin])
            if stop <= end:
                break
        whole = found[0] if len(found) == 1 else np.concatenate(found)
        whole.flags.writeable = False  # of one kind, whether it was copied or not: loops are compiled by kind
        return whole


def to_column(column: pl.Series) -> Column:
    """A column without nulls as it lies in memory. METHODS 20.2."""
    pieces = [piece.to_numpy() for piece in column.get_chunks() if len(piece)]
    return Column(pieces, np.cumsum([len(piece) for piece in pieces]))
