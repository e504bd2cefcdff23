"""Values of every domain in their order, with their weights: what quantiles are looked up in."""

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from analysis.errors import ItemError
from analysis.estimation.quantile_rules import Sorted


def sort_values(data: pl.DataFrame, weight: str, items: Mapping[str, pl.Expr], by: Sequence[str]) -> list[Sorted]:
    """Of every item; domains as the estimators list them: combinations of keys that have a weight above 0, sorted.

    Raises ItemError where values are not finite: a quantile has no place for NaN. METHODS 3.12.
    """
    keys = [f"by.{column}" for column in by]
    read = data.select(
        *(pl.col(column).alias(key) for column, key in zip(by, keys, strict=True)),
        pl.int_range(pl.len()).alias("row"),
        pl.col(weight).cast(pl.Float64).alias("weight"),
        *(item.cast(pl.Float64).alias(f"i{k}") for k, item in enumerate(items.values())),
    )
    _refuse_endless(read, items)
    inside = read.filter(pl.col("weight") > 0, *(pl.col(key).is_not_null() for key in keys))
    count = 1
    if keys:
        domains = inside.select(keys).unique().sort(keys).with_row_index("domain")
        inside = inside.join(domains, on=keys, how="left", maintain_order="left")
        count = domains.height
    else:
        inside = inside.with_columns(pl.lit(0, pl.UInt32).alias("domain"))
    return [_sort(inside, f"i{k}", count) for k in range(len(items))]


def _sort(inside: pl.DataFrame, item: str, count: int) -> Sorted:
    kept = inside.lazy().select("domain", "row", "weight", item).filter(pl.col(item).is_not_null())
    placed = kept.sort("domain", item, maintain_order=True).collect()
    starts = np.searchsorted(placed["domain"].to_numpy(), np.arange(count + 1))
    rows, values, weights = (placed[name].to_numpy() for name in ("row", item, "weight"))
    return Sorted(rows, values, weights, starts)


def _refuse_endless(read: pl.DataFrame, items: Mapping[str, pl.Expr]) -> None:
    problems = [
        f"item {name!r}: {bad} of {read.height} values are not finite"
        for k, name in enumerate(items)
        if (bad := int((~read[f"i{k}"].is_finite()).sum()))
    ]
    if problems:
        raise ItemError(problems, "Measure the answers first; null means no answer.")
