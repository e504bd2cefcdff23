"""From a narrow frame to the sums of every quantity per (domain, stratum), as ``totals`` gives them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from analysis.design import SurveyDesign
from analysis.estimation.passes.cells import Cells, make_cells, make_strata
from analysis.estimation.passes.narrow import Narrow
from analysis.estimation.passes.tally import Joint, Tally, tally_jointly, tally_levels
from analysis.estimation.rows import Rows
from analysis.estimation.totals import Quantity
from analysis.grouping.groups import Groups, group_rows
from analysis.grouping.scatter import Numbers

ROUNDING = 1e-13  # a spread of weights below this part of their squares is what rounding leaves of none
_MOST_NUMBERS = 60_000_000  # sums held at a time


@dataclass(frozen=True)
class Reduced:
    """``read``: domains, strata and names as ``rows`` gives them, without rows. ``sums``: a table for every
    quantity, as ``totals.sum_strata``."""

    read: Rows
    sums: list[pl.DataFrame]


def reduce_rows(
    narrow: Narrow, design: SurveyDesign, by: Sequence[str], quantities: Sequence[Quantity], items: Sequence[str]
) -> Reduced | None:
    """The pass; None where its tables would be too large or the reading of ``rows`` must refuse. METHODS 20.2."""
    names = [f"by.{column}" for column in by]
    used = {name: key for name, key in narrow.keys.items() if name in names or not name.startswith("by.")}
    groups = group_rows(narrow.rows, used)
    if groups is None or groups.size * sum(3 * len(item.values) for item in narrow.items) > _MOST_NUMBERS:
        return None
    tallies = tally_levels(narrow.items, groups.codes, groups.size, narrow.weight)
    if tallies is None:
        return None
    people = tallies[0].n.sum(axis=0)
    strata = make_strata(narrow, groups, people, design)
    if strata is None:
        return None
    cells = make_cells(groups, narrow.keys, names, people, strata)
    if not len(cells.groups):
        return None
    kept = [_keep(tally, cells) for tally in tallies]
    means, weights = zip(*(_find_means(tally, cells) for tally in kept), strict=True)
    domains = cells.labels.with_columns(
        pl.Series(f"{kind}{k}", values, nan_to_null=True)
        for k in range(len(kept))
        for kind, values in (("m", means[k]), ("W", weights[k]))
    )
    table = _Table(cells, domains, kept, people[cells.groups], design.cluster is not None)
    joint = _reduce_jointly(narrow, groups, table, quantities)
    sums = [
        table.finish(_reduce_alone(table, quantity) if found is None else _take(found, cells, table, quantity))
        for quantity, found in zip(quantities, joint, strict=True)
    ]
    read = Rows(
        pl.DataFrame(), domains, strata.drop("code"), tuple(names), tuple(items), design.cluster is not None
    )
    return Reduced(read, sums)


@dataclass(frozen=True)
class _Alone:
    """Of one quantity, by group: members, weight, weight2; total, spread2; of the rows: centred squares of w·z,
    about the mean of the group (None where groups are PSUs)."""

    n: Numbers
    weight: Numbers
    weight2: Numbers
    total: Numbers
    spread2: Numbers
    within: "_Within | None"


@dataclass(frozen=True)
class _Within:
    """Parts of the rows of a group that have one z: how many rows, their mean of w·z, squares about it."""

    n: Numbers
    mean: Numbers
    squares: Numbers


@dataclass(frozen=True)
class _Table:
    cells: Cells
    domains: pl.DataFrame
    tallies: list[Tally]
    people: Numbers
    has_clusters: bool

    def finish(self, sums: _Alone) -> pl.DataFrame:
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


def _keep(tally: Tally, cells: Cells) -> Tally:
    at = cells.groups
    if len(at) == tally.n.shape[1] and (at[1:] > at[:-1]).all():
        return tally
    return Tally(tally.n[:, at], tally.weight[:, at], tally.weight2[:, at], tally.values)


def _find_means(tally: Tally, cells: Cells) -> tuple[Numbers, Numbers]:
    """Weighted mean and sum of weights of each domain; NaN where nobody answered."""
    is_answer = tally.is_answer
    if not is_answer.any():
        count = len(cells.domain_pieces)
        return np.full(count, np.nan), np.zeros(count)
    weight = tally.weight if is_answer.all() else tally.weight[is_answer]
    first = tally.values[is_answer][0]
    above = (tally.values[is_answer] - first) @ weight
    sums, weights = (cells.add_domains(cells.add_pieces(part)) for part in (above, weight.sum(axis=0)))
    with np.errstate(invalid="ignore"):
        return first + sums / weights, weights


def _deviations(table: _Table, k: int) -> Numbers:
    """(y − m)/W by slot and group; 0 without an answer."""
    values = table.tallies[k].values
    mean, weight = (table.domains[f"{kind}{k}"].to_numpy()[table.cells.domain] for kind in "mW")
    with np.errstate(invalid="ignore", divide="ignore"):
        found = (values[:, None] - mean) / weight
    if np.isnan(values).any() or np.isnan(mean).any():
        found[np.isnan(found)] = 0.0
    return found


def _evaluate(table: _Table, quantity: Quantity, expression: pl.Expr, k: int) -> Numbers:
    """What item ``k`` adds to an additive expression, by slot and group."""
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


def _reduce_alone(table: _Table, quantity: Quantity) -> _Alone:
    (k,) = quantity.items
    tally = table.tallies[k]
    z = _evaluate(table, quantity, quantity.influence, k)
    spread = z if quantity.spread is None else _evaluate(table, quantity, quantity.spread, k)
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
        within = _Within(tally.n, totals / rows, z * z * squares)
    return _Alone(n, weight, weight2, totals.sum(axis=0), (tally.weight * spread**2).sum(axis=0), within)


def _reduce_jointly(
    narrow: Narrow, groups: Groups, table: _Table, quantities: Sequence[Quantity]
) -> list[Joint | None]:
    asked = [j for j, quantity in enumerate(quantities) if len(quantity.items) > 1]
    found: list[Joint | None] = [None] * len(quantities)
    if not asked:
        return found
    parts = [
        [
            (k, _spread_out(_evaluate(table, quantities[j], quantities[j].influence, k), table, groups))
            for k in quantities[j].items
        ]
        for j in asked
    ]
    for j, joint in zip(
        asked, tally_jointly(narrow.items, parts, groups.codes, groups.size, narrow.weight), strict=True
    ):
        found[j] = joint
    return found


def _spread_out(values: Numbers, table: _Table, groups: Groups) -> Numbers:
    """A table of the kept groups as one of all groups."""
    whole = np.zeros((groups.size, len(values)))
    whole[table.cells.groups] = values.T
    return whole


def _take(joint: Joint, cells: Cells, table: _Table, quantity: Quantity) -> _Alone:
    if quantity.spread is not None:
        raise NotImplementedError(f"{quantity.name}: a spread of several items")
    n, weight, weight2, total, spread2, total2 = (
        getattr(joint, name)[cells.groups] for name in ("n", "weight", "weight2", "total", "spread2", "total2")
    )
    within = None
    if not table.has_clusters:
        squares = total2 - total**2 / table.people
        squares[squares <= ROUNDING * total2] = 0.0
        within = _Within(table.people, (total / table.people)[None], squares[None])
    return _Alone(n, weight, weight2, total, spread2, within)
