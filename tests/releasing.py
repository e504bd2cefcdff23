"""Small released months, made by hand for tests of what reads them: rows by ``frames.INDICES``, a manifest."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import polars as pl

from analysis.frames import INDICES, RELEASED_UNITS
from analysis.release.manifest import Origin, build_manifest, describe_file_bytes
from analysis.release.writing import write_csv, write_json

DEFAULTS: dict[str, Any] = {
    "month": "2026-10",
    "form": "counter",
    "version": "2026.1",
    "level": "overall",
    "code": "overall",
    "n": 100,
    "n_effective": 90.0,
    "transactions": 1000,
    "standard_error": 2.0,
    "confidence": 0.95,
    "df": 99.0,
    "design_effect": 1.1,
    "method": "satisfied share (levels ≥ 4); post-stratified to transactions with FPC; linearised; "
    "wilson; t(df); 95 %",
    "suppressed": False,
}


def make_index(**given: Any) -> dict[str, Any]:
    """One row of the indices; ``low`` and ``high`` follow at ±4 points when not given, the rounded ones always."""
    row = dict.fromkeys(INDICES) | DEFAULTS | given
    if row["estimate"] is not None:
        row["low"] = max(0.0, row["estimate"] - 4) if row["low"] is None else row["low"]
        row["high"] = min(100.0, row["estimate"] + 4) if row["high"] is None else row["high"]
    if row["response_rate"] is None and row["n"] is not None and row["transactions"]:
        row["response_rate"] = 100 * row["n"] / row["transactions"]
    for name in ("estimate", "low", "high"):
        row[f"{name}_rounded"] = None if row[name] is None else _round(row[name])
    return row


def make_suppressed(**given: Any) -> dict[str, Any]:
    """A row whose figures are withheld."""
    empty = dict.fromkeys(("n", "n_effective", "standard_error", "df", "design_effect", "response_rate"))
    return make_index(**empty | {"suppressed": True, "estimate": None} | given)


def make_release(
    exports: Path,
    rows: Sequence[dict[str, Any]],
    *,
    month: str = "2026-10",
    revision: int = 1,
    is_demonstration: bool = False,
    not_representative: Sequence[str] = (),
    units: Mapping[str, tuple[str, str]] | None = None,
) -> Path:
    """Write a sealed revision with these indices; its folder. ``units``: code → code and name of the province."""
    folder = exports / month / f"r{revision}"
    folder.mkdir(parents=True)
    schema = {name: column.dtype for name, column in INDICES.items()}
    indices = pl.DataFrame([row | {"month": month} for row in rows], schema=schema, orient="row")
    write_csv(indices, folder / "indices.csv")
    versions = indices.select("form", "version").unique(maintain_order=True).rows()
    origin = Origin(
        month=month,
        is_demonstration=is_demonstration,
        forms=[
            {
                "form": form,
                "version": version,
                "title": f"Phiếu {form}",
                "title_en": f"Form {form}",
                "is_representative": form not in not_representative,
            }
            for form, version in versions
        ],
        code={},
        method={f"{form} {version}": {} for form, version in versions},
        policy={"small_cell": 10},
        suppressed={},
    )
    files = [describe_file_bytes(folder / "indices.csv", indices.height)]
    if units:
        write_csv(_frame_units(units), folder / "units.csv")
        files.append(describe_file_bytes(folder / "units.csv", len(units)))
    manifest = build_manifest(origin, revision=revision, previous=None, content_sha256="0" * 64, files=files)
    write_json(manifest, folder / "manifest.json")
    return folder


def _frame_units(units: Mapping[str, tuple[str, str]]) -> pl.DataFrame:
    rows = [(code, f"Xã {code}", "commune", *province) for code, province in units.items()]
    return pl.DataFrame(rows, {name: column.dtype for name, column in RELEASED_UNITS.items()}, orient="row")


def _round(value: float) -> str:
    return str(Decimal(repr(value)).quantize(Decimal("0.01"), ROUND_HALF_UP))
