"""Completed transactions sent by another system: the same import as the command's, over HTTP."""

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request
from fastapi.concurrency import run_in_threadpool
from sqlalchemy import Engine

from api.auth import KeyHolder, require_scope
from api.errors import Forbidden
from api.transactions.importing import TransactionFile, TransactionReport, import_transactions

router = APIRouter(prefix="/api/v1/import", tags=["transactions"])
PROBLEMS_MAX = 1_000


@router.post("/transactions")
async def post_transactions(
    request: Request,
    key: Annotated[KeyHolder, Depends(require_scope("import"))],
    kind: Annotated[TransactionFile, Query(alias="as")],
    month: Annotated[str | None, Query(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")] = None,
) -> dict[str, Any]:
    """Import the CSV in the body, as counts or as dossiers; every rejected row is told, the others are stored."""
    if key.unit is not None:
        raise Forbidden(
            "key_of_one_unit",
            "Khóa này chỉ dùng cho một đơn vị, không nhập số hồ sơ được",
            "This key is for one unit; importing transactions needs one for all",
        )
    state = request.app.state
    body = await request.body()
    report = await run_in_threadpool(
        _import, state.engine, body, kind=kind, month=month, now=state.clock(), zone=state.settings.zone,
        actor=f"key {key.id}",
    )  # fmt: skip
    return _shown(report)


def _import(
    engine: Engine, body: bytes, *, kind: TransactionFile, month: str | None, now: datetime, zone: ZoneInfo,
    actor: str,
) -> TransactionReport:  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "transactions.csv"
        path.write_bytes(body)
        return import_transactions(engine, path, kind=kind, now=now, actor=actor, zone=zone, month=month)


def _shown(report: TransactionReport) -> dict[str, Any]:
    return {
        "rows": report.rows,
        "accepted": report.accepted,
        "known": report.known,
        "rejected": report.rejected,
        "counts_added": report.cells_added,
        "counts_replaced": [
            change.cell._asdict() | {"old": change.old, "new": change.new} for change in report.changed
        ],
        "problems_total": len(report.problems),
        "problems": [found.as_dict() for found in report.problems[:PROBLEMS_MAX]],
    }
