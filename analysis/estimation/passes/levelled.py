"""Estimates by the pass over levels: one reading of the rows, then the domains, a part after the other."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from analysis.design import SurveyDesign
from analysis.estimation.finish import estimate_quantities
from analysis.estimation.passes.gather import Gathered, gather_held
from analysis.estimation.passes.joined import gather_joined
from analysis.estimation.passes.narrow import Narrow
from analysis.estimation.passes.pieces import Pieces
from analysis.estimation.passes.reduce import reduce_groups
from analysis.estimation.passes.standing import gather_standing
from analysis.estimation.rule import Rule
from analysis.estimation.totals import Quantity
from analysis.grouping.threads import on_both

AT_ONCE = 1 << 18  # groups whose columns stay in the cache of a core


def estimate_levels(
    sample: Narrow | Pieces,
    design: SurveyDesign,
    by: Sequence[str],
    quantities: Sequence[Quantity],
    items: Sequence[str],
    rules: Rule | Sequence[Rule],
    *,
    label: str,
    at_once: int = AT_ONCE,
) -> pl.DataFrame | None:
    """``finish.estimate_quantities`` of a sample that ``open_narrow`` opened.

    None where its tables would be too large, nobody is in a domain, or the pass over rows must refuse the sample.
    METHODS 20.2.
    """
    names = [f"by.{column}" for column in by]
    used = [name for name in sample.keys if name in names or not name.startswith("by.")]
    if isinstance(sample, Pieces):
        gathered = gather_standing(sample, design, used) or gather_joined(sample, design, used)
    else:
        gathered = gather_held(sample, design, used)
    if gathered is None:
        return None

    def estimate(part: slice) -> pl.DataFrame | None:
        reduced = reduce_groups(gathered.cut(part), sample.keys, names, quantities, items)
        if reduced is None:
            return None
        return estimate_quantities(reduced.read, design, quantities, rules, label=label, sums_of=reduced.sums)

    is_joint = any(len(quantity.items) > 1 for quantity in quantities)
    parts = [slice(None)] if is_joint else _part(gathered, names, at_once)
    if len(parts) == 1:
        return estimate(parts[0])
    found = [table for table in on_both(estimate, parts) if table is not None]
    return pl.concat(found) if found else None


def _part(gathered: Gathered, names: Sequence[str], at_once: int) -> list[slice]:
    """Parts of the groups with whole domains, in the order of the domains; one where that order is another."""
    count = len(gathered.people)
    if not names or count < 2 * at_once:
        return [slice(None)]
    first = gathered.of[names[0]]
    if (first[1:] < first[:-1]).any():
        return [slice(None)]
    pairs = -(-count // (2 * at_once))  # two parts at a time, all alike
    starts = np.unique(np.searchsorted(first, first[:: -(-count // (2 * pairs))]))
    return [slice(start, end) for start, end in zip(starts, [*starts[1:], count], strict=True)]
