"""What differs between one revision of a released month and the next."""

import polars as pl

KEY = ["form", "version", "aggregate", "level", "code", "unit", "procedure", "channel"]
FIGURES = [
    "n",
    "n_effective",
    "transactions",
    "response_rate",
    "estimate",
    "standard_error",
    "low",
    "high",
    "confidence",
    "df",
    "design_effect",
    "method",
    "suppressed",
    "note",
]
CHANGES = {
    "table": pl.String,
    "change": pl.String,
    **dict.fromkeys(KEY, pl.String),
    "columns": pl.String,
    "n_before": pl.Int64,
    "n_after": pl.Int64,
    "estimate_before": pl.Float64,
    "estimate_after": pl.Float64,
}


def list_changes(
    before: pl.DataFrame, after: pl.DataFrame, rows_before: dict[str, int], rows_after: dict[str, int]
) -> pl.DataFrame:
    """Every index whose figures differ between two revisions, and every table whose number of rows does.

    Parameters
    ----------
    before, after
        Indices by ``frames.INDICES``; one row per form, version, aggregate, level, code, unit, procedure and
        channel.
    rows_before, rows_after
        Table name → number of rows.

    Returns
    -------
    DataFrame
        Columns CHANGES, sorted; ``columns`` names what differs, separated by blanks. A suppressed figure shows
        as empty here too, so nothing withheld comes out by subtraction of two revisions.

    References
    ----------
    METHODS 8.4.
    """
    old, new = (_keyed(frame) for frame in (before, after))
    paired = new.join(old, on=KEY, how="full", coalesce=True, suffix="_before", nulls_equal=True)
    differs = [
        pl.when(pl.col(name).ne_missing(pl.col(f"{name}_before"))).then(pl.lit(name)).alias(f"{name}_differs")
        for name in FIGURES
    ]
    change = (
        pl.when(pl.col("there_before").is_null())
        .then(pl.lit("added"))
        .when(pl.col("there").is_null())
        .then(pl.lit("removed"))
        .otherwise(pl.lit("changed"))
    )
    changed = (
        paired.with_columns(differs)
        .with_columns(
            pl.lit("indices").alias("table"),
            change.alias("change"),
            pl.concat_str([f"{name}_differs" for name in FIGURES], separator=" ", ignore_nulls=True).alias(
                "columns"
            ),
        )
        .filter((pl.col("columns") != "") | (pl.col("change") != "changed"))
        .rename({"n": "n_after", "estimate": "estimate_after"})
        .select(pl.col(name).cast(dtype) for name, dtype in CHANGES.items())
        .sort(*KEY, nulls_last=False)
    )
    return pl.concat([_row_counts(rows_before, rows_after), changed])


def _keyed(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(*KEY, *FIGURES, there=pl.lit(True))


def _row_counts(before: dict[str, int], after: dict[str, int]) -> pl.DataFrame:
    names = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    given = {
        "table": names,
        "change": ["changed"] * len(names),
        "columns": ["rows"] * len(names),
        "n_before": [before.get(name) for name in names],
        "n_after": [after.get(name) for name in names],
    }
    absent = {name: [None] * len(names) for name in CHANGES if name not in given}
    return pl.DataFrame(given | absent, schema_overrides=CHANGES).select(list(CHANGES))
