"""Linear values of a quantity: from sums per group and slot to its sums per (domain, stratum)."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from analysis.estimation.passes.cells import Cells
from analysis.estimation.passes.tally import Joint, Tally
from analysis.estimation.totals import Quantity
from analysis.grouping.scatter import Numbers

ROUNDING = 1e-13  # of a sum of squares: what rounding leaves of none


@dataclass(frozen=True)
class Alone:
    """Of one quantity, by group: members, weight, weight2; total, spread2; of the rows: centred squares of w·z,
    about the mean of the group (None where groups are PSUs)."""

    n: Numbers
    weight: Numbers
    weight2: Numbers
    total: Numbers
    spread2: Numbers
    within: "Within | None"


@dataclass(frozen=True)
class Within:
    """Parts of the rows of a group that have one z: how many rows, their mean of w·z, squares about it."""

    n: Numbers
    mean: Numbers
    squares: Numbers


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
            assert sums.within is not None  # groups are pieces: one stratum of one domain
            rows = people = self.people
            psus = sums.n
            mean = total / rows
            away = sums.within.mean - mean
            variance = (sums.within.squares + sums.within.n * away**2).sum(axis=0) / rows
        whole = {"people": people, "rows": rows, "n": add(sums.n), "psus": psus}
        parts = {"weight": add(sums.weight), "weight2": add(sums.weight2), "spread2": add(sums.spread2)}
        return pl.DataFrame(
            [
                pl.Series("domain", cells.piece_domain.astype(np.uint32)),
                pl.Series("stratum", cells.piece_stratum.astype(np.uint32)),
                *(pl.Series(name, values.astype(np.int64)) for name, values in whole.items()),
                *(
                    pl.Series(name, values)
                    for name, values in (parts | {"mean": mean, "variance": variance}).items()
                ),
            ]
        )


def _deviations(table: Table, k: int) -> Numbers:
    """(y − m)/W by slot and group; 0 without an answer."""
    values = table.tallies[k].values
    mean, weight = (table.domains[f"{kind}{k}"].to_numpy()[table.cells.domain] for kind in "mW")
    with np.errstate(invalid="ignore", divide="ignore"):
        found = (values[:, None] - mean) / weight
    if np.isnan(values).any() or np.isnan(mean).any():
        found[np.isnan(found)] = 0.0
    return found


def evaluate(table: Table, quantity: Quantity, expression: pl.Expr, k: int) -> Numbers:
    """What item ``k`` adds to an additive expression, by slot and group. METHODS 20.2."""
    if expression.meta.eq(pl.col(f"d{k}")):
        return _deviations(table, k)
    values = table.tallies[k].values
    count, width = len(table.cells.groups), len(values)
    domain = np.tile(table.cells.domain, width)
    columns = {
        f"i{other}": pl.Series([None], dtype=pl.Float64).new_from_index(0, count * width)
        for other in quantity.items
    }
    columns |= {f"d{other}": pl.zeros(count * width, eager=True) for other in quantity.items}
    columns[f"i{k}"] = pl.Series(np.repeat(values, count), nan_to_null=True)
    columns[f"d{k}"] = pl.Series(_deviations(table, k).ravel())
    used = set(expression.meta.root_names()) & set(table.domains.columns)
    columns |= {name: table.domains[name].gather(domain) for name in used}
    made = pl.DataFrame(columns).select(expression.alias("made"))["made"].fill_null(0.0)
    return made.to_numpy().reshape(width, count)


def reduce_alone(table: Table, quantity: Quantity) -> Alone:
    """Of a quantity of one item, from its tally. METHODS 20.2."""
    (k,) = quantity.items
    tally = table.tallies[k]
    z = evaluate(table, quantity, quantity.influence, k)
    spread = z if quantity.spread is None else evaluate(table, quantity, quantity.spread, k)
    totals = tally.weight * z
    is_answer = tally.is_answer
    everybody = is_answer.all()
    n, weight, weight2 = (
        sums.sum(axis=0) if everybody else sums[is_answer].sum(axis=0)
        for sums in (tally.n, tally.weight, tally.weight2)
    )
    within = None
    if not table.has_clusters:
        rows = np.maximum(tally.n, 1)
        squares = tally.weight2 - tally.weight**2 / rows
        squares[squares <= ROUNDING * tally.weight2] = 0.0
        within = Within(tally.n, totals / rows, z * z * squares)
    return Alone(n, weight, weight2, totals.sum(axis=0), (tally.weight * spread**2).sum(axis=0), within)


def take_joint(joint: Joint, table: Table, quantity: Quantity) -> Alone:
    """Of a quantity of several items, from the second reading of the groups of ``table``. METHODS 20.2."""
    if quantity.spread is not None:
        raise NotImplementedError(f"{quantity.name}: a spread of several items")
    n, weight, weight2, total, spread2, total2 = (
        getattr(joint, name) for name in ("n", "weight", "weight2", "total", "spread2", "total2")
    )
    within = None
    if not table.has_clusters:
        squares = total2 - total**2 / table.people
        squares[squares <= ROUNDING * total2] = 0.0
        within = Within(table.people, (total / table.people)[None], squares[None])
    return Alone(n, weight, weight2, total, spread2, within)
