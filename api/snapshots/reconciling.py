"""Compares how many responses the database, the snapshots and the newest exports hold."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from polars.exceptions import PolarsError
from sqlalchemy import Engine

from analysis.dataset import SnapshotKey, count_snapshot, find_snapshots
from analysis.release.reading import Release, broken_files, file_sha256, latest_release, released_months
from api.snapshots.queries import count_months, count_other_hashes
from api.snapshots.sidecar import read_sidecar
from survey_forms.errors import UnknownForm
from survey_forms.loader import Catalogue


@dataclass(frozen=True)
class Reconciled:
    """One form version and month. ``snapshot`` None: there is none; ``export`` None: the month is not released."""

    form: str
    version: str
    month: str
    database: int
    snapshot: int | None
    export: int | None
    revision: int | None
    problems: tuple[str, ...]


def reconcile_counts(
    engine: Engine,
    catalogue: Catalogue,
    *,
    snapshots_folder: Path,
    exports_folder: Path,
    month: str | None = None,
) -> list[Reconciled]:
    """Every form version and month that any of the three knows, with what differs."""
    months = None if month is None else [month]
    with engine.connect() as connection:
        stored = {key: rows for key, (rows, _) in count_months(connection, months).items()}
        others = count_other_hashes(connection, _hashes(catalogue, list(stored)))
    snapshots = set(find_snapshots(snapshots_folder, month=month))
    releases = _newest(exports_folder, month)
    exported = {
        SnapshotKey(form["form"], form["version"], release.month): form["responses"]
        for release in releases.values()
        for form in release.manifest["forms"]
    }
    broken = {month: broken_files(release) for month, release in releases.items()}
    lines = []
    for key in sorted(stored.keys() | snapshots | exported.keys()):
        held, release = stored.get(key, 0), releases.get(key.month)
        snapshot, snapshot_problems = _count_snapshot(snapshots_folder, key) if key in snapshots else (None, ())
        export = exported.get(key, 0) if release else None
        problems = [
            *_differences(held, snapshot, export),
            *snapshot_problems,
            *(
                f"tệp hỏng trong bản công bố / broken file in the export: {name}"
                for name in broken.get(key.month, ())
            ),
        ]
        if others.get(key):
            problems.append(f"{others[key]} phiếu theo bản phiếu hỏi khác / responses with another form hash")
        revision = release.revision if release else None
        lines.append(
            Reconciled(key.form, key.version, key.month, held, snapshot, export, revision, tuple(problems))
        )
    return lines


def _hashes(catalogue: Catalogue, keys: list[SnapshotKey]) -> dict[SnapshotKey, str]:
    known = {}
    for key in keys:
        try:
            known[key] = catalogue.get(key.form, key.version).sha256
        except UnknownForm:
            known[key] = ""  # no response can have been given to it: all are counted as different
    return known


def _newest(exports_folder: Path, month: str | None) -> dict[str, Release]:
    months = released_months(exports_folder) if month is None else [month]
    found = {name: latest_release(exports_folder, name) for name in months}
    return {name: release for name, release in found.items() if release}


def _count_snapshot(folder: Path, key: SnapshotKey) -> tuple[int | None, tuple[str, ...]]:
    parquet = key.file(folder)
    sidecar = read_sidecar(parquet)
    if sidecar is None or sidecar.parquet_sha256 != file_sha256(parquet):
        try:
            return count_snapshot(folder, key), ("ảnh dữ liệu bị đổi / the snapshot was altered",)
        except PolarsError:
            return None, ("không đọc được ảnh dữ liệu / the snapshot cannot be read",)
    return count_snapshot(folder, key), ()


def _differences(database: int, snapshot: int | None, export: int | None) -> Iterator[str]:
    if snapshot is None and database:
        yield "chưa có ảnh dữ liệu / no snapshot; hailong index"
    elif snapshot is not None and snapshot != database:
        yield f"ảnh dữ liệu lệch / snapshot differs: {snapshot - database:+d}; hailong index"
    if export is not None and export != database:
        yield f"bản công bố lệch / export differs: {export - database:+d}; hailong export"
