import json
from pathlib import Path

import polars as pl
import pytest

from analysis.release import writing
from analysis.release.writing import write_rows_json
from tests.survey_forms.naughty import NAUGHTY

SCHEMA = {"unit": pl.String, "estimate": pl.Float64, "n": pl.Int64, "suppressed": pl.Boolean, "note": pl.String}


def read_rows(file: Path) -> list[tuple[object, ...]]:
    """The rows as they are meant: the words of ``note`` put back."""
    told = json.loads(file.read_text(encoding="utf-8"))
    assert told["columns"] == list(SCHEMA)
    return [(*row, None if note is None else told["note"][note]) for *row, note in told["rows"]]


@pytest.mark.parametrize("rows_at_once", [1, 2, 50_000])
def test_json_rows_are_those_of_the_frame(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows_at_once: int):
    monkeypatch.setattr(writing, "ROWS_AT_ONCE", rows_at_once)
    rows = [
        ("01", 83.943_700_000_000_01, 12, False, "b"),
        (None, None, None, True, None),
        ("02", 1e-12, 0, False, "a"),
        ("03", 100.0, 2**53, None, "b"),
    ]
    write_rows_json(pl.DataFrame(rows, SCHEMA, orient="row"), {}, tmp_path / "a.json", told_once=["note"])
    assert read_rows(tmp_path / "a.json") == rows


def test_what_is_told_once_stands_once(tmp_path: Path):
    rows = [("01", 1.0, 1, False, "a long note")] * 100
    write_rows_json(
        pl.DataFrame(rows, SCHEMA, orient="row"), {"month": "m"}, tmp_path / "a.json", told_once=["note"]
    )
    assert (tmp_path / "a.json").read_text().count("a long note") == 1


@pytest.mark.parametrize("text", NAUGHTY.values(), ids=NAUGHTY)
def test_odd_text_comes_back_whole(tmp_path: Path, text: str):
    rows = [(text, 1.0, 1, False, text)]
    write_rows_json(pl.DataFrame(rows, SCHEMA, orient="row"), {}, tmp_path / "a.json", told_once=["note"])
    assert read_rows(tmp_path / "a.json") == rows


def test_no_rows_are_valid_json(tmp_path: Path):
    write_rows_json(pl.DataFrame(schema=SCHEMA), {"month": "m"}, tmp_path / "a.json", told_once=["note"])
    assert json.loads((tmp_path / "a.json").read_text())["rows"] == []
