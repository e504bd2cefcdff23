"""Linear values of a quantity: from sums per group and slot to its sums per (domain, stratum)."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.estimation.passes.cells import Cells
from analysis.estimation.passes.tally import Joint, Tally
from analysis.estimation.totals import Quantity
from analysis.grouping.scatter import Numbers, in_order

_AT_ONCE = 1 << 14  # groups
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
    mean, weight = (table.domains[f"{kind}{k}"].to_numpy() for kind in "mW")
    return _deviate(table.tallies[k].values, mean, weight, table.cells.domain)


def _deviate(values: Numbers, mean: Numbers, weight: Numbers, domain: NDArray[np.int64]) -> Numbers:
    with np.errstate(invalid="ignore", divide="ignore"):
        found = (values[:, None] - mean[domain]) / weight[domain]
    return np.nan_to_num(found, copy=False, nan=0.0, posinf=np.inf, neginf=-np.inf)


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
    """Of a quantity of one item, from its tally; in blocks that stay in a cache. METHODS 20.2."""
    (k,) = quantity.items
    tally, count = table.tallies[k], len(table.cells.groups)
    is_plain = quantity.influence.meta.eq(pl.col(f"d{k}")) and quantity.spread is None
    mean, of_domain = (table.domains[f"{kind}{k}"].to_numpy() for kind in "mW")
    made = None if is_plain else evaluate(table, quantity, quantity.influence, k)
    spreads = None if quantity.spread is None else evaluate(table, quantity, quantity.spread, k)
    answers = slice(None) if tally.is_answer.all() else tally.is_answer
    found = np.empty((5, count))
    variance = None if table.has_clusters else np.empty(count)

    def work(start: int, stop: int) -> None:
        for at in range(start, stop, _AT_ONCE):
            cut = slice(at, min(at + _AT_ONCE, stop))
            n, weight, weight2 = tally.n[:, cut], tally.weight[:, cut], tally.weight2[:, cut]
            z = _deviate(tally.values, mean, of_domain, table.cells.domain[cut]) if made is None else made[:, cut]
            spread = z if spreads is None else spreads[:, cut]
            totals = weight * z
            found[0, cut], found[1, cut] = n[answers].sum(axis=0), weight[answers].sum(axis=0)
            found[2, cut], found[3, cut] = weight2[answers].sum(axis=0), totals.sum(axis=0)
            found[4, cut] = (totals * spread if spreads is None else weight * spread**2).sum(axis=0)
            if variance is not None:  # groups are pieces: one stratum of one domain
                rows = np.maximum(n, 1)
                squares = weight2 - weight * weight / rows
                squares[squares <= ROUNDING * weight2] = 0.0
                people = table.people[cut]
                away = totals / rows - found[3, cut] / people
                variance[cut] = (z * z * squares + n * away * away).sum(axis=0) / people

    in_order(count, work)
    people, weights, weights2, totals, spreads2 = found
    return Alone(people, weights, weights2, totals, spreads2, variance)


def take_joint(joint: Joint, table: Table, quantity: Quantity) -> Alone:
    """Of a quantity of several items, from the second reading of the groups of ``table``. METHODS 20.2."""
    if quantity.spread is not None:
        raise NotImplementedError(f"{quantity.name}: a spread of several items")
    n, weight, weight2, total, spread2, total2 = (
        getattr(joint, name) for name in ("n", "weight", "weight2", "total", "spread2", "total2")
    )
    variance = None
    if not table.has_clusters:
        squares = total2 - total**2 / table.people
        squares[squares <= ROUNDING * total2] = 0.0
        variance = squares / table.people
    return Alone(n, weight, weight2, total, spread2, variance)
