"""Our figures in the shape R's were printed in, so that every number of a case can be walked over."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from analysis.design import SurveyDesign

Rows = list[dict[str, Any]]
PLAIN = {"est": "estimate", "se": "standard_error"}
T = {"df": "df", "lo_t": "low", "hi_t": "high"}
Z = {"lo_z": "low", "hi_z": "high"}


def give_rows(found: pl.DataFrame, columns: Mapping[str, str]) -> Rows:
    """The rows of a result, its columns (theirs → ours) under their names."""
    return [{theirs: row[ours] for theirs, ours in columns.items()} for row in found.iter_rows(named=True)]


def give_both(estimate: Callable[..., pl.DataFrame], *given: Any, df: Any = "domain", **asked: Any) -> Rows:
    """Estimate, error, t limits on ``df``, normal limits and design effect of every row."""
    of_t = give_rows(estimate(*given, df=df, **asked), PLAIN | T | {"deff": "design_effect"})
    of_z = give_rows(estimate(*given, df=math.inf, **asked), Z)
    return [one | other for one, other in zip(of_t, of_z, strict=True)]


def give_domains(
    estimate: Callable[..., pl.DataFrame],
    sample: pl.DataFrame,
    design: SurveyDesign,
    by: Sequence[str],
    columns: Mapping[str, tuple[str, str]],
    **asked: Any,
) -> Rows:
    """One row per domain: their names of estimate and error of each value, both df; in R's order of domains."""
    found = estimate(sample, design, by=by, **asked)
    of_design = estimate(sample, design, by=by, df="design", **asked)
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for one, other in zip(found.iter_rows(named=True), of_design.iter_rows(named=True), strict=True):
        name = next((one[c] for c in ("value", "ratio", "level") if c in one), None)
        if name not in columns:
            continue
        row = rows.setdefault(tuple(one[key] for key in by), {key: one[key] for key in by})
        theirs, error = columns[name]
        row |= {theirs: one["estimate"], error: one["standard_error"], "DEff." + theirs: one["design_effect"]}
        row |= {"df_domain": one["df"], "df_design": other["df"]}
    # R lets the first factor run fastest.
    return sorted(rows.values(), key=lambda row: [row[key] for key in reversed(by)])


def add_levels(sample: pl.DataFrame, columns: Iterable[str]) -> pl.DataFrame:
    """0/1 columns for the levels, called column and level as R calls them."""
    return sample.with_columns(
        (pl.col(c) == level).cast(pl.Float64).alias(f"{c}{level}") for c in columns for level in sample[c].unique()
    )
