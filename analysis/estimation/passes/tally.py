"""Sums per group and slot of an item: how many, their weights, their squared weights."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.compiled import AHEAD, compiled, prefetch
from analysis.estimation.passes.levels import Levels
from analysis.grouping.groups import Cut, Groups
from analysis.grouping.scatter import Codes, Column, Numbers, blocks, in_halves


@dataclass(frozen=True)
class Tally:
    """Of one item: ``sums`` groups × slots × (n, Σw, Σw²); ``values`` of the slots, NaN for no answer."""

    sums: Numbers
    values: NDArray[np.float64]

    @property
    def is_answer(self) -> NDArray[np.bool_]:
        return ~np.isnan(self.values)

    @property
    def people(self) -> Numbers:
        """Of every group, who answered the item or did not."""
        return count_people(self.sums)


def tally_levels(items: Sequence[Levels], groups: Groups, weight: Column) -> list[Tally] | None:
    """One reading of all items; None where a weight is not above 0 or not finite. METHODS 20.2."""

    def work(start: int, stop: int) -> list[NDArray]:
        tables = [np.zeros((groups.size, len(item.values), 3)) for item in items]
        return [*tables, np.array([add_rows(tables, items, groups.cut, weight, start, stop)])]

    *tables, squares = in_halves(len(weight), work)
    if not np.isfinite(squares[0]):
        return None
    return [Tally(table, item.values) for table, item in zip(tables, items, strict=True)]


def add_rows(
    tables: Sequence[Numbers], items: Sequence[Levels], cut: Cut, weight: Column, start: int, stop: int
) -> float:
    """Adds rows up in the tables of the items; Σw² of them for all items, NaN where a weight is not above 0.
    METHODS 20.2."""
    squares = 0.0
    for at, end in blocks(start, stop, borders=weight.borders):
        weights, codes = weight.cut(at, end), cut(at, end)
        for item, table in zip(items, tables, strict=True):
            squares += _add_levels(table, item.raw.cut(at, end), item.slot_of, codes, weights)
    return squares


@compiled
def _add_levels(
    table: Numbers, raw: NDArray[np.int8], slot_of: NDArray[np.int8], codes: Codes, weights: Numbers
) -> float:
    """Adds the rows up in ``table``; Σw² of all, NaN where a weight is not above 0."""
    squares, last, slots = 0.0, len(raw) - 1, table.shape[1]
    for row in range(len(raw)):
        ahead = min(row + AHEAD, last)
        prefetch(table, (codes[ahead] * slots + slot_of[np.uint8(raw[ahead])]) * 3)
        weight = weights[row]
        square = weight * weight
        sums = table[codes[row], slot_of[np.uint8(raw[row])]]
        sums[0] += 1.0
        sums[1] += weight
        sums[2] += square
        squares += square if weight > 0 else np.nan
    return squares


@compiled
def count_people(sums: Numbers) -> Numbers:
    """Of ``Tally.sums`` the n of each group over all slots."""
    people = np.zeros(sums.shape[0])
    for group in range(sums.shape[0]):
        for slot in range(sums.shape[1]):
            people[group] += sums[group, slot, 0]
    return people


@dataclass(frozen=True)
class Joint:
    """Of one quantity of several items: ``sums`` groups × (members, Σw and Σw² of members, Σwz, Σwz², Σ(wz)²)."""

    sums: Numbers

    @classmethod
    def zeros(cls, size: int) -> "Joint":
        return cls(np.zeros((size, 6)))

    def take(self, groups: NDArray[np.int64]) -> "Joint":
        return Joint(self.sums[groups])

    def add(self, other: "Joint", places: NDArray[np.int64], is_kept: NDArray[np.bool_]) -> None:
        """Adds the groups of ``other`` that are kept, each at its place; no place twice."""
        self.sums[places[is_kept]] += other.sums[is_kept]


_AT_ONCE = 1 << 14  # rows whose linear values stay in the cache of a core


def tally_jointly(
    items: Sequence[Levels],
    of_quantity: Sequence[Sequence[tuple[int, Numbers]]],
    groups: Groups,
    weight: Column,
) -> list[Joint]:
    """A second reading, of the linear values z = Σ table[group, slot]; per quantity its items and tables.
    METHODS 20.2."""
    answers = [~np.isnan(item.values) for item in items]

    def work(start: int, stop: int) -> list[NDArray]:
        sums = [np.zeros((groups.size, 6)) for _ in of_quantity]
        for at, end in blocks(start, stop, _AT_ONCE, weight.borders):
            weights, codes = weight.cut(at, end), groups.cut(at, end)
            for table, parts in zip(sums, of_quantity, strict=True):
                z, is_member = np.zeros(end - at), np.zeros(end - at, bool)
                for k, values in parts:
                    raw, slot_of = items[k].raw.cut(at, end), items[k].slot_of
                    _add_values(z, is_member, values, raw, slot_of, answers[k], codes)
                _add_members(table, z, is_member, codes, weights)
        return sums

    return [Joint(table) for table in in_halves(len(weight), work)]


@compiled
def _add_values(
    z: Numbers,
    is_member: NDArray[np.bool_],
    values: Numbers,
    raw: NDArray[np.int8],
    slot_of: NDArray[np.int8],
    is_answer: NDArray[np.bool_],
    codes: Codes,
) -> None:
    """Adds to the linear value of every row what an item gives it; who answered it is a member."""
    for row in range(len(z)):
        slot = slot_of[np.uint8(raw[row])]
        z[row] += values[codes[row], slot]
        is_member[row] |= is_answer[slot]


@compiled
def _add_members(table: Numbers, z: Numbers, is_member: NDArray[np.bool_], codes: Codes, weights: Numbers) -> None:
    for row in range(len(z)):
        sums, weight = table[codes[row]], weights[row]
        total = weight * z[row]
        if is_member[row]:
            sums[0] += 1.0
            sums[1] += weight
            sums[2] += weight * weight
        sums[3] += total
        sums[4] += total * z[row]
        sums[5] += total * total
