"""From a sample, held or in pieces, to the sums of every quantity per (domain, stratum)."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from analysis.design import SurveyDesign
from analysis.estimation.passes.cells import make_cells
from analysis.estimation.passes.gather import Gathered, gather_held
from analysis.estimation.passes.linear import Table, evaluate, find_means, reduce_alone, take_joint
from analysis.estimation.passes.narrow import Narrow
from analysis.estimation.passes.pieces import Pieces, gather_pieces
from analysis.estimation.passes.tally import Joint
from analysis.estimation.rows import Rows
from analysis.estimation.totals import Quantity


@dataclass(frozen=True)
class Reduced:
    """``read``: domains, strata and names as ``rows`` gives them, without rows. ``sums``: a table for every
    quantity, as ``totals.sum_strata``."""

    read: Rows
    sums: list[pl.DataFrame]


def reduce_rows(
    sample: Narrow | Pieces,
    design: SurveyDesign,
    by: Sequence[str],
    quantities: Sequence[Quantity],
    items: Sequence[str],
) -> Reduced | None:
    """The pass; None where its tables would be too large or the reading of ``rows`` must refuse. METHODS 20.2."""
    names = [f"by.{column}" for column in by]
    used = [name for name in sample.keys if name in names or not name.startswith("by.")]
    gathered = (
        gather_pieces(sample, design, used) if isinstance(sample, Pieces) else gather_held(sample, design, used)
    )
    if gathered is None:
        return None
    cells = make_cells(gathered.of, sample.keys, names, gathered.people, gathered.strata)
    if not len(cells.groups):
        return None
    tallies = gathered.tallies
    means, weights = zip(*(find_means(tally, cells) for tally in tallies), strict=True)
    domains = cells.labels.with_columns(
        pl.Series(f"{kind}{k}", values, nan_to_null=True)
        for k in range(len(tallies))
        for kind, values in (("m", means[k]), ("W", weights[k]))
    )
    table = Table(cells, domains, tallies, gathered.people[cells.groups], design.cluster is not None)
    joint = _reduce_jointly(gathered, table, quantities)
    sums = [
        table.finish(reduce_alone(table, quantity) if found is None else take_joint(found, table, quantity))
        for quantity, found in zip(quantities, joint, strict=True)
    ]
    read = Rows(
        pl.DataFrame(),
        domains,
        gathered.strata.drop("code"),
        tuple(names),
        tuple(items),
        design.cluster is not None,
    )
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
