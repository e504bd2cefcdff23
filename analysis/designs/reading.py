"""Reads the frame into arrays: weights, items, domains; every row stays, also those in no domain."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.design import SurveyDesign
from analysis.errors import DesignError, ItemError
from analysis.replicates import Replicates

_TINY = 1e-9  # what floating point may add to 100


@dataclass(frozen=True)
class Reading:
    """A frame read and checked. ``placed``: its design columns, every row. ``values``: by.… columns, weight, i0,
    i1, … (Float64, null = no answer)."""

    design: SurveyDesign
    placed: pl.DataFrame
    values: pl.DataFrame
    items: tuple[str, ...]


@dataclass(frozen=True)
class Domains:
    """``rows``: weight, domain (−1: none), i0, i1, …, every row of the frame. ``table``: domain, the columns
    ``by`` (names after "by."), m{k}, W{k} as in ``estimation.rows``."""

    rows: pl.DataFrame
    table: pl.DataFrame
    by: tuple[str, ...]

    @property
    def weight(self) -> NDArray[np.float64]:
        return self.rows["weight"].to_numpy()

    @property
    def domain(self) -> NDArray[np.int64]:
        return self.rows["domain"].to_numpy()


def read_designed(
    frame: pl.DataFrame | pl.LazyFrame,
    design: SurveyDesign,
    *,
    items: Mapping[str, pl.Expr],
    keys: Sequence[str],
    bounds: tuple[float, float] | None = None,
) -> Reading:
    """``frame`` with ``items`` evaluated; raises DesignError and ItemError with every problem. METHODS 3.5."""
    lazy = frame.lazy()
    check_columns(lazy, (*design.columns, *keys), items)
    read = lazy.select(
        *(pl.col(column).alias(f"by.{column}") for column in keys),
        *(pl.col(column).alias(f"design.{column}") for column in design.columns),
        pl.col(design.weight).cast(pl.Float64, strict=False).alias("weight"),
        *(item.cast(pl.Float64).alias(f"i{k}") for k, item in enumerate(items.values())),
    ).collect()
    placed = read.select(pl.col(f"design.{column}").alias(column) for column in design.columns)
    check_weights(placed, [design.weight])
    _check_items(read, items, bounds)
    values = read.select(*(f"by.{column}" for column in keys), "weight", *(f"i{k}" for k in range(len(items))))
    return Reading(design, placed, values, tuple(items))


def find_domains(reading: Reading, by: Sequence[str]) -> Domains:
    """The domains that the combinations of ``by`` make; weight 0 and a null key belong to none. METHODS 3.8."""
    keys = [f"by.{column}" for column in by]
    values = reading.values
    inside = pl.all_horizontal(pl.col("weight") > 0, *(pl.col(key).is_not_null() for key in keys))
    if keys:
        found = values.filter(inside).select(keys).unique().sort(keys).with_row_index("domain")
        placed = values.join(found, on=keys, how="left", maintain_order="left")
    else:
        found = pl.DataFrame({"domain": [0]}, schema={"domain": pl.UInt32})
        placed = values.with_columns(pl.lit(0, pl.UInt32).alias("domain"))
    domain = pl.when(inside).then("domain").cast(pl.Int64).fill_null(-1).alias("domain")
    rows = placed.select("weight", domain, *(f"i{k}" for k in range(len(reading.items))))
    means = sum_items(rows, rows["weight"].to_numpy(), found.height)
    return Domains(rows, pl.concat([found, means], how="horizontal"), tuple(keys))


def sum_items(rows: pl.DataFrame, weight: NDArray[np.float64], count: int) -> pl.DataFrame:
    """m{k} (null: nobody) and W{k} of every item in each of ``count`` domains, by these weights. METHODS 3.8."""
    domain = rows["domain"].to_numpy()
    inside = domain >= 0
    columns: dict[str, pl.Series] = {}
    for name in (column for column in rows.columns if column.startswith("i")):
        answer = rows[name].to_numpy()
        here = inside & ~np.isnan(answer)
        total = np.bincount(domain[here], weight[here] * answer[here], count)
        base = np.bincount(domain[here], weight[here], count)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = pl.Series(np.where(base > 0, total / base, np.nan)).fill_nan(None)
        columns |= {f"m{name[1:]}": mean, f"W{name[1:]}": pl.Series(base)}
    return pl.DataFrame(columns)


def check_columns(lazy: pl.LazyFrame, named: Sequence[str], items: Mapping[str, pl.Expr]) -> None:
    """Refuses columns that are not there, all together. METHODS 3.8."""
    schema = lazy.collect_schema()
    has = f"The frame has: {', '.join(schema)}."
    missing = [column for column in dict.fromkeys(named) if column not in schema]
    if missing:
        raise DesignError([f"column {column!r} is missing" for column in missing], has)
    absent = {
        column: name for name, item in items.items() for column in item.meta.root_names() if column not in schema
    }
    if absent:
        raise ItemError([f"column {c!r} is missing (needed by {name})" for c, name in absent.items()], has)


def check_replicates(placed: pl.DataFrame, replicates: Replicates) -> None:
    """Refuses replicate weights that are null, not finite, not numbers, or negative unless said. METHODS 3.11."""
    if not replicates.may_be_negative:
        check_weights(
            placed, replicates.columns, or_else=", or say Replicates(may_be_negative=True) where they were made so"
        )
        return
    bad = {
        name: placed.height - int((column.is_finite() & column.is_not_null()).sum())
        for name in replicates.columns
        for column in [placed[name].cast(pl.Float64, strict=False)]
    }
    problems = [
        f"column {name!r} (weight): {rows} of {placed.height} rows are null, not finite or no number"
        for name, rows in bad.items()
        if rows
    ]
    if problems:
        raise DesignError(problems, "Give every response a weight in every replicate.")


def check_weights(placed: pl.DataFrame, columns: Sequence[str], *, or_else: str = "") -> None:
    """Refuses weights that are null, negative, not finite or not numbers. METHODS 3.8."""
    problems = [
        f"column {c!r} (weight) is {placed[c].dtype}, not numeric"
        for c in columns
        if not placed[c].dtype.is_numeric()
    ]
    if not problems:
        sound = placed.select((pl.col(c).is_finite() & (pl.col(c) >= 0)).fill_null(False) for c in columns)
        problems = [
            f"column {c!r} (weight): {bad} of {placed.height} rows are null, negative or not finite"
            for c in columns
            if (bad := int((~sound[c]).sum()))
        ]
    if problems:
        raise DesignError(problems, f"Give every response a weight of 0 or more, or leave it out before{or_else}.")


def _check_items(read: pl.DataFrame, items: Mapping[str, pl.Expr], bounds: tuple[float, float] | None) -> None:
    low, high = (-1e300, 1e300) if bounds is None else bounds
    slack = 0.0 if bounds is None else _TINY * max(1.0, abs(low), abs(high))
    what = "not finite" if bounds is None else f"outside {low:g}-{high:g}"
    problems = [
        f"item {name!r}: {bad} of {read.height} values are {what}"
        for k, name in enumerate(items)
        if (bad := int((~read[f"i{k}"].is_between(low - slack, high + slack)).sum()))
    ]
    if problems:
        remedy = "Measure the answers first (analysis.estimation.measures); null means no answer."
        raise ItemError(problems, remedy)
