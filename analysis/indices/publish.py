"""From estimates to the published table: withheld figures blanked, names, notes, rounding; METHODS 6, 7, 10."""

from collections.abc import Sequence

import polars as pl

from analysis.estimation.pooled_limits import pool_limits
from analysis.frames import INDICES, check_frame
from analysis.indices.means import mean_of_units
from analysis.indices.measure import Figure
from analysis.indices.policy import IndexPolicy
from analysis.indices.prepare import Prepared
from analysis.indices.wording import (
    MEAN_OF_UNITS,
    PROVINCE,
    SILENT,
    WITHHELD,
    describe_means,
    describe_method,
    describe_silence,
    describe_withheld,
    join_notes,
    note_all,
    note_everywhere,
    note_means,
    note_units,
)
from analysis.rounding import round_column
from survey_forms.form import Form

_ROUNDED = ("estimate", "low", "high")


def publish_indices(
    told: pl.DataFrame,
    estimates: pl.DataFrame,
    domains: pl.DataFrame,
    prepared: Prepared,
    form: Form,
    figures: Sequence[Figure],
    *,
    month: str,
    units: pl.DataFrame,
    procedures: pl.DataFrame,
    policy: IndexPolicy,
) -> pl.DataFrame:
    """The table ``frames.INDICES``: the rows of ``tell.tell_figures`` with names, words and their ``estimates``.

    METHODS 6, 7.1, 10.
    """
    assert form.recipe is not None
    places = _describe(domains, prepared, units, procedures)
    rows = pl.concat([told, places[told["domain"]]], how="horizontal")
    everywhere = note_everywhere(form, prepared)
    is_silent = (pl.col("kind") == "unit") & (pl.col("responses") == 0)
    estimated = _add_estimates(rows.filter(~pl.col("suppressed") & ~is_silent), estimates, figures)
    shown = _pool(estimated, figures, policy).with_columns(
        describe_method(form.recipe, prepared, policy).alias("method"),
        pl.when(pl.col("kind") == "all")
        .then(join_notes(everywhere, note_all(prepared), pl.col("note")))
        .otherwise(join_notes(everywhere, pl.col("unit_note"), pl.col("note")))
        .alias("note"),
        *(round_column(name).alias(f"{name}_rounded") for name in _ROUNDED),
    )
    silent = rows.filter(is_silent).with_columns(
        pl.lit(describe_silence(form.recipe)).alias("method"), join_notes(everywhere, [SILENT]).alias("note")
    )
    withheld = rows.filter("suppressed").with_columns(
        pl.lit(None, pl.Int64).alias("n"),
        pl.lit(describe_withheld(form.recipe, prepared, policy)).alias("method"),
        join_notes(everywhere, [WITHHELD]).alias("note"),
    )
    means = _mean_rows(shown, form, policy, everywhere)
    ordered = pl.concat([shown, withheld, silent, means], how="diagonal").sort(
        "position", "domain", pl.col("aggregate").eq_missing(pl.lit(MEAN_OF_UNITS))
    )
    named = ordered.with_columns(
        pl.Series("level", [figure.level for figure in figures]).gather(ordered["position"]),
        pl.Series("code", [figure.code for figure in figures]).gather(ordered["position"]),
        pl.lit(month).alias("month"),
        pl.lit(form.id).alias("form"),
        pl.lit(form.version).alias("version"),
        pl.lit(policy.confidence).alias("confidence"),
        pl.when(~pl.col("suppressed") & ~pl.col("top_suppressed")).then("response_rate").alias("response_rate"),
    )
    finished = named.select(pl.col(name).cast(column.dtype) for name, column in INDICES.items())
    check_frame(finished, INDICES, "indices")
    return finished


def _describe(
    domains: pl.DataFrame, prepared: Prepared, units: pl.DataFrame, procedures: pl.DataFrame
) -> pl.DataFrame:
    """What every row of a domain says, in the order of the domains."""
    unit_names = units.select("unit", "unit_name").unique("unit", keep="first")
    procedure_names = procedures.select("procedure", "procedure_name").unique("procedure", keep="first")
    is_province = pl.col("kind") == "province"
    return (
        domains.select(
            "kind",
            "channel",
            "procedure",
            "transactions",
            "responses",
            (100 * pl.col("responses") / pl.when(pl.col("transactions") > 0).then("transactions")).alias(
                "response_rate"
            ),
            pl.when(is_province).then("province").otherwise("unit").alias("unit"),
            pl.when(is_province).then(pl.lit(PROVINCE)).alias("aggregate"),
        )
        .join(note_units(prepared), on="unit", how="left", maintain_order="left")
        .with_columns(pl.when(pl.col("aggregate").is_null()).then("unit_note").alias("unit_note"))
        .join(unit_names, on="unit", how="left", maintain_order="left")
        .join(procedure_names, on="procedure", how="left", maintain_order="left")
    )


def _add_estimates(rows: pl.DataFrame, estimates: pl.DataFrame, figures: Sequence[Figure]) -> pl.DataFrame:
    positions = {figure.key: position for position, figure in enumerate(figures)}
    placed = estimates.drop("n", "sum_weights", "confidence").with_columns(
        pl.col("figure").replace_strict(positions, return_dtype=pl.Int32).alias("position")
    )
    return rows.join(placed.drop("figure"), on=["position", "domain"], how="left", maintain_order="left")


def _pool(shown: pl.DataFrame, figures: Sequence[Figure], policy: IndexPolicy) -> pl.DataFrame:
    """Limits of composites by the design effects of all published domains of their kind."""
    if not policy.is_pooled:
        return shown
    composites = [position for position, figure in enumerate(figures) if figure.is_composite]
    is_composite = pl.col("position").is_in(composites)
    pooled = pool_limits(
        shown.filter(is_composite).with_columns(pl.lit(policy.confidence).alias("confidence")),
        over=["position", "kind"],
    )
    return pl.concat([pooled.drop("confidence"), shown.filter(~is_composite)])


def _mean_rows(shown: pl.DataFrame, form: Form, policy: IndexPolicy, everywhere: list[str]) -> pl.DataFrame:
    """The mean of the published units, beside the pooled figure of all; none of fewer than two units."""
    assert form.recipe is not None
    means = mean_of_units(shown.filter(pl.col("kind") == "unit"), confidence=policy.confidence)
    return means.filter(pl.col("units") > 1).select(
        "position",
        pl.lit(0, pl.UInt32).alias("domain"),  # that of all, which comes first
        "n",
        "n_effective",
        "estimate",
        "standard_error",
        "low",
        "high",
        "df",
        *(round_column(name).alias(f"{name}_rounded") for name in _ROUNDED),
        pl.lit(False).alias("suppressed"),
        pl.lit(MEAN_OF_UNITS).alias("aggregate"),
        pl.lit(describe_means(form.recipe, policy)).alias("method"),
        join_notes(everywhere, note_means()).alias("note"),
    )
