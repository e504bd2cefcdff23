"""Responses of a month with scores and weights, ready to be estimated from; METHODS 2."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from analysis.design import SurveyDesign
from analysis.indices.counted import count_uncounted, keep_counted
from analysis.indices.policy import IndexPolicy
from analysis.weighting.cells import NO_PROCEDURE, collapse_cells, count_cells
from analysis.weighting.diagnostics import SUMMARY, effective_size, kish_design_effect
from analysis.weighting.post_stratify import post_stratify_cells
from analysis.weighting.rake import MARGINS, rake

DESIGN = SurveyDesign(weight="weight", stratum="stratum", population="population")
NO_CORRECTION = 1e15  # a population so large that the finite-population correction is 1


@dataclass(frozen=True)
class Prepared:
    """``rows``: cell (its number), channel, scores (null: no answer), weight, stratum, population, is_pooled.
    ``cells``: the collapsed cells, each with its number ``cell`` (the row it stands in) and province ("" for
    unknown). ``summary`` has one row, ``margins`` one per raked level."""

    rows: pl.DataFrame
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
    responses: pl.LazyFrame,
    transactions: pl.DataFrame,
    units: pl.DataFrame,
    *,
    scores: Mapping[str, pl.Expr],
    policy: IndexPolicy,
) -> Prepared:
    """Count, collapse, weigh. ``transactions`` of one month. Rows without a unit, partial and excluded
    responses are counted and left out.

    METHODS 2.1-2.5, 10.5, 22.8.
    """
    completeness, responses = count_uncounted(responses), keep_counted(responses)
    provinces = units.select("unit", "province").unique("unit", keep="first")
    collapsed = collapse_cells(
        count_cells(responses, transactions, unit=policy.unit_role), provinces, minimum=policy.minimum_stratum
    )
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
        .join(placed.lazy(), on=["unit", "procedure"], how="inner", maintain_order="left")
        .drop("unit", "procedure")
    )
    rows, told, left_early = pl.collect_all([joined, facts, completeness], engine="streaming")
    told = pl.concat([told, left_early], how="horizontal")
    rows, margins = _rake(rows, policy)
    summary = _summarise(rows, cells, strata, told, collapsed.collapses.height)
    is_demo = bool(told["is_demo"].item() or (transactions["is_demo"].any() if transactions.height else False))
    return Prepared(rows, cells, strata.drop("number"), collapsed.collapses, summary, margins, is_demo)


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


def _summarise(
    rows: pl.DataFrame, cells: pl.DataFrame, strata: pl.DataFrame, told: pl.DataFrame, collapses: int
) -> pl.DataFrame:
    weights = rows.filter("is_pooled")["weight"]
    return (
        told.drop("is_demo")
        .select(
            "responses",
            pl.lit(weights.len()).alias("responses_pooled"),
            "responses_without_unit",
            pl.lit(cells["transactions"].sum()).alias("transactions"),
            pl.lit(cells.filter("is_pooled")["transactions"].sum()).alias("transactions_represented"),
            pl.lit(weights.min()).alias("weight_minimum"),
            pl.lit(weights.max()).alias("weight_maximum"),
            pl.lit(weights.mean()).alias("weight_mean"),
            pl.lit(kish_design_effect(weights)).alias("kish_design_effect"),
            pl.lit(effective_size(weights)).alias("n_effective"),
            "self_selected_share",
            "responses_partial",
            "responses_flagged",
            "responses_excluded",
            pl.lit(strata.height).alias("strata"),
            pl.lit(collapses).alias("collapses"),
            pl.lit(strata["has_excess"].sum()).alias("strata_with_excess"),
        )
        .select(pl.col(name).cast(dtype) for name, dtype in SUMMARY.items())
    )
