from dataclasses import replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, delete

from analysis.indices.policy import IndexPolicy
from api.releases.service import export_month
from api.snapshots.reconciling import Reconciled, reconcile_counts
from api.snapshots.service import write_snapshots
from api.tables import Response
from tests.api.releases.october import CATALOGUE, CODE, DECEMBER, FORM, store_october
from tests.stored import make_response, store


def reconcile(engine: Engine, folder: Path) -> list[Reconciled]:
    return reconcile_counts(
        engine, CATALOGUE, snapshots_folder=folder / "snapshots", exports_folder=folder / "exports"
    )


@pytest.fixture
def october(engine: Engine, tmp_path: Path) -> Engine:
    """October stored, in a snapshot, and released."""
    store_october(engine)
    write_snapshots(engine, tmp_path / "snapshots", CATALOGUE)
    export_month(
        engine,
        CATALOGUE,
        month="2026-10",
        now=DECEMBER,
        zone=ZoneInfo("Asia/Ho_Chi_Minh"),
        policy=IndexPolicy(),
        snapshots_folder=tmp_path / "snapshots",
        exports_folder=tmp_path / "exports",
        code=CODE,
    )
    return engine


def test_three_equal_counts_agree(october: Engine, tmp_path: Path):
    assert reconcile(october, tmp_path) == [Reconciled("one_stop", "2026.1", "2026-10", 133, 133, 133, 1, ())]


def test_a_response_after_snapshot_and_export_is_shown_as_a_difference(october: Engine, tmp_path: Path):
    store(october, [make_response(999, FORM)])
    [line] = reconcile(october, tmp_path)
    assert (line.database, line.snapshot, line.export) == (134, 133, 133)
    assert [problem.split(":")[1].split(";")[0].strip() for problem in line.problems] == ["-1", "-1"]


def test_responses_that_are_gone_from_the_database_are_shown(october: Engine, tmp_path: Path):
    with october.begin() as connection:
        connection.execute(delete(Response))
    [line] = reconcile(october, tmp_path)
    assert (line.database, line.snapshot, line.export) == (0, 133, 133)
    assert len(line.problems) == 2


def test_a_month_not_released_yet_is_no_difference_but_one_without_snapshot_is(october: Engine, tmp_path: Path):
    store(october, [make_response(999, FORM, month="2026-11", local_day=date(2026, 11, 2))])
    [_, november] = reconcile(october, tmp_path)
    assert (november.snapshot, november.export, len(november.problems)) == (None, None, 1)
    write_snapshots(october, tmp_path / "snapshots", CATALOGUE)
    [_, november] = reconcile(october, tmp_path)
    assert november == replace(november, snapshot=1, export=None, problems=())


def test_an_altered_snapshot_and_a_broken_export_are_found(october: Engine, tmp_path: Path):
    (tmp_path / "snapshots/one_stop/2026.1/2026-10.parquet").write_bytes(b"PAR1")
    (tmp_path / "exports/2026-10/r1/strata.csv").unlink()
    [line] = reconcile(october, tmp_path)
    assert line.snapshot is None
    assert any("strata.csv" in problem for problem in line.problems)


def test_responses_to_another_wording_are_found(october: Engine, tmp_path: Path):
    store(october, [make_response(999, FORM, form_hash="0" * 64)])
    [line] = reconcile(october, tmp_path)
    assert any(problem.startswith("1 phiếu theo bản phiếu hỏi khác") for problem in line.problems)
