"""A typed Parquet copy of a released revision's indices, for readers that ask for a few rows at a time."""

import os
from pathlib import Path
from threading import Lock

import polars as pl

from analysis.frames import INDICES
from analysis.release.cells import unguard_text
from analysis.release.reading import Release

_copying = Lock()  # many first readers at once: one copies, the others wait for it
ROWS_AT_ONCE = 50_000  # one row group; the rows stand in the order of form and node, so most groups are skipped


def open_shelf(release: Release, folder: Path) -> pl.LazyFrame:
    """The indices of ``release`` by ``frames.INDICES``, in their order; only the rows that are asked for are read.

    The first call copies ``indices.csv`` to ``<folder>/<sha256 of the manifest>.parquet``; a sealed revision never
    changes, so the copy holds for ever and may be deleted at any time. Memory stays that of a few row groups.
    Where nothing can be written, every call reads the CSV instead: right, but slow for millions of rows.
    Silently stale only if somebody rewrites a sealed folder and keeps its manifest. METHODS 8.1, 8.3.
    """
    file = folder / f"{release.manifest_sha256}.parquet"
    try:
        with _copying:
            if not file.is_file():
                _copy(release, file)
    except OSError:
        return _scan_csv(release)
    return pl.scan_parquet(file)


def _scan_csv(release: Release) -> pl.LazyFrame:
    schema = {name: column.dtype for name, column in INDICES.items()}
    return unguard_text(pl.scan_csv(release.folder / "indices.csv", schema=schema))


def _copy(release: Release, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(f".{file.name}.tmp-{os.getpid()}-{os.urandom(4).hex()}")
    try:
        _scan_csv(release).sink_parquet(beside, compression="zstd", row_group_size=ROWS_AT_ONCE)
        os.replace(beside, file)
    finally:
        beside.unlink(missing_ok=True)
