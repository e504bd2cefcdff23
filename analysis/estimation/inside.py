"""Reads a sample for covariances with only the domains that somebody is in; the whole design stays."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from analysis.design import SurveyDesign
from analysis.designs.reading import Reading, read_designed
from analysis.estimation.rows import restrict_items

_INSIDE = " inside"


def read_inside(
    frame: pl.DataFrame | pl.LazyFrame,
    design: SurveyDesign,
    *,
    items: Mapping[str, pl.Expr],
    keys: Sequence[str],
    where: pl.Expr | None,
    bounds: tuple[float, float] | None = None,
) -> Reading:
    """``read_designed`` of ``items`` where ``where`` holds; a domain in which it holds for nobody is none.

    So ``where`` chooses which of thousands of domains have covariances. Rows outside keep their place in the
    design, and in their domain where that has others inside. METHODS 3.5.
    """
    if where is None or not keys:
        return read_designed(frame, design, items=restrict_items(items, where), keys=keys, bounds=bounds)
    claimed = pl.when(where).then(pl.lit(1.0 if bounds is None else bounds[0]))
    read = read_designed(
        frame, design, items={**restrict_items(items, where), _INSIDE: claimed}, keys=keys, bounds=bounds
    )
    mark, named = f"i{len(items)}", [f"by.{key}" for key in keys]
    somebody = (pl.col(mark).is_not_null() & (pl.col("weight") > 0)).any().over(named)
    values = read.values.with_columns(pl.when(somebody).then(pl.col(name)).alias(name) for name in named).drop(
        mark
    )
    return replace(read, values=values, items=tuple(items))
