"""From groups and their tallies to the sums of every quantity per (domain, stratum)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from analysis.estimation.passes.cells import make_cells
from analysis.estimation.passes.gather import Gathered
from analysis.estimation.passes.linear import Table, evaluate, find_means, reduce_alone, take_joint
from analysis.estimation.passes.tally import Joint
from analysis.estimation.rows import Rows
from analysis.estimation.totals import Quantity
from analysis.grouping.keys import Key


@dataclass(frozen=True)
class Reduced:
    """``read``: domains, strata and names as ``rows`` gives them, without rows. ``sums``: a table for every
    quantity, as ``totals.sum_strata``."""

    read: Rows
    sums: list[pl.DataFrame]


def reduce_groups(
    gathered: Gathered,
    keys: Mapping[str, Key],
    by: Sequence[str],
    quantities: Sequence[Quantity],
    items: Sequence[str],
) -> Reduced | None:
    """Of all groups, or of a cut that holds its domains whole; None where nobody is in a domain. ``by``: names of
    ``keys``. METHODS 20.2."""
    has_clusters = "cluster" in keys
    cells = make_cells(gathered.of, keys, by, gathered.people, gathered.strata)
    if not len(cells.groups):
        return None
    tallies = gathered.tallies
    means, weights = zip(*(find_means(tally, cells) for tally in tallies), strict=True)
    domains = cells.labels.with_columns(
        pl.Series(f"{kind}{k}", values, nan_to_null=True)
        for k in range(len(tallies))
        for kind, values in (("m", means[k]), ("W", weights[k]))
    )
    table = Table(cells, domains, tallies, gathered.people[cells.groups], has_clusters)
    joint = _reduce_jointly(gathered, table, quantities)
    sums = [
        table.finish(reduce_alone(table, quantity) if found is None else take_joint(found, table, quantity))
        for quantity, found in zip(quantities, joint, strict=True)
    ]
    strata = gathered.strata.drop("code")
    read = Rows(pl.DataFrame(), domains, strata, tuple(by), tuple(items), has_clusters)
    return Reduced(read, sums)


def _reduce_jointly(gathered: Gathered, table: Table, quantities: Sequence[Quantity]) -> list[Joint | None]:
    asked = [j for j, quantity in enumerate(quantities) if len(quantity.items) > 1]
    found: list[Joint | None] = [None] * len(quantities)
    if not asked:
        return found
    parts = [
        [(k, evaluate(table, quantities[j], quantities[j].influence, k)) for k in quantities[j].items]
        for j in asked
    ]
    for j, joint in zip(asked, gathered.tally_jointly(parts, table.cells.groups), strict=True):
        found[j] = joint
    return found
