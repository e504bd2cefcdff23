"""Sums per group and slot of an item: how many, their weights, their squared weights."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from analysis.estimation.passes.levels import Levels
from analysis.grouping.scatter import BLOCK, Codes, Column, Numbers, add_by_code, blocks, in_halves


@dataclass(frozen=True)
class Tally:
    """Of one item: slots × groups; ``values`` of the slots, NaN for no answer."""

    n: Numbers
    weight: Numbers
    weight2: Numbers
    values: NDArray[np.float64]

    @property
    def is_answer(self) -> NDArray[np.bool_]:
        return ~np.isnan(self.values)


def tally_levels(items: Sequence[Levels], codes: Codes, size: int, weight: Column) -> list[Tally] | None:
    """One reading of all items; None where a weight is not above 0 or not finite. METHODS 20.2."""
    widths = [len(item.values) for item in items]

    def work(start: int, stop: int) -> list[NDArray]:
        sums = [np.zeros(size * width) for width in widths for _ in range(3)] + [np.zeros(1)]
        ones = np.ones(BLOCK)
        for at, end in blocks(start, stop):
            weights, groups = weight.cut(at, end), codes[at:end]
            squares = weights * weights
            sums[-1] += not weights.min() > 0
            for k, item in enumerate(items):
                places = item.codes(groups, at, end, size)
                add_by_code(sums[3 * k], places, ones[: end - at])
                add_by_code(sums[3 * k + 1], places, weights)
                add_by_code(sums[3 * k + 2], places, squares)
        return sums

    *sums, refused = in_halves(len(weight), work)
    if refused[0] or not np.isfinite(sums[2].sum()):
        return None
    shaped = [table.reshape(-1, size) for table in sums]
    thirds = zip(shaped[::3], shaped[1::3], shaped[2::3], items, strict=True)
    return [Tally(n, weights, squares, item.values) for n, weights, squares, item in thirds]


@dataclass(frozen=True)
class Joint:
    """Of one quantity of several items, by group: its members, and sums of w·z, w·z² and (w·z)²."""

    n: Numbers
    weight: Numbers
    weight2: Numbers
    total: Numbers
    spread2: Numbers
    total2: Numbers

    @classmethod
    def zeros(cls, size: int) -> "Joint":
        return cls(*(np.zeros(size) for _ in fields(cls)))

    def take(self, groups: NDArray[np.int64]) -> "Joint":
        return Joint(*(getattr(self, part.name)[groups] for part in fields(self)))

    def add(self, other: "Joint", places: NDArray[np.int64], is_kept: NDArray[np.bool_]) -> None:
        """Adds the groups of ``other`` that are kept, each at its place; no place twice."""
        for part in fields(self):
            getattr(self, part.name)[places[is_kept]] += getattr(other, part.name)[is_kept]


def tally_jointly(
    items: Sequence[Levels],
    of_quantity: Sequence[Sequence[tuple[int, Numbers]]],
    codes: Codes,
    size: int,
    weight: Column,
) -> list[Joint]:
    """A second reading, of the linear values z = Σ table[group, slot]; per quantity its items and tables.
    METHODS 20.2."""

    def work(start: int, stop: int) -> list[NDArray]:
        sums = [np.zeros(size) for _ in of_quantity for _ in range(6)]
        term = np.empty(BLOCK)
        for at, end in blocks(start, stop):
            weights, groups = weight.cut(at, end), codes[at:end]
            slots = {k: items[k].slots(at, end) for k in {k for parts in of_quantity for k, _ in parts}}
            for j, parts in enumerate(of_quantity):
                z, member = np.zeros(end - at), np.zeros(end - at, bool)
                for k, table in parts:
                    places = groups * np.int32(table.shape[1])
                    places += slots[k]
                    z += np.take(table.ravel(), places, out=term[: end - at], mode="clip")
                    values = items[k].values
                    member |= (
                        slots[k] > 0
                        if np.isnan(values[0]) and not np.isnan(values[1:]).any()
                        else (~np.isnan(values)[slots[k]])
                    )
                of_members = weights * member
                total = weights * z
                for place, column in enumerate(
                    (member.astype(float), of_members, of_members * weights, total, total * z, total * total)
                ):
                    add_by_code(sums[6 * j + place], groups, column)
        return sums

    sums = in_halves(len(weight), work)
    return [Joint(*sums[6 * j : 6 * j + 6]) for j in range(len(of_quantity))]
