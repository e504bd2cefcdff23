"""Groups: the combinations of keys that occur, each with a number; keys that follow from others cost nothing."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.estimation.passes.keys import Key
from analysis.estimation.passes.scatter import BLOCK, Codes, blocks, in_halves

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
    codes, size = _copy(rows, keys[order[0]]), keys[order[0]].size
    of: dict[str, NDArray[np.int32]] = {order[0]: np.arange(size, dtype=np.int32)}
    for name in order[1:]:
        key = keys[name]
        if key.size == 1:
            of[name] = np.zeros(size, np.int32)
            continue
        follows = _follow(codes, size, key)
        if follows is not None:
            of[name] = follows
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


def _copy(rows: int, key: Key) -> Codes:
    codes = np.empty(rows, np.int32)

    def work(start: int, stop: int) -> list[NDArray]:
        for at, end in blocks(start, stop):
            codes[at:end] = key.codes(at, end)
        return []

    in_halves(rows, work)
    return codes


def _follow(codes: Codes, size: int, key: Key) -> NDArray[np.int32] | None:
    """The code of ``key`` in every group, if each group has only one; else None."""
    table = np.zeros(size, np.int32)

    def write(start: int, stop: int) -> list[NDArray]:
        for at, end in blocks(start, stop):
            table[codes[at:end]] = key.codes(at, end)
        return []

    def differ(start: int, stop: int) -> list[NDArray]:
        for at, end in blocks(start, stop):
            if not np.array_equal(table[codes[at:end]], key.codes(at, end)):
                return [np.ones(1, np.int64)]
        return [np.zeros(1, np.int64)]

    first = min(len(codes), BLOCK)  # mostly one look at the first rows says no where it is no
    write(0, first)
    if differ(0, first)[0][0]:
        return None
    in_halves(len(codes), write)
    return None if in_halves(len(codes), differ)[0][0] else table


def _multiply(codes: Codes, key: Key) -> None:
    def work(start: int, stop: int) -> list[NDArray]:
        for at, end in blocks(start, stop):
            codes[at:end] *= np.int32(key.size)
            codes[at:end] += key.codes(at, end)
        return []

    in_halves(len(codes), work)


def _compress(codes: Codes, size: int) -> tuple[Codes, NDArray[np.int64]]:
    """Codes without the numbers that do not occur, and which do."""
    seen = np.zeros(size, bool)
    seen[codes] = True
    present = np.flatnonzero(seen)
    place = np.zeros(size, np.int32)
    place[present] = np.arange(len(present), dtype=np.int32)
    return place[codes], present
