import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Engine

from analysis.release.reading import broken_files, open_release, released_months
from api.snapshots.service import write_snapshots
from tests.api.releases.october import CATALOGUE, export_october, store_october
from tests.stored import make_transactions, store

ROOT = Path(__file__).resolve().parents[3]


def start(url: str, folder: Path, stop: str = "") -> subprocess.Popen[str]:
    asked = [sys.executable, "-m", "tests.api.releases.run_export", url, str(folder), stop]
    return subprocess.Popen(asked, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    said, _ = process.communicate(timeout=120)
    return process.returncode, said.strip()


def run(engine: Engine, folder: Path) -> str:
    report = export_october(engine, folder)
    return f"r{report.revision} {'new' if report.is_new else 'current'}"


def folders(folder: Path) -> list[str]:
    month = folder / "exports/2026-10"
    return sorted(found.name for found in month.iterdir() if found.is_dir())


@pytest.mark.parametrize("file", ["indices.csv", "responses.csv", "strata.csv"])
def test_killed_in_the_middle_leaves_nothing_released_and_the_next_run_sweeps_up(
    sqlite_engine: Engine, sqlite_url: str, tmp_path: Path, file: str
):
    store_october(sqlite_engine)
    assert finish(start(sqlite_url, tmp_path, f"kill:{file}"))[0] == -9
    assert released_months(tmp_path / "exports") == []
    assert [name for name in folders(tmp_path) if not name.startswith(".")] == []
    assert run(sqlite_engine, tmp_path) == "r1 new"
    assert folders(tmp_path) == ["r1"]
    assert broken_files(open_release(tmp_path / "exports", "2026-10")) == []


def test_a_full_disk_leaves_nothing_half(sqlite_engine: Engine, sqlite_url: str, tmp_path: Path):
    store_october(sqlite_engine)
    assert finish(start(sqlite_url, tmp_path, "limit:20000")) == (2, "export_not_written")
    assert folders(tmp_path) == []
    assert run(sqlite_engine, tmp_path) == "r1 new"


def test_a_full_disk_leaves_the_earlier_revision_as_it_is(sqlite_engine: Engine, sqlite_url: str, tmp_path: Path):
    store_october(sqlite_engine)
    assert run(sqlite_engine, tmp_path) == "r1 new"
    store(sqlite_engine, [make_transactions("10010", "1.000001", 7, channel="online")])
    assert finish(start(sqlite_url, tmp_path, "limit:20000")) == (2, "export_not_written")
    assert folders(tmp_path) == ["r1"]
    assert broken_files(open_release(tmp_path / "exports", "2026-10")) == []


def test_two_exports_at_once_make_one_revision(sqlite_engine: Engine, sqlite_url: str, tmp_path: Path):
    store_october(sqlite_engine)
    write_snapshots(sqlite_engine, tmp_path / "snapshots", CATALOGUE)
    running = [start(sqlite_url, tmp_path, "wait:1") for _ in range(2)]
    said = [finish(process)[1] for process in running]
    assert said.count("r1 new") == 1
    said.remove("r1 new")
    assert said[0] in ("export_in_progress", "snapshots_being_written", "r1 current")
    assert folders(tmp_path) == ["r1"]
