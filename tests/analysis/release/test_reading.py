import json
from pathlib import Path

import pytest

from analysis.release.reading import (
    UnknownRelease,
    broken_files,
    file_sha256,
    latest_release,
    open_release,
    released_months,
    revisions,
)


def seal(folder: Path, month: str, revision: int) -> Path:
    """A sealed revision with one file."""
    sealed = folder / month / f"r{revision}"
    sealed.mkdir(parents=True)
    (sealed / "a.csv").write_text("n\n1\n")
    entry = {"name": "a.csv", "bytes": 4, "sha256": file_sha256(sealed / "a.csv"), "rows": 1}
    (sealed / "manifest.json").write_text(json.dumps({"files": [entry], "forms": []}))
    return sealed


def test_no_folder_is_no_month(tmp_path: Path):
    assert released_months(tmp_path / "absent") == []
    assert latest_release(tmp_path / "absent") is None


def test_months_and_revisions_come_oldest_first_and_numbers_count_as_numbers(tmp_path: Path):
    for month, revision in (("2026-10", 1), ("2026-10", 2), ("2026-10", 10), ("2026-09", 1)):
        seal(tmp_path, month, revision)
    assert released_months(tmp_path) == ["2026-09", "2026-10"]
    assert revisions(tmp_path, "2026-10") == [1, 2, 10]
    newest = latest_release(tmp_path)
    assert newest
    assert (newest.month, newest.revision) == ("2026-10", 10)
    assert open_release(tmp_path, "2026-10", 2).revision == 2


def test_what_is_not_sealed_is_not_there(tmp_path: Path):
    (tmp_path / "2026-10" / ".r1.tmp-77").mkdir(parents=True)
    (tmp_path / "2026-10" / "r1").mkdir()
    (tmp_path / "2026-10" / ".lock").touch()
    (tmp_path / "notes").mkdir()
    assert released_months(tmp_path) == []


@pytest.mark.parametrize(("month", "revision", "known"), [("2026-09", None, ["2026-10"]), ("2026-10", 7, ["r1"])])
def test_unknown_releases_name_the_known_ones(tmp_path: Path, month: str, revision: int | None, known: list[str]):
    seal(tmp_path, "2026-10", 1)
    with pytest.raises(UnknownRelease) as caught:
        open_release(tmp_path, month, revision)
    assert caught.value.known == known


def test_a_month_cannot_lead_out_of_the_folder(tmp_path: Path):
    seal(tmp_path / "elsewhere", "2026-10", 1)
    (tmp_path / "exports").mkdir()
    assert revisions(tmp_path / "exports", "../elsewhere/2026-10") == []


def test_altered_and_lost_files_are_named(tmp_path: Path):
    sealed = seal(tmp_path, "2026-10", 1)
    release = open_release(tmp_path, "2026-10")
    assert broken_files(release) == []
    (sealed / "a.csv").write_text("n\n2\n")
    assert broken_files(release) == ["a.csv"]
    (sealed / "a.csv").unlink()
    assert broken_files(release) == ["a.csv"]
