"""Writes released tables: CSV in UTF-8 with LF, JSON with the same rows; the same frame gives the same bytes."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from analysis.release.cells import guard_text

ROWS_AT_ONCE = 50_000


def write_csv(frame: pl.DataFrame, file: Path) -> None:
    """Write ``frame`` with a header; null is an empty cell, text is guarded against formulas. METHODS 8.3."""
    guard_text(frame).write_csv(file, line_terminator="\n")


def write_rows_json(frame: pl.DataFrame, meta: Mapping[str, Any], file: Path, *, told_once: Sequence[str]) -> None:
    """Write meta, columns, the different values of the columns ``told_once``, and the rows, one to a line.

    A row is an array in the order of ``columns``; in the columns ``told_once`` it has the place of its value in
    the list of that name, from 0, or null. Memory stays that of 50,000 rows. METHODS 8.1.
    """
    lists = {name: frame[name].drop_nulls().unique().sort() for name in told_once}
    head = {"meta": dict(meta), "columns": frame.columns} | {name: list(values) for name, values in lists.items()}
    with file.open("wb") as opened:
        told = b",\n".join(b"%s: %s" % (_compact(name), _compact(value)) for name, value in head.items())
        opened.write(b"{" + told + b',\n"rows": [')
        for number, piece in enumerate(frame.iter_slices(ROWS_AT_ONCE)):
            opened.write((b",\n" if number else b"\n") + _array_lines(piece, lists))
        opened.write(b"\n]}\n")


def _array_lines(piece: pl.DataFrame, lists: Mapping[str, pl.Series]) -> bytes:
    """The rows as JSON arrays: written as CSV, in which every text stands as JSON already."""
    written = []
    for column in piece.get_columns():
        if column.name in lists:
            values = lists[column.name]
            written.append(column.replace_strict(values, range(len(values)), return_dtype=pl.UInt32))
        elif column.dtype == pl.String:
            texts = column.drop_nulls().unique()
            in_json = [json.dumps(text, ensure_ascii=False) for text in texts]
            written.append(column.replace_strict(texts, in_json, return_dtype=pl.String))
        else:
            written.append(column)
    lines = pl.DataFrame(written).write_csv(
        include_header=False, quote_style="never", null_value="null", line_terminator="],\n["
    )
    return b"[" + lines.removesuffix(",\n[").encode()


def write_json(document: Mapping[str, Any], file: Path) -> None:
    """Write ``document`` to be read by people too: indented, letters as they are, keys in the given order.

    METHODS 8.1.
    """
    file.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _compact(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()
