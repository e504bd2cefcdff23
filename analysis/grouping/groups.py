"""Groups: the combinations of keys that occur, each with a number; keys that follow from others cost nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from math import prod

import numpy as np
from numpy.typing import NDArray

from analysis.compiled import compiled
from analysis.grouping.keys import Key
from analysis.grouping.scatter import Codes, blocks, in_order

Cut = Callable[[int, int], NDArray]
_FEW = 1 << 14
_SMALL = tuple(map(np.dtype, ("int8", "int16", "int32", "uint8", "uint16")))
_MOST = 1 << 27  # combinations that are still marked one by one


@dataclass(frozen=True)
class Groups:
    """``cut(start, stop)``: the group of each of these rows, below ``size``. ``of``: key → its code in every
    group. Some may have no rows. ``free``: the keys that were combined; ``follows``: key → how many of those it
    was found to follow from."""

    rows: int
    cut: Cut
    size: int
    of: Mapping[str, NDArray[np.int32]]
    free: tuple[str, ...] = ()
    follows: Mapping[str, int] = field(default_factory=dict)


def group_rows(rows: int, keys: Mapping[str, Key]) -> Groups | None:
    """Groups of the combinations of ``keys``; None where they are too many to be numbered. METHODS 20.2."""
    order = sorted(keys, key=lambda name: -keys[name].size)
    if not order:
        return Groups(rows, put_together, 1, {})
    first, *rest = order
    cut, size, borders = keys[first].codes, keys[first].size, keys[first].numbers.borders
    of: dict[str, NDArray[np.int32]] = {first: np.arange(size, dtype=np.int32)}
    if rest and prod(key.size for key in keys.values()) > _FEW:
        together = _follow(rows, cut, size, [keys[name] for name in rest], borders)
        if together is not None:
            of |= dict(zip(rest, together, strict=True))
            return Groups(rows, cut, size, of, (first,), dict.fromkeys(rest, 1))
    free, found_to_follow = [first], {}
    for name in rest:
        key = keys[name]
        follows = _follow(rows, cut, size, [key], borders) if len(rest) > 1 and size * key.size > _FEW else None
        if follows is not None:
            of[name], found_to_follow[name] = follows[0], len(free)
            continue
        if size * key.size > _MOST:
            return None
        cut = partial(combine, cut, key)
        free.append(name)
        of = {other: np.repeat(table, key.size) for other, table in of.items()}
        of[name] = np.tile(np.arange(key.size, dtype=np.int32), size)
        size *= key.size
        if size > max(rows // 4, 1 << 16):
            codes, present = _compress(_write(rows, cut, borders), size)
            cut = partial(_cut, codes)
            of, size = {other: table[present] for other, table in of.items()}, len(present)
    return Groups(rows, cut, size, of, tuple(free), found_to_follow)


def put_together(start: int, stop: int) -> Codes:
    """One group of all rows. METHODS 20.2."""
    return np.zeros(stop - start, np.int32)


def combine(cut: Cut, key: Key, start: int, stop: int) -> Codes:
    """The groups ``cut`` gives to the rows, each parted by ``key``. METHODS 20.2."""
    codes = cut(start, stop) * np.int32(key.size)
    codes += key.codes(start, stop)
    return codes


def _cut(codes: Codes, start: int, stop: int) -> Codes:
    return codes[start:stop]


def _write(rows: int, cut: Cut, borders: Sequence[int]) -> Codes:
    codes = np.empty(rows, np.int32)

    def work(start: int, stop: int) -> None:
        for at, end in blocks(start, stop, borders=borders):
            codes[at:end] = cut(at, end)

    in_order(rows, work)
    return codes


def learn(rows: int, size: int, codes: Cut, values: Cut, borders: Sequence[int] = ()) -> NDArray | None:
    """The value of each group (negative: a group without rows), if it is one for all its rows; else None.

    ``codes`` and ``values`` give those of the rows from start to before stop; values are 0 or more, and below
    2**53. ``borders``: as of ``blocks``. METHODS 20.2.
    """

    def work(start: int, stop: int) -> NDArray | None:
        kind = np.int32 if values(start, start + 1).dtype in _SMALL else np.float64
        table = np.full(size, -1, kind)
        for at, end in blocks(start, stop, borders=borders):
            if not _agree(codes(at, end), values(at, end).astype(kind, copy=False), table):
                return None
        return table

    first, *others = in_order(rows, work)
    for second in others:
        if first is None or second is None or not ((first == second) | (first < 0) | (second < 0)).all():
            return None
        first = np.maximum(first, second)
    return first


@compiled
def _agree(codes: Codes, values: NDArray, table: NDArray) -> bool:
    """Writes the value of each code into ``table``, up to the first that differs from what stands there."""
    for row in range(len(codes)):
        known, value = table[codes[row]], values[row]
        if known != value:
            if known >= 0 or not value >= 0:
                return False
            table[codes[row]] = value
    return True


def _follow(
    rows: int, cut: Cut, size: int, keys: Sequence[Key], borders: Sequence[int]
) -> list[NDArray[np.int32]] | None:
    """The codes of ``keys`` in every group, if each group has only one of each: all keys in one reading."""
    sizes = [key.size for key in keys]
    if prod(sizes) >= 2**31:
        return None

    def pack(start: int, stop: int) -> Codes:
        packed = keys[0].codes(start, stop)
        for key in keys[1:]:
            packed *= np.int32(key.size)
            packed += key.codes(start, stop)
        return packed

    found = learn(rows, size, cut, pack, borders)
    if found is None:
        return None
    places = np.unravel_index(np.maximum(found, 0).astype(np.int64), sizes)
    return [place.astype(np.int32) for place in places]


def _compress(codes: Codes, size: int) -> tuple[Codes, NDArray[np.int64]]:
    """Codes without the numbers that do not occur, and which do."""
    seen = np.zeros(size, bool)
    seen[codes] = True
    present = np.flatnonzero(seen)
    place = np.zeros(size, np.int32)
    place[present] = np.arange(len(present), dtype=np.int32)
    return place[codes], present
