"""Rows used, split into the domains that combinations of columns make."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from analysis.designs.drawn import Whole
from analysis.models.sampled import Sampled


@dataclass(frozen=True)
class Split:
    """``keys``: one row per domain (no columns: the whole); ``count`` of them. ``of_row``: per row of the sample
    its domain, −1 where it is in none or not used. ``parts``: per domain its places among the rows used."""

    keys: pl.DataFrame
    count: int
    of_row: Whole
    parts: tuple[Whole, ...]


def split_domains(sample: Sampled, by: Sequence[str]) -> Split:
    """Domains of rows with a weight, also those without rows used; a null key belongs to none. METHODS 3.8."""
    if not by:
        return Split(pl.DataFrame(), 1, np.where(sample.used, 0, -1), (np.arange(sample.n),))
    filled = pl.all_horizontal(pl.col(column).is_not_null() for column in by)
    keys = sample.keys.filter(filled & pl.Series(sample.weight > 0)).select(by).unique().sort(by)
    placed = sample.keys.join(keys.with_row_index(_PLACE), on=by, how="left", maintain_order="left")
    of_row = np.where(sample.used, placed[_PLACE].cast(pl.Int64).fill_null(-1).to_numpy(), -1)
    of_used = of_row[sample.used]
    order = np.argsort(of_used, kind="stable")
    ends = np.searchsorted(of_used[order], np.arange(keys.height + 1))
    parts = tuple(order[ends[k] : ends[k + 1]] for k in range(keys.height))
    return Split(keys, keys.height, of_row, parts)


_PLACE = " place"
