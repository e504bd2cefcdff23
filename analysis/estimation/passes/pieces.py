"""A sample too long to be held: read in pieces, the sums of which are added up; memory does not grow with it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.design import SurveyDesign
from analysis.estimation.passes.cells import make_strata
from analysis.estimation.passes.gather import MOST_NUMBERS, Gathered, Linear, learn_populations, tally_groups
from analysis.estimation.passes.narrow import Narrow, Plan
from analysis.estimation.passes.tally import Joint, Tally, tally_jointly
from analysis.grouping.groups import Groups
from analysis.grouping.keys import Key, learn_keys
from analysis.grouping.scatter import Numbers

Packed = NDArray[np.int64]


@dataclass(frozen=True)
class Pieces:
    """``keys``: as ``Narrow.keys`` of all rows, without rows. ``at_once``: rows of a piece."""

    plan: Plan
    keys: Mapping[str, Key]
    at_once: int

    def read(self) -> Iterator[Narrow | None]:
        """The pieces, each with the codes of all."""
        of_columns = {self.plan.named[name]: key for name, key in self.keys.items()}
        for piece in self.plan.selected.collect_batches(chunk_size=self.at_once, maintain_order=True):
            if piece.height:
                yield self.plan.narrow(piece, of_columns)


def make_pieces(plan: Plan, at_once: int) -> Pieces:
    """Reads the keys once: what labels there are. METHODS 20.2."""
    columns = sorted(set(plan.named.values()))
    coded = learn_keys(plan.selected.select(pl.col(f"key.{c}").alias(c) for c in columns), columns)
    return Pieces(plan, {name: coded[column] for name, column in plan.named.items()}, at_once)


def gather_pieces(pieces: Pieces, design: SurveyDesign, used: Sequence[str]) -> Gathered | None:
    """``gather.gather_held`` of a sample in pieces. METHODS 20.2."""
    sizes = [pieces.keys[name].size for name in used]
    if prod(sizes) >= 2**62:
        return None
    known = np.zeros(0, np.int64)
    sums: list[dict[float, Numbers]] = [{} for _ in pieces.plan.readings]
    strata = pieces.keys["stratum"].size if "stratum" in pieces.keys else 1
    populations = None if design.population is None else np.full(strata, -1.0)
    for narrow in pieces.read():
        found = None if narrow is None else tally_groups(narrow, used)
        if narrow is None or found is None:
            return None
        groups, tallies = found
        present = np.flatnonzero(tallies[0].people)
        packed = _pack(groups, present, used, sizes)
        whole = np.union1d(known, packed)
        if len(whole) * 3 * sum(map(len, sums)) > MOST_NUMBERS:
            return None
        places = np.searchsorted(whole, packed)
        if len(whole) > len(known):
            _widen(sums, np.searchsorted(whole, known), len(whole))
        known = whole
        for of_item, tally in zip(sums, tallies, strict=True):
            _add(of_item, tally, present, places, len(known))
        if populations is not None:
            populations = _agree(populations, learn_populations(narrow, strata))
            if populations is None:
                return None
    if not len(known):
        return None
    codes = np.unravel_index(known, sizes) if used else ()
    of = {name: code.astype(np.int32) for name, code in zip(used, codes, strict=True)}
    tallies = [_make_tally(of_item) for of_item in sums]
    people = tallies[0].people
    made = make_strata(of, people, populations, design)
    if made is None:
        return None

    def jointly(parts: Linear, kept: NDArray[np.int64]) -> list[Joint]:
        return _tally_jointly(pieces, parts, known[kept], used, tallies)

    return Gathered(of, people, tallies, made, jointly)


def _pack(groups: Groups, present: NDArray[np.int64], used: Sequence[str], sizes: Sequence[int]) -> Packed:
    """One number for the keys of each group that has rows; they need not be in order, but are all different."""
    packed = np.zeros(len(present), np.int64)
    for name, size in zip(used, sizes, strict=True):
        packed = packed * size + groups.of[name][present]
    return packed


def _widen(sums: list[dict[float, Numbers]], places: NDArray[np.int64], size: int) -> None:
    for of_item in sums:
        for value, table in of_item.items():
            wide = np.zeros((size, 3))
            wide[places] = table
            of_item[value] = wide


def _add(
    of_item: dict[float, Numbers], tally: Tally, present: NDArray[np.int64], places: NDArray[np.int64], size: int
) -> None:
    """``of_item``: value of a slot (NaN: none) → n, weight and weight2 of the groups."""
    for slot, value in enumerate(tally.values):
        table = of_item.setdefault(_name(value), np.zeros((size, 3)))
        table[places] += tally.sums[present, slot]


_NONE = float("-inf")  # NaN is not equal to itself; no score is this


def _name(value: float) -> float:
    return _NONE if np.isnan(value) else float(value)


def _make_tally(of_item: dict[float, Numbers]) -> Tally:
    values = sorted(of_item)
    sums = np.stack([of_item[value] for value in values], axis=1)
    return Tally(sums, np.array([np.nan if value == _NONE else value for value in values]))


def _agree(first: Numbers, second: Numbers | None) -> Numbers | None:
    """Populations of the strata of two pieces together; None where they differ."""
    if second is None or not ((first == second) | (first < 0) | (second < 0)).all():
        return None
    return np.maximum(first, second)


def _tally_jointly(
    pieces: Pieces, parts: Linear, kept: Packed, used: Sequence[str], tallies: Sequence[Tally]
) -> list[Joint]:
    """The second reading; ``kept``: the groups asked for, packed."""
    sizes = [pieces.keys[name].size for name in used]
    order = np.argsort(kept)
    whole = [Joint.zeros(len(kept)) for _ in parts]
    slots = [{_name(value): slot for slot, value in enumerate(tally.values)} for tally in tallies]
    for narrow in pieces.read():
        found = None if narrow is None else tally_groups(narrow, used)
        if narrow is None or found is None:
            raise RuntimeError("the frame changed between two readings")
        groups, _ = found
        present = np.arange(groups.size)
        packed = _pack(groups, present, used, sizes)
        at = order[np.minimum(np.searchsorted(kept, packed, sorter=order), len(kept) - 1)]
        is_kept = kept[at] == packed
        tables = [
            [
                (
                    k,
                    np.where(
                        is_kept[:, None], values[at][:, [slots[k][_name(v)] for v in narrow.items[k].values]], 0
                    ),
                )
                for k, values in of
            ]
            for of in parts
        ]
        added = tally_jointly(narrow.items, tables, groups, narrow.weight)
        for sums, piece in zip(whole, added, strict=True):
            sums.add(piece, at, is_kept)
    return whole
