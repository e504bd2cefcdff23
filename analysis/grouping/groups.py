"""Groups: the combinations of keys that occur, each with a number; keys that follow from others cost nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from analysis.grouping.keys import Key
from analysis.grouping.scatter import BLOCK, Codes, blocks, in_order

_FEW = 1 << 14
_MOST = 1 << 27  # combinations that are still marked one by one


@dataclass(frozen=True)
class Groups:
    """``codes``: the group of each row, below ``size``. ``of``: key → its code in every group. Some may have
    no rows."""

    codes: Codes
    size: int
    of: Mapping[str, NDArray[np.int32]]


def group_rows(rows: int, keys: Mapping[str, Key]) -> Groups | None:
    """Groups of the combinations of ``keys``; None where they are too many to be numbered. METHODS 20.2."""
    order = sorted(keys, key=lambda name: -keys[name].size)
    if not order:
        return Groups(np.zeros(rows, np.int32), 1, {})
    if prod(key.size for key in keys.values()) <= _FEW:
        return _combine(rows, keys)
    codes, size = _copy(rows, keys[order[0]]), keys[order[0]].size
    of: dict[str, NDArray[np.int32]] = {order[0]: np.arange(size, dtype=np.int32)}
    for name in order[1:]:
        key = keys[name]
        if key.size == 1:
            of[name] = np.zeros(size, np.int32)
            continue
        follows = learn(codes, size, key.codes)
        if follows is not None:
            of[name] = np.nan_to_num(follows).astype(np.int32)
            continue
        if size * key.size > _MOST:
            return None
        _multiply(codes, key)
        of = {other: np.repeat(table, key.size) for other, table in of.items()}
        of[name] = np.tile(np.arange(key.size, dtype=np.int32), size)
        size *= key.size
        if size > max(rows // 4, 1 << 16):
            codes, present = _compress(codes, size)
            of, size = {other: table[present] for other, table in of.items()}, len(present)
    return Groups(codes, size, of)


def _combine(rows: int, keys: Mapping[str, Key]) -> Groups:
    """Every combination there could be, in one reading."""
    codes = np.empty(rows, np.int32)

    def work(start: int, stop: int) -> None:
        for at, end in blocks(start, stop):
            first, *others = keys.values()
            piece = first.codes(at, end)
            for key in others:
                piece *= np.int32(key.size)
                piece += key.codes(at, end)
            codes[at:end] = piece

    in_order(rows, work)
    sizes = tuple(key.size for key in keys.values())
    places = np.unravel_index(np.arange(prod(sizes)), sizes)
    return Groups(codes, prod(sizes), {name: at.astype(np.int32) for name, at in zip(keys, places, strict=True)})


def _copy(rows: int, key: Key) -> Codes:
    codes = np.empty(rows, np.int32)

    def work(start: int, stop: int) -> list[NDArray]:
        for at, end in blocks(start, stop):
            codes[at:end] = key.codes(at, end)
        return []

    in_order(rows, work)
    return codes


def learn(codes: Codes, size: int, cut: Callable[[int, int], NDArray]) -> NDArray[np.float64] | None:
    """What ``cut(start, stop)`` gives for the rows of each group (NaN: a group without rows), if it is one value
    for all of them; else None. One look at the first rows mostly says no where it is no."""

    def work(start: int, stop: int) -> list[NDArray]:
        table, is_one = np.full(size, np.nan), np.ones(1)
        for at, end in blocks(start, stop):
            places, values = codes[at:end], cut(at, end)
            known = table.take(places, mode="clip")
            if (known == values).all():
                continue
            is_new = np.isnan(known)
            if not (is_new | (known == values)).all():
                return [table, np.zeros(1)]
            table[places] = values
            if not (table[places] == values).all():
                return [table, np.zeros(1)]
        return [table, is_one]

    first, is_one = work(0, min(len(codes), BLOCK))
    if not is_one[0]:
        return None
    parts = in_order(len(codes), work)
    if not all(is_one[0] for _, is_one in parts):
        return None
    found = first
    for table, _ in parts:
        if not ((found == table) | np.isnan(found) | np.isnan(table)).all():
            return None
        found = np.where(np.isnan(found), table, found)
    return found


def _multiply(codes: Codes, key: Key) -> None:
    def work(start: int, stop: int) -> list[NDArray]:
        for at, end in blocks(start, stop):
            codes[at:end] *= np.int32(key.size)
            codes[at:end] += key.codes(at, end)
        return []

    in_order(len(codes), work)


def _compress(codes: Codes, size: int) -> tuple[Codes, NDArray[np.int64]]:
    """Codes without the numbers that do not occur, and which do."""
    seen = np.zeros(size, bool)
    seen[codes] = True
    present = np.flatnonzero(seen)
    place = np.zeros(size, np.int32)
    place[present] = np.arange(len(present), dtype=np.int32)
    return place[codes], present
