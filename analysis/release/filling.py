"""Fills the folder of one revision: the tables, then the codebook that describes them, then the manifest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from analysis.indices.policy import IndexPolicy
from analysis.progress import Progress
from analysis.release.changes import list_changes
from analysis.release.codebook import describe_file, describe_package, describe_table
from analysis.release.manifest import Origin, build_manifest, describe_file_bytes, hash_content
from analysis.release.reading import Release
from analysis.release.tables import TITLES, Described, FormMonth, Registry, build_tables, describe_frame
from analysis.release.writing import write_csv, write_json, write_rows_json
from survey_forms.form import Text

STEPS = 6
SAME_ROWS = {"vi": "Các dòng của tệp CSV cùng tên.", "en": "The rows of the CSV of the same name."}
TOLD_ONCE = ("method", "note")  # in indices.json; most rows of a form have the same words
ROWS_OF_JSON = {
    "vi": "Các dòng của indices.csv. Mỗi dòng trong rows là mảng theo thứ tự của columns; ở cột method và note "
    "là số thứ tự, tính từ 0, trong danh sách cùng tên.",
    "en": "The rows of indices.csv. Each of rows is an array in the order of columns; for method and note it "
    "holds the place, from 0, in the list of that name.",
}


@dataclass(frozen=True)
class Filled:
    """What stands in the folder so far. ``indices`` and ``rows`` are kept to list the changes."""

    origin: Origin
    indices: pl.DataFrame
    rows: Mapping[str, int]
    files: Sequence[dict[str, Any]]
    resources: Sequence[dict[str, Any]]
    content_sha256: str


def fill_tables(
    folder: Path,
    parts: Sequence[FormMonth],
    registry: Registry,
    *,
    origin: Origin,
    policy: IndexPolicy,
    progress: Progress | None = None,
) -> Filled:
    """Write every table of the month into ``folder``: CSV, the indices also as JSON, the responses as Parquet.

    The same frames give the same bytes. METHODS 8.1-8.3.
    """
    indices = pl.DataFrame()
    masked: dict[str, int] = {}
    rows: dict[str, int] = {}
    files: list[dict[str, Any]] = []
    resources: list[dict[str, Any]] = []
    for done, described in enumerate(build_tables(parts, registry, policy)):
        name = described.table.name
        if progress:
            progress(described.table.file, done, STEPS)
        rows[name] = described.frame.height
        masked |= described.masked
        _write_table(folder, described, files, resources)
        if name == "indices":
            indices = described.frame
            masked["indices"] = int(indices["suppressed"].sum())
            write_rows_json(indices, _meta(origin), folder / "indices.json", told_once=TOLD_ONCE)
            _add_copy(
                folder, "indices.json", "application/json", name, rows[name], files, resources, told=ROWS_OF_JSON
            )
        if name == "responses":
            described.frame.write_parquet(folder / "responses.parquet", compression="zstd", row_group_size=100_000)
            _add_copy(
                folder, "responses.parquet", "application/vnd.apache.parquet", name, rows[name], files, resources
            )
    told = replace(origin, suppressed=dict(sorted(masked.items())))
    tables = {file["name"]: file["sha256"] for file in files if file["name"].endswith(".csv")}
    return Filled(told, indices, rows, files, resources, hash_content(told, tables))


def fill_words(
    folder: Path, filled: Filled, *, revision: int, previous: Release | None, licence: Mapping[str, str]
) -> pl.DataFrame:
    """Write changes.csv (from the second revision on), datapackage.json and manifest.json; returns the changes.

    METHODS 8.1, 8.2, 8.4.
    """
    files, resources = list(filled.files), list(filled.resources)
    changes = describe_frame("changes", _changes(filled, previous))
    if previous:
        _write_table(folder, changes, files, resources)
    write_json(_package(filled.origin, revision, licence, resources), folder / "datapackage.json")
    files.append(describe_file_bytes(folder / "datapackage.json", None))
    manifest = build_manifest(
        filled.origin, revision=revision, previous=previous, content_sha256=filled.content_sha256, files=files
    )
    write_json(manifest, folder / "manifest.json")
    return changes.frame


def _write_table(
    folder: Path, described: Described, files: list[dict[str, Any]], resources: list[dict[str, Any]]
) -> None:
    file = folder / described.table.file
    write_csv(described.frame, file)
    told = describe_file_bytes(file, described.frame.height)
    files.append(told)
    resources.append(describe_table(described.table, size=told["bytes"], sha256=told["sha256"], rows=told["rows"]))


def _add_copy(
    folder: Path,
    file: str,
    mediatype: str,
    table: str,
    rows: int,
    files: list[dict[str, Any]],
    resources: list[dict[str, Any]],
    *,
    told: Text = SAME_ROWS,
) -> None:
    described = describe_file_bytes(folder / file, rows)
    files.append(described)
    resources.append(
        describe_file(
            name=file.replace(".", "-"),
            file=file,
            mediatype=mediatype,
            title=TITLES[table],
            description=told,
            size=described["bytes"],
            sha256=described["sha256"],
        )
    )


def _changes(filled: Filled, previous: Release | None) -> pl.DataFrame:
    if previous is None:
        return list_changes(filled.indices, filled.indices, {}, {})
    rows_before = {
        name.removesuffix(".csv"): entry["rows"]
        for name, entry in previous.files.items()
        if name.endswith(".csv") and name != "changes.csv"
    }
    return list_changes(previous.indices, filled.indices, rows_before, dict(filled.rows))


def _meta(origin: Origin) -> dict[str, Any]:
    return {
        "month": origin.month,
        "is_demonstration": origin.is_demonstration,
        "forms": list(origin.forms),
        "method": dict(origin.method),
    }


def _package(
    origin: Origin, revision: int, licence: Mapping[str, str], resources: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    year, month = origin.month.split("-")
    title = {"vi": f"Chỉ số hài lòng tháng {month}/{year}", "en": f"Satisfaction indices, {origin.month}"}
    description = {
        "vi": "Chỉ số hài lòng về dịch vụ hành chính công theo đơn vị và thủ tục, với khoảng tin cậy, và phiếu "
        "trả lời đã che. Ô trống là không có hoặc bị che.",
        "en": "Satisfaction with public administrative services by unit and procedure, with confidence intervals, "
        "and the masked responses. An empty cell is absent or withheld.",
    }
    if origin.is_demonstration:
        description = {
            "vi": "DỮ LIỆU TRÌNH DIỄN, KHÔNG PHẢI THẬT. " + description["vi"],
            "en": "DEMONSTRATION DATA, NOT REAL. " + description["en"],
        }
    return describe_package(
        name=f"hailong-{origin.month}",
        title=title,
        description=description,
        version=str(revision),
        month=origin.month,
        licence=licence,
        is_demonstration=origin.is_demonstration,
        forms=origin.forms,
        resources=resources,
    )
