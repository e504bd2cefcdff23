"""``hailong check-form``: what an author sees, and the exit code."""

import shutil
import sys
from pathlib import Path

import pytest

from api.cli.main import main
from survey_forms.loader import CATALOGUE


def run(*arguments: str, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(sys, "argv", ["hailong", "check-form", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


@pytest.fixture
def form(tmp_path: Path) -> Path:
    """A catalogue of one form: that of the counter."""
    (tmp_path / "counter").mkdir()
    shutil.copy(CATALOGUE / "scales.yaml", tmp_path)
    return Path(shutil.copy(CATALOGUE / "counter" / "2026.1.yaml", tmp_path / "counter"))


def test_a_good_file_is_summed_up(form: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    assert run(str(form), monkeypatch=monkeypatch) == 0
    shown = capsys.readouterr().out
    assert "counter 2026.1: " in shown
    assert "Câu hỏi / Questions: 3" in shown
    assert "sha256: " in shown
    assert "overall: 100,00 %" in shown
    assert not (form.parent.parent / "released.yaml").exists()


def test_a_bad_file_shows_all_problems_and_ends_with_2(
    form: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    text = form.read_text("utf-8")
    form.write_text(text.replace("audience: citizen", "audience: cat").replace("scale: ", "scale: x"), "utf-8")
    assert run(str(form), monkeypatch=monkeypatch) == 2
    shown = capsys.readouterr().err
    assert shown.count("  - file: ") == 2
    assert "key: audience, expected: một trong / one of citizen, enterprise, got: 'cat'" in shown
    assert "key: sections[0].questions[0].scale" in shown
    assert "2 lỗi" in shown
    assert "2 problems" in shown


def test_freezing_writes_the_hash_and_a_change_ends_with_2(
    form: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    assert run(str(form), "--freeze", monkeypatch=monkeypatch) == 0
    frozen = (form.parent.parent / "released.yaml").read_text("utf-8")
    assert "counter:\n  '2026.1': " in frozen
    form.write_text(form.read_text("utf-8").replace("audience: citizen", "audience: enterprise"), "utf-8")
    assert run(str(form), "--freeze", monkeypatch=monkeypatch) == 2
    assert "make a new version" in capsys.readouterr().err
    assert (form.parent.parent / "released.yaml").read_text("utf-8") == frozen


def test_a_file_that_is_not_there_ends_with_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    assert run(str(tmp_path / "none.yaml"), monkeypatch=monkeypatch) == 2
    assert "a readable file" in capsys.readouterr().err


def test_the_author_sees_which_answers_are_released(
    form: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    assert run(str(form), monkeypatch=monkeypatch) == 0
    shown = capsys.readouterr().out.splitlines()
    assert next(line.split()[0] for line in shown if line.endswith("công bố / released")) == "overall"
    assert any("about_person: true" in line for line in shown)


def test_answers_about_the_person_are_not_released(
    form: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    text = form.read_text("utf-8")
    form.write_text(text.replace("- id: reasons\n", "- id: reasons\n        about_person: true\n"), "utf-8")
    assert run(str(form), monkeypatch=monkeypatch) == 0
    released = [
        line.split()[0] for line in capsys.readouterr().out.splitlines() if line.endswith("công bố / released")
    ]
    assert released == ["overall"]
