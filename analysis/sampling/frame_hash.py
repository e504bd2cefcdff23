"""sha256 of what a sampling frame says: not of its bytes, its row order, or the order of its columns."""

import hashlib
import json
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date, datetime, time

import polars as pl

from analysis.errors import SelectionError

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
CHUNK = 500_000  # lines hashed at once
WHOLE = 2.0**53  # above it floats have gaps and are written one by one
ESCAPED = r'[\x00-\x1f"\\]'  # what JSON writes otherwise than it is


def hash_frame(frame: pl.DataFrame) -> str:
    """sha256 (64 hex digits) of the content of ``frame``.

    Parameters
    ----------
    frame
        Any number of rows; columns of text, numbers, Booleans, dates, times; nulls are content like others.

    Returns
    -------
    str
        The same for the same rows in any order, columns in any order, text in NFC or NFD, whole numbers
        stored as integers or floats, enums and categories or text. Every other change, in any column, gives
        another hash: leave out of the frame what may be corrected later (phone numbers).

    Raises
    ------
    SelectionError
        If a column is of a type whose text is not the same everywhere (lists, structs, bytes).

    References
    ----------
    METHODS 12.5.

    Examples
    --------
    >>> frame = pl.DataFrame({"unit": ["A", "B"], "size": [1.0, 2.0]})
    >>> hash_frame(frame) == hash_frame(pl.DataFrame({"size": [2, 1], "unit": ["B", "A"]}))
    True
    """
    columns = sorted(frame.columns, key=lambda name: unicodedata.normalize("NFC", name))
    digest = hashlib.sha256(_json([unicodedata.normalize("NFC", name) for name in columns]).encode())
    lines = _write_rows(frame, columns).sort()  # by bytes, which is the order of code points
    for first in range(0, len(lines), CHUNK):
        digest.update(b"\n" + "\n".join(lines[first : first + CHUNK].to_list()).encode())
    return digest.hexdigest()


def read_rows(frame: pl.DataFrame, columns: Sequence[str]) -> list[str]:
    """One line of canonical JSON for each row, columns in the order named. METHODS 12.5."""
    return _write_rows(frame, columns).to_list()


def _write_rows(frame: pl.DataFrame, columns: Sequence[str]) -> pl.Series:
    odd = [
        f"column {name!r} is {frame.schema[name]} ({frame.height} rows)"
        for name in columns
        if not _is_plain(frame.schema[name])
    ]
    if odd:
        raise SelectionError(odd, "Drop or cast them: a frame holds text, numbers, Booleans, dates and times.")
    if not columns:
        return pl.Series(dtype=pl.String)
    written = pl.DataFrame([_write(frame[name]).alias(str(at)) for at, name in enumerate(columns)])
    return written.select(pl.format("[{}]", pl.concat_str(pl.all(), separator=","))).to_series()


def _is_plain(dtype: pl.DataType) -> bool:
    return dtype.is_numeric() or dtype in (
        pl.String,
        pl.Boolean,
        pl.Date,
        pl.Datetime,
        pl.Time,
        pl.Categorical,
        pl.Enum,
        pl.Null,
    )


def _write(column: pl.Series) -> pl.Series:
    """Every value as JSON. Whole columns where that says the same, else one distinct value after another."""
    if column.dtype in (pl.Categorical, pl.Enum):
        column = column.cast(pl.String)
    if (
        column.dtype.is_float()
        and (column.is_null() | ((column == column.floor()) & (column.abs() < WHOLE))).all()
    ):
        column = column.cast(pl.Int64)  # 5.0 and 5 are one number
    if column.dtype == pl.Null or column.dtype == pl.Boolean or column.dtype.is_integer():
        return column.cast(pl.String).fill_null("null")
    if column.dtype == pl.String:
        text = column.str.normalize("NFC")
        if not text.str.contains(ESCAPED).any():
            return text.to_frame("text").select(pl.format('"{}"', "text")).to_series().fill_null("null")
        column = text
    return _write_each(column)


def _write_each(column: pl.Series) -> pl.Series:
    write: Callable[[object], object] = _number if column.dtype.is_numeric() else _text
    if column.dtype.is_float():
        column = column + 0.0  # -0.0 is 0.0
    distinct = column.unique().alias("value")
    texts = [_json(None if value is None else write(value)) for value in distinct]
    known = distinct.to_frame().with_columns(pl.Series("text", texts, dtype=pl.String))
    found = column.to_frame("value").join(known, on="value", how="left", nulls_equal=True, maintain_order="left")
    # What is no number equals itself in some joins of Polars and not in others.
    is_none = pl.col("value").is_nan() if column.dtype.is_float() else pl.lit(value=False)
    return found.select(pl.when(is_none).then(pl.lit('"nan"')).otherwise("text")).to_series()


def _number(value: object) -> object:
    exact = float(value)  # type: ignore[arg-type]
    # 5.0 and 5 are one number; NaN and infinities have no JSON, their names do.
    return int(exact) if exact.is_integer() else exact if exact - exact == 0 else str(exact)


def _text(value: object) -> str:
    written = value.isoformat() if isinstance(value, (date, datetime, time)) else str(value)
    return unicodedata.normalize("NFC", written)


def _json(value: object) -> str:
    return _ENCODER.encode(value)
