"""What the pass brings together of all rows: groups, their people and tallies, the strata."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.design import SurveyDesign
from analysis.estimation.passes.cells import make_strata
from analysis.estimation.passes.narrow import Narrow
from analysis.estimation.passes.tally import Joint, Tally, tally_jointly, tally_levels
from analysis.grouping.groups import Groups, group_rows, learn
from analysis.grouping.scatter import Numbers

MOST_NUMBERS = 60_000_000  # sums held at a time

# Per quantity: its items and their values, groups asked for × slots.
Linear = Sequence[Sequence[tuple[int, Numbers]]]
TallyJointly = Callable[[Linear, NDArray[np.int64]], list[Joint]]


@dataclass(frozen=True)
class Gathered:
    """``of``: key → its code in every group; ``people`` of every group (0: there is no such group); ``tallies``
    of every item; ``strata`` by ``cells.make_strata``. ``tally_jointly``: a second reading of the
    linear values of some of the groups."""

    of: Mapping[str, NDArray[np.int32]]
    people: Numbers
    tallies: list[Tally]
    strata: pl.DataFrame
    tally_jointly: TallyJointly

    def cut(self, part: slice) -> "Gathered":
        """The groups of ``part``; strata stay those of the whole sample, and rows are not to be read again."""
        of = {name: codes[part] for name, codes in self.of.items()}
        tallies = [Tally(tally.sums[part], tally.values) for tally in self.tallies]
        return replace(self, of=of, people=self.people[part], tallies=tallies)


def gather_held(narrow: Narrow, design: SurveyDesign, used: Sequence[str]) -> Gathered | None:
    """Of a sample held in memory; ``used``: the keys that make its groups. METHODS 20.2."""
    found = tally_groups(narrow, used)
    if found is None:
        return None
    groups, tallies = found
    people = tallies[0].people
    size = 1 if "stratum" not in narrow.keys else narrow.keys["stratum"].size
    populations = None if design.population is None else learn_populations(narrow, size)
    if design.population is not None and populations is None:
        return None
    strata = make_strata(groups.of, people, populations, design)
    if strata is None:
        return None

    def jointly(parts: Linear, kept: NDArray[np.int64]) -> list[Joint]:
        spread = [[(k, spread_out(values, kept, groups.size)) for k, values in of] for of in parts]
        found = tally_jointly(narrow.items, spread, groups, narrow.weight)
        return [joint.take(kept) for joint in found]

    return Gathered(groups.of, people, tallies, strata, jointly)


def tally_groups(narrow: Narrow, used: Sequence[str]) -> tuple[Groups, list[Tally]] | None:
    """The groups of a sample, or of a piece of one, and the tallies of its items. METHODS 20.2."""
    groups = group_rows(narrow.rows, {name: narrow.keys[name] for name in used})
    if groups is None or groups.size * sum(3 * len(item.values) for item in narrow.items) > MOST_NUMBERS:
        return None
    tallies = tally_levels(narrow.items, groups, narrow.weight)
    return None if tallies is None else (groups, tallies)


def learn_populations(narrow: Narrow, size: int) -> Numbers | None:
    """The population of each stratum (negative: no rows), if its rows agree. METHODS 20.2."""
    key, column = narrow.keys.get("stratum"), narrow.population
    assert column is not None
    found = learn(
        narrow.rows,
        size,
        (lambda start, stop: np.zeros(stop - start, np.int32)) if key is None else key.codes,
        column.cut,
        column.borders,
    )
    return None if found is None else found.astype(np.float64)


def spread_out(values: Numbers, kept: NDArray[np.int64], size: int) -> Numbers:
    """A table of the groups kept as one of all. METHODS 20.2."""
    whole = np.zeros((size, values.shape[1]))
    whole[kept] = values
    return whole
