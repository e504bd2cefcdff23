"""A sample in pieces whose groups are few enough for each to have a place, where every piece is added up."""

from collections.abc import Sequence
from dataclasses import replace
from math import prod

import numpy as np
from numpy.typing import NDArray

from analysis.design import SurveyDesign
from analysis.estimation.passes.cells import make_strata
from analysis.estimation.passes.gather import MOST_NUMBERS, Gathered, Linear, learn_populations, spread_out
from analysis.estimation.passes.levels import MOST_LEVELS, Levels
from analysis.estimation.passes.narrow import Narrow
from analysis.estimation.passes.pieces import Pieces, agree
from analysis.estimation.passes.tally import Joint, Tally, add_rows, tally_jointly
from analysis.grouping.groups import Cut, Groups, group_rows
from analysis.grouping.scatter import Numbers, in_order
from analysis.grouping.standing import StandingGroups


class StandingSums:
    """Groups and tallies that grow with every piece; METHODS 20.2."""

    def __init__(self, first: Narrow, used: Sequence[str], groups: Groups) -> None:
        keys = {name: first.keys[name] for name in used}
        self._used = used
        self.groups = StandingGroups(groups, keys)
        self._values: list[list[float]] = [[] for _ in first.items]
        empty = np.zeros((self.groups.size, 0, 3))
        self._halves = [[empty for _ in first.items] for _ in range(2)]

    def add(self, piece: Narrow) -> bool:
        """Whether the piece could be added: it has the groups of those before, sound weights, few levels."""
        cut = self._find_groups(piece)
        items = [self._place(k, item) for k, item in enumerate(piece.items)]
        if cut is None or not self._widen():
            return False

        def work(start: int, stop: int) -> float:
            return add_rows(self._halves[start > 0], items, cut, piece.weight, start, stop)

        return bool(np.isfinite(sum(in_order(piece.rows, work))))

    def tallies(self) -> list[Tally]:
        """Of all pieces so far; the two halves of the rows are one afterwards."""
        first, second = self._halves
        for table, other in zip(first, second, strict=True):
            table += other
        self._halves[1] = [np.zeros((0, 0, 3)) for _ in first]
        return [Tally(table, np.array(values)) for table, values in zip(first, self._values, strict=True)]

    def tally_jointly(self, piece: Narrow, spread: Linear) -> list[Joint]:
        """The linear values of all groups in a piece read before; ``spread`` by group and slot of ``tallies``."""
        cut = self._find_groups(piece)
        assert cut is not None, "the frame changed between two readings"
        items = [self._place(k, item) for k, item in enumerate(piece.items)]
        return tally_jointly(items, spread, Groups(piece.rows, cut, self.groups.size, {}), piece.weight)

    def _find_groups(self, piece: Narrow) -> Cut | None:
        return self.groups.take(piece.rows, {name: piece.keys[name] for name in self._used})

    def _widen(self) -> bool:
        """Makes room for slots that are new; False where the tables would be too large."""
        slots = list(map(len, self._values))
        if max(slots) > MOST_LEVELS or not _can_be_held(self.groups.size, sum(slots)):
            return False
        for half in self._halves:
            for k, table in enumerate(half):
                more = np.zeros((self.groups.size, slots[k] - table.shape[1], 3))
                half[k] = np.concatenate([table, more], axis=1) if more.size else table
        return True

    def _place(self, k: int, item: Levels) -> Levels:
        """``item`` by the slots of all pieces; a value not seen before gets the next one."""
        known = self._values[k]
        places = np.zeros(len(item.values), np.int8)
        for slot, value in enumerate(item.values):
            alike = [at for at, other in enumerate(known) if other == value or np.isnan([other, value]).all()]
            places[slot] = alike[0] if alike else len(known)
            known += [] if alike else [float(value)]
        return replace(item, slot_of=places[item.slot_of], values=np.array(known))


def gather_standing(pieces: Pieces, design: SurveyDesign, used: Sequence[str]) -> Gathered | None:
    """``gather.gather_held`` of a sample in pieces; None also where too many groups could be, or a key stops to
    follow from others. METHODS 20.2."""
    strata = pieces.keys["stratum"].size if "stratum" in pieces.keys else 1
    populations = None if design.population is None else np.full(strata, -1.0)
    sums = None
    for piece in pieces.read():
        sums = sums or (None if piece is None else _start(piece, used))
        if piece is None or sums is None or not sums.add(piece):
            return None
        if populations is not None:
            populations = agree(populations, learn_populations(piece, strata))
            if populations is None:
                return None
    if sums is None:
        return None
    return _finish(sums, pieces, design, populations)


def _start(first: Narrow, used: Sequence[str]) -> StandingSums | None:
    """None where there are more groups than could each have a place."""
    groups = group_rows(first.rows, {name: first.keys[name] for name in used})
    if groups is None:
        return None
    places = prod(first.keys[name].size for name in groups.free)
    return StandingSums(first, used, groups) if _can_be_held(places, len(first.items)) else None


def _can_be_held(places: int, slots: int) -> bool:
    """Whether there is room for three sums of every slot at every place, in both halves."""
    return 2 * 3 * places * slots <= MOST_NUMBERS


def _finish(
    sums: StandingSums, pieces: Pieces, design: SurveyDesign, populations: Numbers | None
) -> Gathered | None:
    of, tallies = sums.groups.of(), sums.tallies()
    people = tallies[0].people
    made = make_strata(of, people, populations, design)
    if made is None:
        return None

    def jointly(parts: Linear, kept: NDArray[np.int64]) -> list[Joint]:
        spread = [[(k, spread_out(values, kept, sums.groups.size)) for k, values in of] for of in parts]
        whole = [Joint.zeros(sums.groups.size) for _ in parts]
        for piece in pieces.read():
            assert piece is not None, "the frame changed between two readings"
            for joint, found in zip(whole, sums.tally_jointly(piece, spread), strict=True):
                joint.sums[:] += found.sums
        return [joint.take(kept) for joint in whole]

    return Gathered(of, people, tallies, made, jointly)
