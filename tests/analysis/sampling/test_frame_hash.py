"""The frame's hash against its definition written out row by row, on everything a column may hold."""

import datetime
import decimal
import hashlib
import json
import math
import unicodedata
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.sampling import hash_frame

ODD_TEXTS = ["", "é", "é", '"', "\\", "\n", "\t\x00\x1f\x7f", "Đà Nẵng", "😀", "\u2028", "null", "a,b", "[x]"]
ODD_NUMBERS = [0.0, -0.0, 1e20, 2.0**53, 2.0**53 + 2, 1e308, 1 / 3, math.nan, math.inf, -math.inf, 5e-324, 1e16]
NOON = datetime.datetime(2026, 11, 30, 12, tzinfo=datetime.UTC)
COLUMNS: dict[str, tuple[Any, list[Any]]] = {
    "text": (pl.String, ODD_TEXTS),
    "category é": (pl.Categorical, ["é", "x"]),
    "number": (pl.Float64, ODD_NUMBERS),
    "short": (pl.Float32, [0.1, 2.5, 3.0]),
    "whole": (pl.Float64, [1.0, -2.0, 0.0]),
    "integer": (pl.Int64, [0, -5, 2**62]),
    "decimal": (pl.Decimal(10, 2), [decimal.Decimal("1.50"), decimal.Decimal("2.00")]),
    "claim": (pl.Boolean, [True, False]),
    "day": (pl.Date, [datetime.date(2026, 1, 1), datetime.date(1, 1, 1)]),
    "instant": (pl.Datetime("us", "UTC"), [NOON, NOON.replace(microsecond=4)]),
    "hour": (pl.Time, [datetime.time(7, 30)]),
    "nothing": (pl.Null, []),
}


def write(value: Any) -> Any:
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, (float, decimal.Decimal)):
        exact = float(value)
        return int(exact) if exact.is_integer() else exact if math.isfinite(exact) else str(exact)
    return unicodedata.normalize("NFC", value if isinstance(value, str) else value.isoformat())


def hash_row_by_row(frame: pl.DataFrame) -> str:
    def encode(row: list[Any]) -> str:
        return json.dumps(row, ensure_ascii=False, separators=(",", ":"))

    names = sorted(frame.columns, key=lambda name: unicodedata.normalize("NFC", name))
    lines = sorted(encode([write(frame[name][at]) for name in names]) for at in range(frame.height))
    head = encode([unicodedata.normalize("NFC", name) for name in names])
    return hashlib.sha256("\n".join([head, *lines]).encode()).hexdigest()


rows = st.lists(st.tuples(*[st.sampled_from([None, *values]) for _, values in COLUMNS.values()]), max_size=9)


@settings(max_examples=150)
@given(rows)
def test_the_hash_is_what_its_definition_says(found):
    columns = {
        name: pl.Series([row[at] for row in found], dtype=dtype)
        for at, (name, (dtype, _)) in enumerate(COLUMNS.items())
    }
    frame = pl.DataFrame(columns)
    assert hash_frame(frame) == hash_row_by_row(frame)
    assert hash_frame(frame.reverse()) == hash_frame(frame)
    for name in COLUMNS:  # one odd value must not change how its neighbours are written
        assert hash_frame(frame.select(name)) == hash_row_by_row(frame.select(name))


@pytest.mark.parametrize("numbers", [[math.nan], [math.nan, None], [math.nan, 0.5], [math.nan] * 3 + [1.0]])
def test_what_is_no_number_has_its_name(numbers):
    frame = pl.DataFrame({"x": pl.Series(numbers, dtype=pl.Float64)})
    assert hash_frame(frame) == hash_row_by_row(frame)
    assert hash_frame(frame.cast(pl.Float32)) == hash_row_by_row(frame.cast(pl.Float32))


def test_a_frame_without_columns_has_a_hash():
    assert hash_frame(pl.DataFrame()) == hashlib.sha256(b"[]").hexdigest()
