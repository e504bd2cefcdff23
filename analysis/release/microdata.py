"""The responses as they are released: no text, time or id; masked, weighed, in an order that tells nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from analysis.disclosure import mask_microdata
from analysis.indices.counted import keep_counted
from analysis.indices.policy import IndexPolicy
from analysis.release.ordering import sort_by_all
from analysis.weighting.cells import NO_PROCEDURE, collapse_cells, count_cells
from analysis.weighting.post_stratify import post_stratify_cells
from survey_forms.columns import AnswerColumn, answer_columns
from survey_forms.form import Form

# Gender, age, occupation, size of the enterprise: with a unit and a procedure they can name a person.
SECTIONS_ABOUT_THE_RESPONDENT = frozenset({"respondent", "enterprise"})
RELEASED_KINDS = frozenset({"level", "boolean"})

FIXED_COLUMNS = (
    "month",
    "form",
    "version",
    "unit",
    "procedure",
    "channel",
    "selection",
    "weight",
    "stratum",
    "is_demo",
)
STRATA: dict[str, Any] = {
    "form": pl.String,
    "version": pl.String,
    "stratum": pl.String,
    "transactions": pl.Int64,
    "n": pl.Int64,
    "weight": pl.Float64,
    "suppressed": pl.Boolean,
}


@dataclass(frozen=True)
class ReleasedResponses:
    """``rows``: FIXED_COLUMNS and answers, sorted by all of them; ``strata``: STRATA; ``masked``: nulls added."""

    rows: pl.DataFrame
    strata: pl.DataFrame
    masked: Mapping[str, int]


def released_answers(form: Form) -> list[AnswerColumn]:
    """The answer columns of ``form`` that may leave: levels and ticks, and why a level is missing.

    Single choices, numbers and dates stay inside, and so do questions about the respondent (``about_person`` in
    the form's file, or in a section named in SECTIONS_ABOUT_THE_RESPONDENT): together with unit and procedure
    they can tell who answered. Silently too much when a form asks about the person and says neither;
    ``hailong check-form`` shows its author which columns are released. METHODS 7.6.
    """
    about = {
        question.id
        for section in form.sections
        for question in section.questions
        if section.id in SECTIONS_ABOUT_THE_RESPONDENT or question.is_about_person
    }
    columns = [column for column in answer_columns(form) if column.question not in about]
    kept = {column.name for column in columns if column.kind in RELEASED_KINDS}
    return [column for column in columns if column.name.removesuffix("#missing") in kept]


def release_responses(
    responses: pl.LazyFrame,
    form: Form,
    *,
    indices: pl.DataFrame | None,
    transactions: pl.DataFrame,
    units: pl.DataFrame,
    policy: IndexPolicy,
    prefix: str,
) -> ReleasedResponses:
    """The responses of one form version and month as they may be read by anybody.

    Parameters
    ----------
    responses
        ``frames.RESPONSES`` and the answer columns of ``form``.
    indices
        Those computed from these responses, with what is withheld; None for a form without an index.
    transactions, units
        By their contracts, of that month.
    prefix
        Goes before the name of every answer column.

    Returns
    -------
    ReleasedResponses
        One row for each of ``responses`` that counts. ``weight`` (before raking, METHODS 2.3) and
        ``stratum`` are null in every stratum that holds a row without unit or procedure: with the transactions a
        weight gives the count.

    References
    ----------
    METHODS 7.5, 7.6, 10.5, 22.8.
    """
    responses = keep_counted(responses)
    answers = [column.name for column in released_answers(form)]
    role = policy.unit_role
    strata = _weigh(responses, transactions, units, policy)
    weighed = _place(responses, strata, role)
    masked = weighed if indices is None else mask_microdata(weighed, indices, form, unit_role=role)
    rows = masked.select(
        "month",
        pl.lit(form.id).alias("form"),
        pl.lit(form.version).alias("version"),
        pl.col(role).alias("unit"),
        "procedure",
        "channel",
        # A rare way of being selected would tell the channel that is withheld.
        pl.when(pl.col("channel").is_not_null()).then(pl.col("selection")).alias("selection"),
        "weight",
        "stratum",
        "is_demo",
        *answers,
    ).collect(engine="streaming")
    table = _mark_telling(strata.table, rows)
    rows = _close(rows, table).rename({name: prefix + name for name in answers})
    shown = pl.col("suppressed").not_()
    released_strata = table.select(
        pl.lit(form.id).alias("form"),
        pl.lit(form.version).alias("version"),
        "stratum",
        "transactions",
        pl.when(shown).then("n").alias("n"),
        pl.when(shown).then("weight").alias("weight"),
        "suppressed",
    ).select(pl.col(name).cast(dtype) for name, dtype in STRATA.items())
    in_order = sort_by_all(rows).with_columns(pl.col("unit", "procedure", "stratum").cast(pl.String))
    return ReleasedResponses(in_order, released_strata, _count_masked(responses, rows, role))


@dataclass(frozen=True)
class _Strata:
    """The codes are Enums, their words in order: numbers are quicker to join and to sort than a million words."""

    cells: pl.DataFrame  # unit, procedure, stratum
    table: pl.DataFrame  # stratum, n, transactions, weight, is_counted


def _weigh(
    responses: pl.LazyFrame, transactions: pl.DataFrame, units: pl.DataFrame, policy: IndexPolicy
) -> _Strata:
    provinces = units.select("unit", "province").unique("unit", keep="first", maintain_order=True)
    cells = collapse_cells(
        count_cells(responses, transactions, unit=policy.unit_role), provinces, minimum=policy.minimum_stratum
    ).cells
    table = post_stratify_cells(cells).select(
        "stratum", "n", "transactions", "weight", is_counted=pl.col("transactions") > 0
    )
    codes = {name: pl.Enum(cells[name].drop_nulls().unique().sort()) for name in ("unit", "procedure", "stratum")}
    return _Strata(
        cells.select(pl.col(name).cast(code) for name, code in codes.items()),
        table.with_columns(pl.col("stratum").cast(codes["stratum"])),
    )


def _place(responses: pl.LazyFrame, strata: _Strata, role: str) -> pl.LazyFrame:
    cells = strata.cells.join(
        strata.table.select("stratum", "weight"), on="stratum", how="left", maintain_order="left"
    )
    unit, procedure = cells.schema["unit"], cells.schema["procedure"]
    keyed = responses.with_columns(
        pl.col(role).cast(unit),
        pl.col("procedure").cast(procedure),
        pl.col("procedure").fill_null(NO_PROCEDURE).cast(procedure).alias(" procedure"),
    )
    return keyed.join(cells.lazy(), left_on=[role, " procedure"], right_on=["unit", "procedure"], how="left").drop(
        " procedure"
    )


def _mark_telling(strata: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """``strata`` with ``suppressed``: those whose count would tell how many responses are withheld somewhere."""
    holes = (
        rows.lazy()
        .group_by("stratum")
        .agg(pl.col("unit").null_count().alias("units"), pl.col("procedure").null_count().alias("procedures"))
    )
    return (
        strata.lazy()
        .join(holes, on="stratum", how="left", maintain_order="left")
        .with_columns(suppressed=(pl.col("units") > 0) | (pl.col("is_counted") & (pl.col("procedures") > 0)))
        .drop("units", "procedures")
        .collect()
    )


def _close(rows: pl.DataFrame, strata: pl.DataFrame) -> pl.DataFrame:
    """Null weight and stratum where a weight would tell a count, and the stratum where it would tell the unit."""
    closed = strata.filter("suppressed")["stratum"].implode()
    counted = strata.filter("suppressed", "is_counted")["stratum"].implode()
    return rows.with_columns(
        pl.when(~pl.col("stratum").is_in(counted)).then("weight").alias("weight"),
        pl.when(~pl.col("stratum").is_in(closed)).then("stratum").alias("stratum"),
    )


def _count_masked(responses: pl.LazyFrame, rows: pl.DataFrame, role: str) -> dict[str, int]:
    before = responses.select(pl.col(role, "procedure", "channel").null_count()).collect().row(0)
    names = ("unit", "procedure", "channel")
    masked = {f"responses_{name}": rows[name].null_count() - had for name, had in zip(names, before, strict=True)}
    return masked | {"responses_weight": rows["weight"].null_count()}
