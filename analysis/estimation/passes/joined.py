"""A sample in pieces with more possible groups than could each have a place: those that occur are joined."""

from collections.abc import Sequence
from math import prod

import numpy as np
from numpy.typing import NDArray

from analysis.design import SurveyDesign
from analysis.estimation.passes.cells import make_strata
from analysis.estimation.passes.gather import MOST_NUMBERS, Gathered, Linear, learn_populations, tally_groups
from analysis.estimation.passes.pieces import Pieces, agree
from analysis.estimation.passes.tally import Joint, Tally, tally_jointly
from analysis.grouping.groups import Groups
from analysis.grouping.scatter import Numbers

Packed = NDArray[np.int64]


def gather_joined(pieces: Pieces, design: SurveyDesign, used: Sequence[str]) -> Gathered | None:
    """``gather.gather_held`` of a sample in pieces, however many groups could be. METHODS 20.2."""
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
            populations = agree(populations, learn_populations(narrow, strata))
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
