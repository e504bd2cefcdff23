"""XLSX and Parquet: values as text, and no cell that silently reads as empty."""

from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

from api.errors import FileUnusable
from api.tabular import open_table
from tests.workbooks import day, error, formula, number, text, write_workbook

HEADER = {"A": text("code"), "B": text("value")}


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        pytest.param(number(4), "4", id="whole number"),
        pytest.param(number("4.0"), "4", id="whole number kept as a float"),
        pytest.param(number(4.5), "4.5", id="fraction"),
        pytest.param(number("12345678901"), "12345678901", id="long number"),
        pytest.param(text("00004"), "00004", id="leading zeros kept in text"),
        pytest.param(text("  Huế "), "Huế", id="blanks"),
        pytest.param(day(46300), "2026-10-05", id="date"),
        pytest.param(day(46300.5), "2026-10-05 12:00:00", id="date and time"),
        pytest.param(formula("2+2", "4"), "4", id="formula with its value"),
        pytest.param('t="str"' + formula('IF(A1="","","x")', ""), "", id="formula that gives an empty text"),
    ],
)
def test_a_cell_reads_as_its_text(tmp_path: Path, cell: str, read: str):
    path = write_workbook(tmp_path / "a.xlsx", {1: HEADER, 2: {"A": text("x"), "B": cell}})
    assert [row.values["value"] for row in open_table(path, required=("code", "value")).rows] == [read]


def test_cells_that_would_read_as_empty_are_named(tmp_path: Path):
    rows = {
        1: HEADER,
        2: {"A": text("x"), "B": formula("A1", None)},
        3: {"A": text("x"), "B": formula("A1", "")},  # as libraries write a formula they cannot calculate
        7: {"A": text("y"), "B": error("#N/A")},
    }
    with pytest.raises(FileUnusable) as caught:
        open_table(write_workbook(tmp_path / "a.xlsx", rows), required=("code",))
    assert caught.value.problems == [
        {"cell": "B2", "code": "formula_without_value"},
        {"cell": "B3", "code": "formula_without_value"},
        {"cell": "B7", "code": "error_value"},
    ]


def test_row_numbers_count_the_empty_rows_above(tmp_path: Path):
    rows = {3: HEADER, 4: {"A": text("x"), "B": number(1)}, 9: {"A": text("y"), "B": number(2)}}
    table = open_table(write_workbook(tmp_path / "a.xlsx", rows), required=("code",))
    assert [row.number for row in table.rows] == [4, 9]


def test_a_sheet_is_asked_for_by_name(tmp_path: Path):
    path = write_workbook(tmp_path / "a.xlsx", {1: HEADER, 2: {"A": text("x"), "B": number(1)}}, sheet="Quý III")
    assert len(list(open_table(path, required=("code",), sheet="Quý III").rows)) == 1
    with pytest.raises(FileUnusable, match="Quý III"):
        open_table(path, required=("code",), sheet="Quý IV")


def test_a_broken_workbook_is_unusable(tmp_path: Path):
    (tmp_path / "a.xlsx").write_bytes(b"PK\x03\x04 broken")
    with pytest.raises(FileUnusable) as caught:
        open_table(tmp_path / "a.xlsx", required=("code",))
    assert caught.value.code == "workbook_broken"


def test_parquet_reads_as_the_same_text(tmp_path: Path):
    frame = pl.DataFrame(
        {
            "code": ["00004", None],
            "level": [4, None],
            "share": [4.0, float("nan")],
            "part": [0.25, 0.5],
            "on": [date(2026, 10, 5), None],
            "at": [datetime(2026, 10, 5, 9, 30), None],  # noqa: DTZ001
            "yes": [True, False],
        }
    )
    frame.write_parquet(tmp_path / "a.parquet")
    first, second = (dict(row.values) for row in open_table(tmp_path / "a.parquet", required=("code",)).rows)
    assert first == {
        "code": "00004", "level": "4", "share": "4", "part": "0.25", "on": "2026-10-05",
        "at": "2026-10-05T09:30:00.000000", "yes": "true",
    }  # fmt: skip
    assert second["share"] == second["level"] == ""


@pytest.mark.parametrize("content", [b"no parquet", b""])
def test_a_broken_parquet_is_unusable(tmp_path: Path, content: bytes):
    (tmp_path / "a.parquet").write_bytes(content)
    with pytest.raises(FileUnusable):
        open_table(tmp_path / "a.parquet", required=("code",))
