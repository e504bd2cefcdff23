"""Finds and reads released months: folders ``<month>/r<k>`` in which a manifest stands."""

import hashlib
import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from analysis.errors import AnalysisError
from analysis.frames import INDICES, RELEASED_UNITS
from analysis.release.cells import unguard_text

MONTH = re.compile(r"[12][0-9]{3}-(0[1-9]|1[0-2])")
REVISION = re.compile(r"r([1-9][0-9]{0,5})")


class UnknownRelease(AnalysisError, LookupError):
    """No such month or revision; ``known`` are those that there are."""

    def __init__(self, month: str, revision: int | None, known: list[str]) -> None:
        wanted = month if revision is None else f"{month}/r{revision}"
        super().__init__([f"{wanted} is not released"], f"Known: {', '.join(known) or 'none'}.")
        self.month, self.revision, self.known = month, revision, known


@dataclass(frozen=True)
class Release:
    """One sealed revision of one month."""

    month: str
    revision: int
    folder: Path
    manifest: dict[str, Any]
    manifest_sha256: str

    @cached_property
    def indices(self) -> pl.DataFrame:
        """The published indices, by the contract ``frames.INDICES``; read at the first use."""
        return read_indices(self.folder)

    @property
    def files(self) -> dict[str, dict[str, Any]]:
        """What the manifest says of each file, by its name."""
        return {entry["name"]: entry for entry in self.manifest["files"]}


def released_months(folder: Path) -> list[str]:
    """The months in ``folder`` of which a revision is sealed, oldest first; none when there is no folder.

    METHODS 8.1.
    """
    if not folder.is_dir():
        return []
    return sorted(
        found.name for found in folder.iterdir() if MONTH.fullmatch(found.name) and revisions(folder, found.name)
    )


def revisions(folder: Path, month: str) -> list[int]:
    """The sealed revisions of ``month``, oldest first. METHODS 8.1."""
    if not MONTH.fullmatch(month) or not (folder / month).is_dir():
        return []
    named = (REVISION.fullmatch(found.name) for found in (folder / month).iterdir())
    numbers = sorted(int(match[1]) for match in named if match)
    return [number for number in numbers if (folder / month / f"r{number}" / "manifest.json").is_file()]


def latest_release(folder: Path, month: str | None = None) -> Release | None:
    """The newest revision of ``month`` (of the newest month when not given), or None. METHODS 8.1."""
    months = released_months(folder) if month is None else [month]
    if not months or not revisions(folder, months[-1]):
        return None
    return open_release(folder, months[-1])


def open_release(folder: Path, month: str, revision: int | None = None) -> Release:
    """Revision ``revision`` of ``month``, the newest when not given; the tables are read when asked for.

    Raises
    ------
    UnknownRelease
        If that month or revision is not there; carries those that are.

    References
    ----------
    METHODS 8.1.
    """
    known = revisions(folder, month)
    if not known:
        raise UnknownRelease(month, revision, released_months(folder))
    number = known[-1] if revision is None else revision
    if number not in known:
        raise UnknownRelease(month, revision, [f"r{one}" for one in known])
    sealed = folder / month / f"r{number}"
    raw = (sealed / "manifest.json").read_bytes()
    return Release(month, number, sealed, json.loads(raw), hashlib.sha256(raw).hexdigest())


def read_indices(folder: Path) -> pl.DataFrame:
    """``indices.csv`` of one revision's folder, by the contract ``frames.INDICES``, in the order it was written.

    Empty cells are null; the apostrophes that guard against formulas are taken off. METHODS 8.1, 8.3.
    """
    return read_table(folder / "indices.csv", {name: column.dtype for name, column in INDICES.items()})


def read_units(release: Release) -> pl.DataFrame:
    """``units.csv`` by the contract ``frames.RELEASED_UNITS``, by code; empty when not released. METHODS 8.1."""
    schema = {name: column.dtype for name, column in RELEASED_UNITS.items()}
    if "units.csv" not in release.files:
        return pl.DataFrame(schema=schema)
    return read_table(release.folder / "units.csv", schema)


def read_table(file: Path, schema: dict[str, Any]) -> pl.DataFrame:
    """A released CSV with the columns and dtypes of ``schema``; empty cells are null. METHODS 8.1, 8.3."""
    return unguard_text(pl.read_csv(file, schema=schema))


def broken_files(release: Release) -> list[str]:
    """Names of the files that are gone or whose bytes are not those the manifest names. METHODS 8.2."""
    return [
        name
        for name, entry in release.files.items()
        if not (release.folder / name).is_file() or file_sha256(release.folder / name) != entry["sha256"]
    ]


def file_sha256(file: Path) -> str:
    """sha256 of a file's bytes, in hexadecimal, read in pieces. METHODS 8.2."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
