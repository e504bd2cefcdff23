"""Finds and opens what the results page shows: released months only, never the database."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import polars as pl

from analysis.release.reading import Release, open_release, read_indices, released_months
from api.results.published import Published
from survey_forms.catalogued import Catalogue
from survey_forms.errors import UnknownForm
from survey_forms.form import Form

# How the rows that are no plain domain are told: by the words of their ``method``, METHODS 6.3 and 6.4.
IS_MEAN = pl.col("method").str.starts_with("mean of units")
IS_PROVINCE = pl.col("method").str.ends_with("units of the province together")

OPEN_RELEASES = 4  # kept in memory; a sealed folder does not change, so its hash is enough to know it


@dataclass(frozen=True)
class Listed:
    """A form version with indices in a released month; ``title`` has both languages."""

    form: str
    version: str
    title: Mapping[str, str]
    is_representative: bool


def newest_month(exports_folder: Path) -> str | None:
    """The last released month, or None."""
    months = released_months(exports_folder)
    return months[-1] if months else None


def list_forms(exports_folder: Path, month: str) -> list[Listed]:
    """The form versions with indices in the newest revision of ``month``, as its manifest lists them."""
    return _read_listed(open_release(exports_folder, month))


def read_published(
    exports_folder: Path, month: str, form: str, version: str, catalogue: Catalogue
) -> Published | None:
    """One form's part of the newest revision of ``month``; None when the form is not in it.

    Without ``version``, or when it is not there, the last one listed. Raises UnknownRelease for a month
    that is not released.
    """
    release = open_release(exports_folder, month)
    listed = _read_listed(release)
    of_this = [entry for entry in listed if entry.form == form]
    if not of_this:
        return None
    chosen = next((entry for entry in of_this if entry.version == version), of_this[-1])
    every = _read_once(release.folder, release.manifest_sha256)
    of_form = every.filter(pl.col("form") == form, pl.col("version") == chosen.version)
    indices = of_form.filter(~IS_MEAN, ~IS_PROVINCE)
    if indices.is_empty():
        return None
    return Published(
        month=month,
        revision=release.revision,
        version=chosen.version,
        indices=indices,
        provinces=of_form.filter(IS_PROVINCE),
        means=of_form.filter(IS_MEAN),
        form=_find_form(catalogue, form, chosen.version),
        title=chosen.title,
        is_representative=chosen.is_representative,
        versions=tuple(entry.version for entry in of_this),
        is_demonstration=bool(release.manifest["is_demonstration"]),
        small_cell=release.manifest["policy"].get("small_cell"),
        forms=tuple({entry.form: (entry.form, entry.title) for entry in listed}.values()),
        months=_months_with(exports_folder, form),
    )


@lru_cache(maxsize=OPEN_RELEASES)
def _read_once(folder: Path, manifest_sha256: str) -> pl.DataFrame:
    return read_indices(folder)


def _read_listed(release: Release) -> list[Listed]:
    methods = release.manifest["method"]  # a form without an index has none
    return [
        Listed(
            entry["form"],
            entry["version"],
            {"vi": entry["title"], "en": entry["title_en"]},
            entry["is_representative"],
        )
        for entry in release.manifest["forms"]
        if f"{entry['form']} {entry['version']}" in methods
    ]


def _months_with(exports_folder: Path, form: str) -> tuple[str, ...]:
    return tuple(
        month
        for month in reversed(released_months(exports_folder))
        if any(entry.form == form for entry in list_forms(exports_folder, month))
    )


def _find_form(catalogue: Catalogue, form: str, version: str) -> Form | None:
    try:
        return catalogue.get(form, version)
    except UnknownForm:
        return None
