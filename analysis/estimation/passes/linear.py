"""Linear values of a quantity: from sums per group and slot to its sums per (domain, stratum)."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.compiled import compiled
from analysis.estimation.passes.cells import Cells
from analysis.estimation.passes.tally import Joint, Tally
from analysis.estimation.totals import Quantity
from analysis.grouping.scatter import Numbers, in_order

ROUNDING = 1e-13  # of a sum of squares: what rounding leaves of none


@dataclass(frozen=True)
class Alone:
    """Of one quantity, by group: members, weight, weight2, total, spread2; ``variance`` (ddof 0) of w·z over the
    rows of the group (None where groups are PSUs)."""

    n: Numbers
    weight: Numbers
    weight2: Numbers
    total: Numbers
    spread2: Numbers
    variance: Numbers | None


@dataclass(frozen=True)
class Table:
    cells: Cells
    domains: pl.DataFrame
    tallies: list[Tally]
    people: Numbers
    has_clusters: bool

    def finish(self, sums: Alone) -> pl.DataFrame:
        """By piece: the columns of ``totals.sum_strata``."""
        cells, add = self.cells, self.cells.add_pieces
        total = add(sums.total)
        if self.has_clusters:
            psus_of = np.diff(cells.pieces, append=len(cells.groups)).astype(np.float64)
            mean = total / psus_of
            squares = add((sums.total - np.repeat(mean, psus_of.astype(np.int64))) ** 2)
            psus, rows, people = add((sums.n > 0).astype(np.float64)), psus_of, add(self.people)
            variance = squares / rows
        else:
            assert sums.variance is not None
            rows = people = self.people
            psus, mean, variance = sums.n, total / rows, sums.variance
        columns = {
            "domain": cells.piece_domain.astype(np.uint32),
            "stratum": cells.piece_stratum.astype(np.uint32),
            "people": people,
            "rows": rows,
            "n": add(sums.n).astype(np.int64),
            "psus": psus,
            "weight": add(sums.weight),
            "weight2": add(sums.weight2),
            "spread2": add(sums.spread2),
            "mean": mean,
            "variance": variance,
        }
        return pl.DataFrame(columns)


def find_means(tally: Tally, cells: Cells) -> tuple[Numbers, Numbers]:
    """Weighted mean and sum of weights of each domain; NaN where nobody answered. METHODS 20.2."""
    return _add_means(tally.sums, tally.values, cells.groups, cells.domain, cells.labels.height)


@compiled
def _add_means(
    sums: Numbers, values: Numbers, groups: NDArray[np.int64], domain: NDArray[np.int64], count: int
) -> tuple[Numbers, Numbers]:
    """Distances from the first value are added up: the mean of a unanimous domain is its value to the digit."""
    answers = np.flatnonzero(~np.isnan(values))
    above, weights = np.zeros(count), np.zeros(count)
    for at in range(len(groups)):
        for slot in answers:
            weight = sums[groups[at], slot, 1]
            above[domain[at]] += weight * (values[slot] - values[answers[0]])
            weights[domain[at]] += weight
    for of in range(count):
        above[of] = values[answers[0]] + above[of] / weights[of] if weights[of] > 0 else np.nan
    return above, weights


def _deviations(table: Table, k: int) -> Numbers:
    """(y − m)/W by group and slot; 0 without an answer."""
    mean, weight = (table.domains[f"{kind}{k}"].to_numpy() for kind in "mW")
    values, domain = table.tallies[k].values, table.cells.domain
    found = np.empty((len(domain), len(values)))

    def work(start: int, stop: int) -> None:
        _deviate(found[start:stop], values, mean, weight, domain[start:stop])

    in_order(len(domain), work)
    return found


@compiled
def _deviate(found: Numbers, values: Numbers, mean: Numbers, weight: Numbers, domain: NDArray[np.int64]) -> None:
    for group in range(len(domain)):
        of = domain[group]
        for slot in range(len(values)):
            has = weight[of] > 0 and not np.isnan(values[slot])
            found[group, slot] = (values[slot] - mean[of]) / weight[of] if has else 0.0


def evaluate(table: Table, quantity: Quantity, expression: pl.Expr, k: int) -> Numbers:
    """What item ``k`` adds to an additive expression, by group and slot. METHODS 20.2."""
    if expression.meta.eq(pl.col(f"d{k}")):
        return _deviations(table, k)
    values = table.tallies[k].values
    count, width = len(table.cells.groups), len(values)
    domain = np.repeat(table.cells.domain, width)
    columns = {
        f"i{other}": pl.Series([None], dtype=pl.Float64).new_from_index(0, count * width)
        for other in quantity.items
    }
    columns |= {f"d{other}": pl.zeros(count * width, eager=True) for other in quantity.items}
    columns[f"i{k}"] = pl.Series(np.tile(values, count), nan_to_null=True)
    columns[f"d{k}"] = pl.Series(_deviations(table, k).ravel())
    used = set(expression.meta.root_names()) & set(table.domains.columns)
    columns |= {name: table.domains[name].gather(domain) for name in used}
    made = pl.DataFrame(columns).select(expression.alias("made"))["made"].fill_null(0.0)
    return made.to_numpy().reshape(count, width)


def reduce_alone(table: Table, quantity: Quantity) -> Alone:
    """Of a quantity of one item, from its tally. METHODS 20.2."""
    (k,) = quantity.items
    tally, groups = table.tallies[k], table.cells.groups
    z = evaluate(table, quantity, quantity.influence, k)
    spread = z if quantity.spread is None else evaluate(table, quantity, quantity.spread, k)
    found = np.empty((6, len(groups)))

    def work(start: int, stop: int) -> None:
        part = slice(start, stop)
        _reduce(found[:, part], tally.sums, tally.is_answer, groups[part], z[part], spread[part])

    in_order(len(groups), work)
    people, weights, weights2, totals, spreads2, variance = found
    return Alone(people, weights, weights2, totals, spreads2, None if table.has_clusters else variance)


@compiled
def _reduce(
    found: Numbers,
    sums: Numbers,
    is_answer: NDArray[np.bool_],
    groups: NDArray[np.int64],
    z: Numbers,
    spread: Numbers,
) -> None:
    """The rows of ``Alone`` for each group; the last supposes that the group is one stratum of one domain."""
    for at in range(len(groups)):
        of, people, answers, weight, weight2, total, spread2 = sums[groups[at]], 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        for slot in range(len(is_answer)):
            people += of[slot, 0]
            total += of[slot, 1] * z[at, slot]
            spread2 += of[slot, 1] * spread[at, slot] ** 2
            if is_answer[slot]:
                answers += of[slot, 0]
                weight += of[slot, 1]
                weight2 += of[slot, 2]
        squares = 0.0
        for slot in range(len(is_answer)):
            n, unlike = of[slot, 0], 0.0
            if n > 0:
                unlike = of[slot, 2] - of[slot, 1] * of[slot, 1] / n
                if unlike <= ROUNDING * of[slot, 2]:
                    unlike = 0.0
                away = of[slot, 1] * z[at, slot] / n - total / people
                squares += z[at, slot] ** 2 * unlike + n * away * away
        found[0, at], found[1, at], found[2, at], found[3, at] = answers, weight, weight2, total
        found[4, at], found[5, at] = spread2, squares / people


def take_joint(joint: Joint, table: Table, quantity: Quantity) -> Alone:
    """Of a quantity of several items, from the second reading of the groups of ``table``. METHODS 20.2."""
    assert quantity.spread is None, f"{quantity.name}: only quantities of one item have a spread of their own"
    n, weight, weight2, total, spread2, total2 = joint.sums.T.copy()
    variance = None
    if not table.has_clusters:
        squares = total2 - total**2 / table.people
        squares[squares <= ROUNDING * total2] = 0.0
        variance = squares / table.people
    return Alone(n, weight, weight2, total, spread2, variance)
