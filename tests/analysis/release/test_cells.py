from pathlib import Path

import polars as pl
import pytest

from analysis.release.cells import guard_text, unguard_text
from analysis.release.reading import read_table
from analysis.release.writing import write_csv


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(start: str):
    frame = pl.DataFrame({"name": [f"{start}1+1", "Xã 1", None]})
    assert guard_text(frame)["name"].to_list() == [f"'{start}1+1", "Xã 1", None]


def test_numbers_are_not_touched():
    frame = pl.DataFrame({"low": [-1.5, 2.0], "n": [-3, 4]})
    assert guard_text(frame).equals(frame)


@pytest.mark.parametrize("text", ["=A1", "'=A1", "''=A1", "'plain", "plain", "a=b", ""])
def test_what_is_guarded_is_read_again_as_it_was(text: str):
    frame = pl.DataFrame({"name": [text, "="]})
    assert unguard_text(guard_text(frame)).equals(frame)


def test_csv_is_utf8_with_lf_and_null_is_an_empty_cell(tmp_path: Path):
    frame = pl.DataFrame({"tên": ["Xã Đắk Ơ", None, 'a,"b"\nc 😀'], "n": [1, None, -2]})
    write_csv(frame, tmp_path / "a.csv")
    raw = (tmp_path / "a.csv").read_bytes()
    assert raw == 'tên,n\nXã Đắk Ơ,1\n,\n"a,""b""\nc 😀",-2\n'.encode()
    assert read_table(tmp_path / "a.csv", {"tên": pl.String, "n": pl.Int64}).equals(frame)
