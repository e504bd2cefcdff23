"""Makes a typed frame of stored rows: the contract's columns, then the answer columns of the form version."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from analysis.frames import RESPONSES
from api.snapshots.queries import NUMBERS, TEXTS
from survey_forms.columns import answer_columns
from survey_forms.form import Form

ANSWER_TYPES: dict[str, type[pl.DataType]] = {
    "level": pl.Int8,
    "boolean": pl.Boolean,
    "option": pl.String,
    "number": pl.Float64,
    "date": pl.Date,
    "missing": pl.String,
}


def snapshot_schema(form: Form) -> dict[str, Any]:
    """Column → dtype of the snapshots of ``form``."""
    answers = {column.name: ANSWER_TYPES[column.kind] for column in answer_columns(form)}
    return {name: column.dtype for name, column in RESPONSES.items()} | answers


def type_rows(rows: Sequence[Any], form: Form) -> pl.DataFrame:
    """``rows`` of ``queries.read_rows`` by ``snapshot_schema``. Answers were checked at the door: a number out of
    range would silently be null here."""
    stored = pl.DataFrame(
        rows,
        schema=dict.fromkeys(TEXTS, pl.String) | dict.fromkeys(NUMBERS, pl.Int64),
        orient="row",
    )
    wanted = snapshot_schema(form)
    answers = {name: dtype for name, dtype in wanted.items() if name not in RESPONSES}
    # JSON knows no dates: they are read as text first.
    in_json = pl.Struct({name: pl.String if dtype == pl.Date else dtype for name, dtype in answers.items()})
    frame = stored.with_columns(
        response_id=_dashed(pl.col("id")),
        local_day=pl.col("local_day").str.to_date("%Y-%m-%d"),
        seconds=_seconds().cast(pl.Int32),
        is_clock_doubted=pl.col("is_clock_doubted").cast(pl.Boolean),
        is_demo=pl.col("is_demo").cast(pl.Boolean),
        is_assisted=pl.col("is_assisted").cast(pl.Boolean),
    ).select(*RESPONSES, "answers")
    if answers:
        frame = frame.with_columns(pl.col("answers").str.json_decode(in_json)).unnest("answers")
    else:
        frame = frame.drop("answers")
    dates = [name for name, dtype in answers.items() if dtype == pl.Date]
    return frame.with_columns(pl.col(name).str.to_date("%Y-%m-%d") for name in dates)


def _seconds() -> pl.Expr:
    took = pl.col("submitted") - pl.col("started")
    believable = (pl.col("is_clock_doubted") == 0) & took.is_between(0, 2**31 - 1)
    return pl.when(believable).then(took)


def _dashed(id: pl.Expr) -> pl.Expr:
    """SQLite keeps a UUID as 32 digits; PostgreSQL gives it with dashes."""
    return id.str.replace(r"^(.{8})(.{4})(.{4})(.{4})(.{12})$", "${1}-${2}-${3}-${4}-${5}")
