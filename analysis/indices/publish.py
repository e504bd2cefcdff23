"""From estimates to the published table: withheld figures blanked, names, notes, rounding; METHODS 6, 7, 10."""

from collections.abc import Sequence

import polars as pl

from analysis.frames import INDICES, check_frame
from analysis.indices.means import mean_of_units
from analysis.indices.measure import Figure, describe_measure
from analysis.indices.policy import IndexPolicy
from analysis.indices.prepare import Prepared
from analysis.indices.wording import (
    MEAN_OF_UNITS,
    PROVINCE,
    WITHHELD,
    describe_method,
    join_notes,
    note_all,
    note_everywhere,
    note_units,
)
from analysis.rounding import round_column
from survey_forms.form import Form

_BLANKED = (
    "n",
    "n_effective",
    "response_rate",
    "estimate",
    "standard_error",
    "low",
    "high",
    "df",
    "design_effect",
)
_ROUNDED = ("estimate", "low", "high")


def publish_indices(
    judged: pl.DataFrame,
    prepared: Prepared,
    form: Form,
    figures: Sequence[Figure],
    *,
    month: str,
    units: pl.DataFrame,
    procedures: pl.DataFrame,
    policy: IndexPolicy,
) -> pl.DataFrame:
    """The table ``frames.INDICES`` from the judged estimates of ``estimate_domains``. METHODS 6, 7.1, 10."""
    assert form.recipe is not None
    everywhere = note_everywhere(form, prepared)
    shown = _blank_withheld(judged.filter("is_published"), figures[0].key)
    shown = (
        shown.with_columns(describe_method(form.recipe, prepared, policy).alias("method"))
        .join(note_units(prepared), on="unit", how="left", maintain_order="left")
        .with_columns(
            pl.when(pl.col("suppressed"))
            .then(join_notes(everywhere, [WITHHELD]))
            .when(pl.col("kind") == "all")
            .then(join_notes(everywhere, note_all(prepared), pl.col("note")))
            .otherwise(join_notes(everywhere, pl.col("unit_note"), pl.col("note")))
            .alias("note"),
            pl.when(pl.col("kind") == "province").then("province").otherwise("unit").alias("unit"),
            pl.when(pl.col("kind") == "province").then(pl.lit(PROVINCE)).alias("aggregate"),
        )
    )
    parts = [shown, _mean_rows(shown, form, policy, everywhere), _silent_units(prepared, figures[0], form, policy)]
    columns = [name for name in (*INDICES, "kind", "figure") if not name.endswith(("_name", "_rounded"))]
    columns = [name for name in columns if name not in ("month", "form", "version", "level", "code", "confidence")]
    together = pl.concat(part.select(columns) for part in parts if part.height or part is shown)
    return _finish(together, form, figures, month=month, units=units, procedures=procedures, policy=policy)


def _blank_withheld(shown: pl.DataFrame, root: str) -> pl.DataFrame:
    """Null what is withheld, and the response rate of a domain whose top figure is."""
    domain = ["kind", "unit", "procedure", "channel", "province"]
    tops = shown.filter((pl.col("figure") == root) & pl.col("withheld").is_not_null()).select(
        *domain, pl.lit(True).alias("top_withheld")
    )
    rate = 100 * pl.col("responses") / pl.when(pl.col("transactions") > 0).then("transactions")
    shown = shown.join(tops, on=domain, how="left", nulls_equal=True, maintain_order="left").with_columns(
        pl.when(pl.col("top_withheld").is_null()).then(rate).alias("response_rate"),
        pl.col("withheld").is_not_null().alias("suppressed"),
    )
    return shown.with_columns(pl.when(~pl.col("suppressed")).then(name).alias(name) for name in _BLANKED)


