"""Reads of a frame only what an estimate needs, each column as narrow as it comes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.design import SurveyDesign
from analysis.estimation.passes.levels import Levels, Reading, plan_readings, read_levels
from analysis.grouping.keys import Key, code_column, recode
from analysis.grouping.scatter import Column, to_column
from analysis.grouping.threads import on_both

_WIDE = (pl.Int128, pl.UInt128)  # NumPy has no such numbers


@dataclass(frozen=True)
class Narrow:
    """``keys``: "by.…", "stratum", "cluster". ``population`` per row, or None. ``items`` in their order."""

    rows: int
    keys: Mapping[str, Key]
    weight: Column
    population: Column | None
    items: list[Levels]


def plan_narrow(
    frame: pl.DataFrame | pl.LazyFrame,
    design: SurveyDesign,
    *,
    items: Mapping[str, pl.Expr],
    keys: Sequence[str],
    where: pl.Expr | None = None,
    bounds: tuple[float, float] | None = None,
) -> "Plan | None":
    """What to read of the frame; None where the pass over levels does not know an item. METHODS 20.1."""
    lazy = frame.lazy()
    if where is not None and not set(where.meta.root_names()) <= set(lazy.collect_schema()):
        return None
    schema = lazy.collect_schema()
    needed = {*design.columns, *keys} | {root for item in items.values() for root in item.meta.root_names()}
    if not needed <= set(schema) or not design.is_simple:
        return None
    placed = {*keys, *(name for name in (design.stratum, design.cluster) if name is not None)}
    if any(schema[name].is_nested() or schema[name] in _WIDE for name in placed):
        return None
    readings = plan_readings(lazy, schema, list(items.values()))
    if readings is None:
        return None
    cluster, stratum = design.cluster, design.stratum
    named = {f"by.{column}": column for column in keys} | ({"cluster": cluster} if cluster else {})
    named |= {"stratum": stratum} if stratum else {}
    columns = sorted(set(named.values()))
    selected = lazy.select(
        *(pl.col(column).alias(f"key.{column}") for column in columns),
        pl.col(design.weight).cast(pl.Float64).alias("weight"),
        *([] if design.population is None else [pl.col(design.population).alias("population")]),
        *(
            (reading.column if where is None else pl.when(where).then(reading.column)).alias(f"i{k}")
            for k, reading in enumerate(readings)
        ),
    )
    return Plan(selected, design, named, readings, bounds)


@dataclass(frozen=True)
class Plan:
    """What is read: ``selected`` columns "key.…", weight, population (if any), i0, i1, …; ``named``: "by.…",
    "stratum", "cluster" → the column. METHODS 20.1."""

    selected: pl.LazyFrame
    design: SurveyDesign
    named: Mapping[str, str]
    readings: Sequence[Reading]
    bounds: tuple[float, float] | None

    def narrow(self, read: pl.DataFrame, known: Mapping[str, Key] | None = None) -> Narrow | None:
        """``selected``, read, or a piece of it with keys that are ``known``; None as ``read_narrow``."""
        if read.is_empty() or not _is_sound(read, self.design, self.named):
            return None
        levels = [read_levels(read[f"i{k}"], reading) for k, reading in enumerate(self.readings)]
        whole = [item for item in levels if item is not None]
        if len(whole) < len(levels) or not all(_is_within(item.values, self.bounds) for item in whole):
            return None
        columns = sorted(set(self.named.values()))
        coded = dict(zip(columns, on_both(partial(_code, read, known), columns), strict=True))
        return Narrow(
            read.height,
            {name: coded[column] for name, column in self.named.items()},
            to_column(read["weight"]),
            None if self.design.population is None else to_column(read["population"]),
            whole,
        )


def _code(read: pl.DataFrame, known: Mapping[str, Key] | None, column: str) -> Key:
    key = read[f"key.{column}"]
    return code_column(key) if known is None else recode(key, known[column])


def _is_sound(read: pl.DataFrame, design: SurveyDesign, named: Mapping[str, str]) -> bool:
    whole = [read["weight"], *(read[f"key.{named[role]}"] for role in ("stratum", "cluster") if role in named)]
    if design.population is not None:
        if not read["population"].dtype.is_numeric():
            return False
        whole.append(read["population"])
    return not any(column.null_count() for column in whole)


def _is_within(values: NDArray[np.float64], bounds: tuple[float, float] | None) -> bool:
    answers = values[~np.isnan(values)]
    if not np.isfinite(answers).all():
        return False
    return bounds is None or bool(((answers >= bounds[0]) & (answers <= bounds[1])).all())
