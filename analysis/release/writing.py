"""Writes released tables: CSV in UTF-8 with LF, JSON with the same rows; the same frame gives the same bytes."""

import json
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl

from analysis.release.cells import guard_text

ROWS_AT_ONCE = 50_000


def write_csv(frame: pl.DataFrame, file: Path) -> None:
    """Write ``frame`` with a header; null is an empty cell, text is guarded against formulas. METHODS 8.3."""
    guard_text(frame).write_csv(file, line_terminator="\n")


def write_rows_json(frame: pl.DataFrame, meta: Mapping[str, Any], file: Path) -> None:
    """Write ``{"meta": …, "rows": […]}``, one row per line; memory stays that of 50,000 rows. METHODS 8.1."""
    with file.open("wb") as opened:
        opened.write(b'{"meta": ' + _compact(meta) + b',\n"rows": [')
        for number, piece in enumerate(frame.iter_slices(ROWS_AT_ONCE)):
            lines = BytesIO()
            piece.write_ndjson(lines)
            opened.write((b",\n" if number else b"\n") + lines.getvalue().rstrip(b"\n").replace(b"\n", b",\n"))
        opened.write(b"\n]}\n")


def write_json(document: Mapping[str, Any], file: Path) -> None:
    """Write ``document`` to be read by people too: indented, letters as they are, keys in the given order.

    METHODS 8.1.
    """
    file.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _compact(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()
