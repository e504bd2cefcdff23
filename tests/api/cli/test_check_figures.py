"""``hailong check-figures``: what a reader of a report sees, and the exit code."""

import sys
from pathlib import Path

import pytest

from api.cli.main import main

DEPARTMENTS = """figure;value;rule;part_of;count;low;high
mean;{mean};mean;;;;
above 90;;;mean;8;90;100
last;84,91;;mean;1;;
others;;;mean;3;84,91;90
"""


def run(text: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    file = folder / "figures.csv"
    file.write_text(text, "utf-8")
    monkeypatch.setattr(sys, "argv", ["hailong", "check-figures", str(file)])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_a_mean_that_cannot_be_is_told_and_ends_with_3(tmp_path, monkeypatch, capsys):
    assert run(DEPARTMENTS.format(mean="85,08"), tmp_path, monkeypatch) == 3
    shown = capsys.readouterr().out
    assert "không thể đúng / impossible: mean" in shown
    assert "in là 85,08" in shown
    assert "printed as 85.08" in shown
    assert "4 số, 1 điều cần xem / 4 figures, 1 findings" in shown


def test_figures_that_agree_end_with_0(tmp_path, monkeypatch, capsys):
    assert run(DEPARTMENTS.format(mean="89,08"), tmp_path, monkeypatch) == 0
    assert "4 figures, 0 findings" in capsys.readouterr().out


def test_all_that_cannot_be_read_is_told_at_once(tmp_path, monkeypatch, capsys):
    text = "figure,value,count,is_exact,rule\na,eighty,1,,\nb,80,many,perhaps,\n"
    assert run(text, tmp_path, monkeypatch) == 2
    shown = capsys.readouterr().err
    assert "row 3: count 'many'" in shown
    assert "row 3: is_exact 'perhaps'" in shown
    assert run("figure,value,rule\na,eighty,median\n", tmp_path, monkeypatch) == 2
    shown = capsys.readouterr().err
    assert "'eighty'" in shown


def test_a_file_without_its_columns_is_refused(tmp_path, monkeypatch, capsys):
    assert run("name,score\na,80\n", tmp_path, monkeypatch) == 2
    assert "figure" in capsys.readouterr().err
