"""Responses of a month with scores and weights, ready to be estimated from; METHODS 2."""

from collections.abc import Mapping
from dataclasses import dataclass

import narwhals as nw
import polars as pl

from analysis.design import SurveyDesign
from analysis.indices.anywhere import EngineRows, count_cells_anywhere, place_anywhere, read_anywhere
from analysis.indices.counted import count_uncounted, keep_counted
from analysis.indices.policy import IndexPolicy
from analysis.weighting.cells import NO_PROCEDURE, add_transactions, collapse_cells, count_cells
from analysis.weighting.diagnostics import SUMMARY, effective_size, kish_design_effect
from analysis.weighting.post_stratify import post_stratify_cells
from analysis.weighting.rake import MARGINS, rake

DESIGN = SurveyDesign(weight="weight", stratum="stratum", population="population")
NO_CORRECTION = 1e15  # a population so large that the finite-population correction is 1


@dataclass(frozen=True)
class Prepared:
    """``rows``: cell (its number), channel, scores (null: no answer), weight, stratum, population, is_pooled; or
    the same on an engine. ``cells``: the collapsed cells, each with its number ``cell`` (the row it stands in) and
    province ("" for unknown). ``summary`` has one row, ``margins`` one per raked level."""

    rows: pl.DataFrame | EngineRows
    cells: pl.DataFrame
    strata: pl.DataFrame
    collapses: pl.DataFrame
    summary: pl.DataFrame
    margins: pl.DataFrame
    is_demo: bool

    @property
    def has_transactions(self) -> bool:
        return bool(self.cells["transactions"].sum())


def prepare_responses(
    responses: pl.LazyFrame | nw.LazyFrame,
    transactions: pl.DataFrame,
    units: pl.DataFrame,
    *,
    scores: Mapping[str, pl.Expr],
    policy: IndexPolicy,
) -> Prepared:
    """Count, collapse, weigh. ``transactions`` of one month. Rows without a unit, partial and excluded
    responses are counted and left out. A Narwhals frame stays on its engine.

    METHODS 2.1-2.5, 10.5, 20.3, 22.8.
    """
    if isinstance(responses, nw.LazyFrame):
        return _prepare_anywhere(responses, transactions, units, scores, policy)
    completeness, responses = count_uncounted(responses), keep_counted(responses)
    counted = count_cells(responses, transactions, unit=policy.unit_role)
    weighed = _weigh_cells(counted, units, policy)
    margin_columns = [column for column in policy.raking or {} if column != "channel"]
    read = responses.select(
        pl.col(policy.unit_role).alias("unit"),
        pl.col("procedure").fill_null(NO_PROCEDURE),
        "channel",
        pl.col("selection"),
        pl.col("is_demo"),
        *(score.cast(pl.Float64).alias(item) for item, score in scores.items()),
        *(pl.col(column).alias(f"margin {column}") for column in margin_columns),
    )
    facts = read.select(
        pl.len().cast(pl.Int64).alias("responses"),
        pl.col("unit").null_count().cast(pl.Int64).alias("responses_without_unit"),
        (pl.col("selection") == "self_selected").mean().alias("self_selected_share"),
        pl.col("is_demo").any().fill_null(False).alias("is_demo"),
    )
    joined = (
        read.drop("selection", "is_demo")
        .join(weighed.placed.lazy(), on=["unit", "procedure"], how="inner", maintain_order="left")
        .drop("unit", "procedure")
    )
    rows, told, left_early = pl.collect_all([joined, facts, completeness], engine="streaming")
    told = pl.concat([told, left_early], how="horizontal")
    rows, margins = _rake(rows, policy)
    weights = rows.filter("is_pooled")["weight"]
    return _finish(rows, weighed, told, _describe_weights(weights), margins, transactions)


def _prepare_anywhere(
    responses: nw.LazyFrame,
    transactions: pl.DataFrame,
    units: pl.DataFrame,
    scores: Mapping[str, pl.Expr],
    policy: IndexPolicy,
) -> Prepared:
    rows, told = read_anywhere(responses, scores, policy)
    weighed = _weigh_cells(add_transactions(count_cells_anywhere(rows), transactions), units, policy)
    of_cells = weighed.placed.filter("is_pooled").join(weighed.cells.select("cell", "n"), on="cell")
    # Every response of a cell has its weight: as many numbers as there are responses, without their rows.
    weights = of_cells.select(pl.col("weight", "n").sort_by("cell"))
    rows = place_anywhere(rows, weighed.placed)
    margins = pl.DataFrame(schema=MARGINS)
    return _finish(rows, weighed, told, _describe_counted_weights(weights), margins, transactions)


