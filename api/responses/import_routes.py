"""``POST /api/v1/import/responses``: the same import as the command's, with a mapping the office keeps."""

import csv
import re
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request
from fastapi.concurrency import run_in_threadpool
from sqlalchemy import Engine

from api.auth import KeyHolder, require_scope
from api.errors import Forbidden, NotThere
from api.responses.importing import ImportReport, import_responses, read_mapping
from api.responses.importing.rejects import PROBLEMS, ROW
from survey_forms.loader import Catalogue

router = APIRouter(prefix="/api/v1/import", tags=["responses"])
REJECTS_MAX = 1_000
NAME = re.compile(r"[A-Za-z0-9_-]{1,60}")  # a file of the folder and nothing beside it


@router.post("/responses")
async def post_import(
    request: Request,
    key: Annotated[KeyHolder, Depends(require_scope("import"))],
    mapping: Annotated[str, Query(max_length=60)],
    dry_run: bool = False,
) -> dict[str, Any]:
    """Import the CSV in the body by a mapping known here. Rejected rows are told, the others are stored."""
    if key.unit is not None:
        raise Forbidden(
            "key_of_one_unit",
            "Khóa này chỉ dùng cho một đơn vị, không nhập tệp phiếu được",
            "This key is for one unit; importing a file of responses needs one for all",
        )
    state = request.app.state
    path = find_mapping(state.settings.mappings_folder, mapping)
    return await run_in_threadpool(
        _import, state.engine, await request.body(), path, forms=state.forms, now=state.clock(),
        zone=state.settings.zone, is_dry_run=dry_run,
    )  # fmt: skip


def find_mapping(folder: Path, name: str) -> Path:
    """The file of the mapping ``name``; NotThere lists those there are."""
    path = folder / f"{name}.yaml"
    if NAME.fullmatch(name) is None or not path.is_file():
        raise NotThere(
            "unknown_mapping",
            f"Không có ánh xạ {name}; đặt tệp YAML vào thư mục HAILONG_MAPPINGS_FOLDER",
            f"There is no mapping {name}; put its YAML file into HAILONG_MAPPINGS_FOLDER",
            known=sorted(found.stem for found in folder.glob("*.yaml")),
        )
    return path


def _import(
    engine: Engine,
    body: bytes,
    mapping: Path,
    *,
    forms: Catalogue,
    now: datetime,
    zone: ZoneInfo,
    is_dry_run: bool,
) -> dict[str, Any]:
    meaning = read_mapping(mapping, forms)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{mapping.stem}.csv"
        path.write_bytes(body)
        report = import_responses(engine, path, meaning, forms=forms, now=now, zone=zone, is_dry_run=is_dry_run)
        return _shown(report, is_dry_run=is_dry_run)


def _shown(report: ImportReport, *, is_dry_run: bool) -> dict[str, Any]:
    return {
        "dry_run": is_dry_run,
        "rows": report.rows,
        "accepted": report.accepted,
        "known": report.known,
        "rejected": report.rejected,
        "rules": dict(report.rules.most_common()),
        "rejects": _read_rejects(report.rejected_file),
    }


def _read_rejects(path: Path | None) -> list[dict[str, Any]]:
    """Number and problems of the first rejected rows; the answers in them are not sent back."""
    if path is None:
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        return [
            {"row": int(row[ROW]), "problems": row[PROBLEMS]}
            for _, row in zip(range(REJECTS_MAX), rows, strict=False)
        ]
