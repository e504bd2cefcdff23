"""Rows taken together by the columns of all margins, for raking to work on instead of the rows; METHODS 2.4."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.compiled import compiled
from analysis.grouping.groups import Groups, group_rows
from analysis.grouping.keys import code_column
from analysis.grouping.scatter import Codes, Column, Numbers, add_by_code, blocks, in_halves, in_order, to_column
from analysis.weighting.auxiliaries import Margin, levels_of, margin_columns, margin_name

_WEIGHT = " weight"


@dataclass(frozen=True)
class MarginGroups:
    """``weight``: sums of the groups that have rows; ``levels``: margin → the level of each, as text (null where
    a column has none). ``nulls``: margin → rows without a level. ``bad_weights``: rows without one above 0.
    ``rows``: the weight of each row; ``present``: which of ``groups`` have rows."""

    weight: Numbers
    levels: Mapping[str, pl.Series]
    nulls: Mapping[str, int]
    bad_weights: int
    rows: Column
    groups: Groups
    present: NDArray[np.int64]

    def multiply(self, factors: Numbers) -> pl.Series:
        """The weight of every row times the factor of its group."""
        groups, weights, raked = self.groups, self.rows, np.empty(self.groups.rows)
        of_group = np.zeros(groups.size)
        of_group[self.present] = factors

        def work(start: int, stop: int) -> None:
            for at, end in blocks(start, stop, borders=weights.borders):
                _scale(raked[at:end], weights.cut(at, end), groups.cut(at, end), of_group)

        in_order(len(raked), work)
        return pl.Series("weight", raked)


def group_margins(
    frame: pl.DataFrame | pl.LazyFrame, *, weight: str, margins: Iterable[Margin]
) -> MarginGroups | None:
    """The frame, read once; every column of the margins must be there. None: more combinations of levels than can
    be numbered. Margins of several columns cost no more than their columns do. METHODS 2.4, 20.2."""
    margins = list(margins)
    columns = sorted({column for margin in margins for column in margin_columns(margin)})
    asked = [pl.col(weight).cast(pl.Float64).alias(_WEIGHT), *(pl.col(column) for column in columns)]
    read = frame.lazy().select(asked).collect()
    keys = {column: code_column(read[column]) for column in columns}
    groups = group_rows(read.height, keys)
    if groups is None:
        return None
    weights = to_column(read[_WEIGHT].fill_null(0.0) if read[_WEIGHT].null_count() else read[_WEIGHT])
    sums, has_bad = _add_up(weights, groups)
    is_sound = (pl.col(_WEIGHT) > 0) & pl.col(_WEIGHT).is_finite()
    bad_weights = read.select((~is_sound.fill_null(False)).sum()).item() if has_bad else 0
    present = np.flatnonzero(sums)
    table = pl.DataFrame([keys[column].name(groups.of[column][present]).alias(column) for column in columns])
    levels = {margin_name(margin): levels_of(table, margin) for margin in margins}
    nulls = {margin_name(margin): _count_nulls(read, margin) for margin in margins}
    return MarginGroups(sums[present], levels, nulls, bad_weights, weights, groups, present)


def _count_nulls(read: pl.DataFrame, margin: Margin) -> int:
    having = [pl.col(column).is_null() for column in margin_columns(margin) if read[column].null_count()]
    return read.select(pl.any_horizontal(having).sum()).item() if having else 0


def _add_up(weights: Column, groups: Groups) -> tuple[Numbers, bool]:
    """Sums of weights by group, and whether one is not a number above 0."""

    def work(start: int, stop: int) -> list[NDArray]:
        sums, bad = np.zeros(groups.size), np.zeros(1)
        for at, end in blocks(start, stop, borders=weights.borders):
            bad += not add_by_code(sums, groups.cut(at, end), weights.cut(at, end))
        return [sums, bad]

    sums, bad = in_halves(groups.rows, work)
    return sums, bool(bad[0]) or not bool(np.isfinite(sums).all())


@compiled
def _scale(raked: Numbers, weights: Numbers, codes: Codes, factors: Numbers) -> None:
    for row in range(len(raked)):
        raked[row] = weights[row] * factors[codes[row]]