@dataclass(frozen=True)
class _Weighed:
    """``placed``: unit, procedure → cell, number of the stratum, weight, population, is_pooled."""

    cells: pl.DataFrame
    strata: pl.DataFrame
    collapses: pl.DataFrame
    placed: pl.DataFrame


def _weigh_cells(counted: pl.DataFrame, units: pl.DataFrame, policy: IndexPolicy) -> _Weighed:
    provinces = units.select("unit", "province").unique("unit", keep="first")
    collapsed = collapse_cells(counted, provinces, minimum=policy.minimum_stratum)
    strata = post_stratify_cells(collapsed.cells).with_row_index("number")
    cells = (
        collapsed.cells.join(provinces, on="unit", how="left", maintain_order="left")
        .with_columns(pl.col("province").fill_null(""))
        .with_row_index("cell")
    )
    placed = (
        cells.filter((pl.col("n") > 0) & pl.col("stratum").is_not_null())
        .join(strata.select("stratum", "number", "weight", "population"), on="stratum")
        .select(
            "unit",
            "procedure",
            "cell",
            pl.col("number").alias("stratum"),
            "weight",
            pl.col("population").fill_null(NO_CORRECTION),
            "is_pooled",
        )
    )
    return _Weighed(cells, strata.drop("number"), collapsed.collapses, placed)


def _finish(
    rows: pl.DataFrame | EngineRows,
    weighed: _Weighed,
    told: pl.DataFrame,
    weights: pl.DataFrame,
    margins: pl.DataFrame,
    transactions: pl.DataFrame,
) -> Prepared:
    summary = _summarise(weights, weighed, told)
    is_demo = bool(told["is_demo"].item() or (transactions["is_demo"].any() if transactions.height else False))
    return Prepared(rows, weighed.cells, weighed.strata, weighed.collapses, summary, margins, is_demo)


def _rake(rows: pl.DataFrame, policy: IndexPolicy) -> tuple[pl.DataFrame, pl.DataFrame]:
    if not policy.raking:
        return rows, pl.DataFrame(schema=MARGINS)
    names = {column: "channel" if column == "channel" else f"margin {column}" for column in policy.raking}
    pooled = rows.filter("is_pooled").select(
        *(pl.col(name).alias(column) for column, name in names.items()), pl.col("weight").alias(" base")
    )
    raked = rake(pooled, weight=" base", margins=policy.raking)
    rest = rows.filter(~pl.col("is_pooled"))
    weighed = pl.concat([rows.filter("is_pooled").with_columns(raked.weights), rest])
    return weighed.drop([name for name in names.values() if name != "channel"]), raked.margins


def _describe_weights(weights: pl.Series) -> pl.DataFrame:
    """Of the pooled responses: how many, least, largest and mean weight, and what the weights cost."""
    return pl.DataFrame(
        {
            "responses_pooled": weights.len(),
            "weight_minimum": weights.min(),
            "weight_maximum": weights.max(),
            "weight_mean": weights.mean(),
            "kish_design_effect": kish_design_effect(weights),
            "n_effective": effective_size(weights),
        }
    )


def _describe_counted_weights(weights: pl.DataFrame) -> pl.DataFrame:
    """``_describe_weights`` of columns weight and n, how many responses have it."""
    n, weight = pl.col("n").sum(), pl.col("weight")
    total, squares = (weight * pl.col("n")).sum(), (weight**2 * pl.col("n")).sum()
    return weights.select(
        n.alias("responses_pooled"),
        weight.min().alias("weight_minimum"),
        weight.max().alias("weight_maximum"),
        pl.when(n > 0).then(total / n).alias("weight_mean"),
        pl.when(n > 0).then(n * squares / total**2).alias("kish_design_effect"),
        pl.when(n > 0).then(total**2 / squares).alias("n_effective"),
    )


def _summarise(weights: pl.DataFrame, weighed: _Weighed, told: pl.DataFrame) -> pl.DataFrame:
    cells, strata = weighed.cells, weighed.strata
    return (
        pl.concat([told.drop("is_demo"), weights], how="horizontal")
        .with_columns(
            pl.lit(cells["transactions"].sum()).alias("transactions"),
            pl.lit(cells.filter("is_pooled")["transactions"].sum()).alias("transactions_represented"),
            pl.lit(strata.height).alias("strata"),
            pl.lit(weighed.collapses.height).alias("collapses"),
            pl.lit(strata["has_excess"].sum()).alias("strata_with_excess"),
        )
        .select(pl.col(name).cast(dtype) for name, dtype in SUMMARY.items())
    )
