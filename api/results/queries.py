"""Finds and opens what the results page shows: released months only, never the database."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from analysis.release.reading import Release, open_release, read_units, released_months
from analysis.release.shelf import open_shelf
from api.results.choice import Choice
from api.results.published import Published
from api.results.tables import pick_node
from survey_forms.catalogued import Catalogue
from survey_forms.errors import UnknownForm
from survey_forms.form import Form

# The rows that are no plain domain, METHODS 10.1, 10.2.
IS_MEAN = pl.col("aggregate").eq_missing(pl.lit("mean_of_units"))
IS_PROVINCE = pl.col("aggregate").eq_missing(pl.lit("province"))


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
    exports_folder: Path, shelf_folder: Path, choice: Choice, catalogue: Catalogue
) -> Published | None:
    """What the view ``choice`` needs of the newest revision of its month; None when the form is not in it.

    Without a version, or when it is not there, the last one listed. Raises UnknownRelease for a month that is
    not released.
    """
    release = open_release(exports_folder, choice.month)
    listed = _read_listed(release)
    of_this = [entry for entry in listed if entry.form == choice.form]
    if not of_this:
        return None
    chosen = next((entry for entry in of_this if entry.version == choice.version), of_this[-1])
    of_form = open_shelf(release, shelf_folder).filter(
        pl.col("form") == choice.form, pl.col("version") == chosen.version
    )
    everywhere = of_form.filter(*(pl.col(name).is_null() for name in ("unit", "procedure", "channel"))).collect()
    if everywhere.is_empty():
        return None
    rows = of_form.filter(_is_needed(choice, *pick_node(everywhere, choice.index))).collect()
    return Published(
        month=choice.month,
        revision=release.revision,
        version=chosen.version,
        indices=rows.filter(~IS_MEAN, ~IS_PROVINCE),
        provinces=rows.filter(IS_PROVINCE),
        means=rows.filter(IS_MEAN),
        units=read_units(release),
        form=_find_form(catalogue, choice.form, chosen.version),
        title=chosen.title,
        is_representative=chosen.is_representative,
        versions=tuple(entry.version for entry in of_this),
        is_demonstration=bool(release.manifest["is_demonstration"]),
        small_cell=release.manifest["policy"].get("small_cell"),
        forms=tuple({entry.form: (entry.form, entry.title) for entry in listed}.values()),
        months=_months_with(exports_folder, choice.form),
    )


def _is_needed(choice: Choice, level: str, code: str) -> pl.Expr:
    """Of millions of rows those of one view: all nodes of all units together and of the chosen unit, the chosen
    node everywhere (crossed only with the chosen unit or procedure), units nobody answered for."""
    no_unit, no_procedure = pl.col("unit").is_null(), pl.col("procedure").is_null()
    is_chosen = pl.lit(False)
    if choice.unit:
        is_chosen |= (pl.col("unit") == choice.unit) & no_procedure
    is_crossed = (pl.col("unit") == choice.unit) | (pl.col("procedure") == choice.procedure)
    is_node = (pl.col("level") == level) & (pl.col("code") == code)
    is_asked = (pl.col("level") == "asked_overall") & (pl.col("procedure") == choice.procedure) & no_unit
    is_silent = (pl.col("n") == 0) & (pl.col("level") == "overall") & no_procedure
    is_everywhere = no_unit & no_procedure & pl.col("channel").is_null()
    is_of_province = IS_PROVINCE & (pl.col("unit") == choice.province)
    is_listed = is_node & (no_unit | no_procedure | is_crossed)
    return is_everywhere | is_chosen | is_listed | is_asked | is_silent | is_of_province


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