def _mean_rows(shown: pl.DataFrame, form: Form, policy: IndexPolicy, everywhere: list[str]) -> pl.DataFrame:
    """The mean of the published units, beside the pooled figure of all; none of fewer than two units."""
    assert form.recipe is not None
    published = shown.filter((pl.col("kind") == "unit") & ~pl.col("suppressed"))
    means = mean_of_units(published, confidence=policy.confidence).filter(pl.col("units") > 1)
    return means.select(
        pl.lit("all").alias("kind"),
        "figure",
        *(pl.lit(None, pl.String).alias(key) for key in ("unit", "procedure", "channel")),
        "n",
        "n_effective",
        pl.lit(None, pl.Int64).alias("transactions"),
        pl.lit(None, pl.Float64).alias("response_rate"),
        "estimate",
        "standard_error",
        "low",
        "high",
        "df",
        pl.lit(None, pl.Float64).alias("design_effect"),
        pl.lit(
            f"mean of units: {describe_measure(form.recipe)}; every published unit counts the same; "
            f"wilson; t(df); {policy.confidence * 100:g} %"
        ).alias("method"),
        pl.lit(False).alias("suppressed"),
        join_notes(
            everywhere,
            pl.concat_str(
                pl.lit("trung bình "),
                pl.col("units"),
                pl.lit(" đơn vị được công bố / mean of "),
                pl.col("units"),
                pl.lit(" published units"),
            ),
        ).alias("note"),
        pl.lit(MEAN_OF_UNITS).alias("aggregate"),
    )


def _silent_units(prepared: Prepared, root: Figure, form: Form, policy: IndexPolicy) -> pl.DataFrame:
    """Units with transactions and no response at all: listed, n 0, no estimate."""
    assert form.recipe is not None
    silent = (
        prepared.cells.filter(pl.col("stratum").is_null())
        .group_by("unit", maintain_order=True)
        .agg(pl.col("transactions").sum())
    )
    return silent.select(
        pl.lit("unit").alias("kind"),
        pl.lit(root.key).alias("figure"),
        "unit",
        *(pl.lit(None, pl.String).alias(key) for key in ("procedure", "channel")),
        pl.lit(0, pl.Int64).alias("n"),
        pl.lit(0.0).alias("response_rate"),
        "transactions",
        *(
            pl.lit(None, pl.Float64).alias(name)
            for name in ("n_effective", "estimate", "standard_error", "low", "high", "df", "design_effect")
        ),
        pl.lit(f"{describe_measure(form.recipe)}; no responses").alias("method"),
        pl.lit(False).alias("suppressed"),
        pl.lit("không có phiếu trả lời, giao dịch không được đại diện / no responses, not represented").alias(
            "note"
        ),
        pl.lit(None, pl.String).alias("aggregate"),
    )


def _finish(
    together: pl.DataFrame,
    form: Form,
    figures: Sequence[Figure],
    *,
    month: str,
    units: pl.DataFrame,
    procedures: pl.DataFrame,
    policy: IndexPolicy,
) -> pl.DataFrame:
    named = pl.DataFrame(
        {
            "figure": [figure.key for figure in figures],
            "level": [figure.level for figure in figures],
            "code": [figure.code for figure in figures],
            "position": range(len(figures)),
        }
    )
    finished = (
        together.join(named, on="figure", how="left")
        .join(units.select("unit", "unit_name").unique("unit", keep="first"), on="unit", how="left")
        .join(
            procedures.select("procedure", "procedure_name").unique("procedure", keep="first"),
            on="procedure",
            how="left",
        )
        .with_columns(
            pl.lit(month).alias("month"),
            pl.lit(form.id).alias("form"),
            pl.lit(form.version).alias("version"),
            pl.lit(policy.confidence).alias("confidence"),
            *(round_column(name).alias(f"{name}_rounded") for name in _ROUNDED),
        )
        .sort(
            "position",
            pl.col("kind").replace_strict(_ORDER, return_dtype=pl.Int8),
            "unit",
            "procedure",
            "channel",
            pl.col("aggregate").eq_missing(pl.lit(MEAN_OF_UNITS)),
        )
        .select(pl.col(name).cast(column.dtype) for name, column in INDICES.items())
    )
    check_frame(finished, INDICES, "indices")
    return finished


_ORDER = {"all": 0, "province": 1, "unit": 2, "procedure": 3, "unit_procedure": 4, "channel": 5}
