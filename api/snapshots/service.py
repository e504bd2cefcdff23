"""Brings the snapshots up to what the database holds."""

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl
from sqlalchemy import Connection, Engine

from analysis.dataset import SnapshotKey, find_snapshots
from analysis.progress import Progress
from analysis.release.reading import file_sha256
from api.errors import Conflict
from api.sealing import file_beside, only_writer
from api.snapshots.queries import count_months, read_rows
from api.snapshots.sidecar import Sidecar, read_sidecar, sidecar_file, write_sidecar
from api.snapshots.typed import snapshot_schema, type_rows
from survey_forms.errors import UnknownForm
from survey_forms.form import Form
from survey_forms.loader import Catalogue

ROWS_AT_ONCE = 50_000
ROWS_IN_A_GROUP = 100_000


@dataclass(frozen=True)
class SnapshotReport:
    """What became of one snapshot: ``outcome`` is written, current or removed."""

    key: SnapshotKey
    outcome: str
    rows: int
    rows_with_other_form: int


def write_snapshots(
    engine: Engine,
    folder: Path,
    catalogue: Catalogue,
    *,
    months: Sequence[str] | None = None,
    progress: Progress | None = None,
) -> list[SnapshotReport]:
    """Write every snapshot (of ``months``, when given) that the database has moved past; leave the others.

    The same responses give the same bytes: rows are sorted by response id. Raises Conflict when responses
    answer a form version that the catalogue does not know, and when another writer is at work.
    """
    with (
        only_writer(
            folder,
            code="snapshots_being_written",
            vi="Đang có tiến trình khác ghi ảnh dữ liệu; hãy chạy lại sau",
            en="Another process is writing snapshots; run again when it is done",
        ),
        _one_view(engine) as connection,
    ):
        _sweep(folder)
        stored = count_months(connection, months)
        forms = _known_forms(catalogue, stored)
        reports = [_bring_up(connection, folder, key, forms[key], stored[key], progress) for key in sorted(stored)]
        gone = [
            key for key in find_snapshots(folder) if key not in stored and (months is None or key.month in months)
        ]
        return sorted(reports + [_remove(folder, key) for key in gone], key=lambda report: report.key)


def _one_view(engine: Engine) -> Connection:
    """A connection that sees one state of the database from its first read to its last."""
    connection = engine.connect()
    if connection.dialect.name == "postgresql":
        connection.execution_options(isolation_level="REPEATABLE READ")
    return connection


def _known_forms(catalogue: Catalogue, stored: dict[SnapshotKey, tuple[int, datetime]]) -> dict[SnapshotKey, Form]:
    forms, problems = {}, []
    for key in sorted(stored):
        try:
            forms[key] = catalogue.get(key.form, key.version)
        except UnknownForm:
            problems.append({"form": key.form, "version": key.version, "month": key.month, "rows": stored[key][0]})
    if problems:
        raise Conflict(
            "unknown_form_version",
            "Có phiếu trả lời theo phiên bản phiếu hỏi không còn trong danh mục; hãy đưa tệp phiên bản đó trở lại",
            "Responses answer form versions that are not in the catalogue; put those files back",
            problems,
        )
    return forms


def _bring_up(
    connection: Connection,
    folder: Path,
    key: SnapshotKey,
    form: Form,
    held: tuple[int, datetime],
    progress: Progress | None,
) -> SnapshotReport:
    parquet, (rows, last_received_at) = key.file(folder), held
    sidecar = read_sidecar(parquet)
    if sidecar and sidecar.describes(
        rows=rows, last_received_at=last_received_at, form_sha256=form.sha256, parquet=parquet
    ):
        return SnapshotReport(key, "current", rows, sidecar.rows_with_other_form)
    with file_beside(parquet) as beside:
        others = _write_parquet(connection, beside, key, form, rows, progress)
        size, sha256 = beside.stat().st_size, file_sha256(beside)
    write_sidecar(parquet, Sidecar(rows, last_received_at.isoformat(), form.sha256, others, size, sha256))
    return SnapshotReport(key, "written", rows, others)


def _write_parquet(
    connection: Connection, file: Path, key: SnapshotKey, form: Form, rows: int, progress: Progress | None
) -> int:
    """Write the rows in parts, then the parts as one sorted file; returns how many rows have another form hash.

    Memory: one part, and at the end about 500 bytes per row for the sort.
    """
    others = done = 0
    parts = Path(tempfile.mkdtemp(prefix=f"{file.name}-parts-", dir=file.parent))
    try:
        for number, piece in enumerate(read_rows(connection, key, at_once=ROWS_AT_ONCE)):
            type_rows(piece, form).write_parquet(parts / f"{number:06d}.parquet", compression="lz4")
            others += sum(row.form_hash != form.sha256 for row in piece)
            done += len(piece)
            if progress:
                progress(f"{key.form} {key.version} {key.month}", done, rows)
        frame = pl.scan_parquet(parts / "*.parquet", schema=snapshot_schema(form), glob=True)
        frame.sort("response_id").sink_parquet(file, compression="zstd", row_group_size=ROWS_IN_A_GROUP)
    finally:
        shutil.rmtree(parts)
    return others


def _remove(folder: Path, key: SnapshotKey) -> SnapshotReport:
    parquet = key.file(folder)
    sidecar_file(parquet).unlink(missing_ok=True)
    parquet.unlink()
    return SnapshotReport(key, "removed", 0, 0)


def _sweep(folder: Path) -> None:
    """Remove what a killed writer left; we hold the lock, so nobody is at work on it."""
    for left in folder.glob("*/*/.*.tmp-*"):
        shutil.rmtree(left) if left.is_dir() else left.unlink()
