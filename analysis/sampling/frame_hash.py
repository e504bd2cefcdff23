"""sha256 of what a sampling frame says: not of its bytes, its row order, or the order of its columns."""

import hashlib
import json
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date, datetime, time

import polars as pl

from analysis.errors import SelectionError

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


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
    for line in sorted(read_rows(frame, columns)):
        digest.update(b"\n" + line.encode())
    return digest.hexdigest()


def read_rows(frame: pl.DataFrame, columns: Sequence[str]) -> list[str]:
    """One line of canonical JSON for each row, columns in the order named. METHODS 12.5."""
    odd = [
        f"column {name!r} is {frame.schema[name]} ({frame.height} rows)"
        for name in columns
        if not _is_plain(frame.schema[name])
    ]
    if odd:
        raise SelectionError(odd, "Drop or cast them: a frame holds text, numbers, Booleans, dates and times.")
    plain = [_canonical(frame[name]) for name in columns]
    return [_json(row) for row in zip(*plain, strict=True)]


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


def _canonical(column: pl.Series) -> list[object]:
    if column.dtype in (pl.Categorical, pl.Enum):
        column = column.cast(pl.String)
    if column.dtype == pl.Null or column.dtype == pl.Boolean or column.dtype.is_integer():
        return column.to_list()
    write: Callable[[object], object] = _number if column.dtype.is_numeric() else _text
    return [None if value is None else write(value) for value in column]


def _number(value: object) -> object:
    exact = float(value)  # type: ignore[arg-type]
    # 5.0 and 5 are one number; NaN and infinities have no JSON, their names do.
    return int(exact) if exact.is_integer() else exact if exact - exact == 0 else str(exact)


def _text(value: object) -> str:
    written = value.isoformat() if isinstance(value, (date, datetime, time)) else str(value)
    return unicodedata.normalize("NFC", written)


def _json(value: object) -> str:
    return _ENCODER.encode(value)
