"""The quarantine: what a tablet sent and cannot be stored is kept whole, with the reason, to be tried again."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from api.db import begin_write
from api.errors import HailongError
from api.kiosks.items import item_field
from api.tables import KioskRefusal

_TABLE = KioskRefusal.__table__  # type: ignore[attr-defined]
RESPONSE_ID_LETTERS = 60


@dataclass(frozen=True)
class Kept:
    """What the receipt of a kept item says."""

    id: str
    content_hash: str
    received_at: datetime


def keep_refusals(
    engine: Engine,
    device: str,
    refused: Sequence[tuple[Any, HailongError]],
    *,
    now: datetime,
    clock_offset_seconds: int | None,
) -> list[Kept]:
    """Keep each item with its problem, in one transaction; the same item again gives the first receipt again."""
    if not refused:
        return []
    rows = [_row(device, item, problem, now, clock_offset_seconds) for item, problem in refused]
    insert = sqlite.insert if engine.dialect.name == "sqlite" else postgresql.insert
    with Session(engine) as session, session.begin():
        begin_write(session)
        session.execute(
            insert(_TABLE).on_conflict_do_nothing(index_elements=["device", "content_hash"]),
            rows,
        )
        hashes = [row["content_hash"] for row in rows]
        found = session.exec(
            select(KioskRefusal.content_hash, KioskRefusal.received_at).where(
                KioskRefusal.device == device, col(KioskRefusal.content_hash).in_(hashes)
            )
        )
        received = dict(found.all())
    return [Kept(row["response_id"] or "", row["content_hash"], received[row["content_hash"]]) for row in rows]


def find_kept(session: Session, device: str, ids: Sequence[UUID]) -> dict[UUID, Kept]:
    """Those of ``ids`` that ``device`` sent and that are in quarantine."""
    found: dict[UUID, Kept] = {}
    wanted = {str(id): id for id in ids}
    for start in range(0, len(ids), 500):
        rows = session.exec(
            select(KioskRefusal.response_id, KioskRefusal.content_hash, KioskRefusal.received_at).where(
                KioskRefusal.device == device,
                col(KioskRefusal.response_id).in_(list(wanted)[start : start + 500]),
            )
        )
        for id, content_hash, received_at in rows:
            found[wanted[str(id)]] = Kept(str(id), content_hash, received_at)
    return found


def _row(
    device: str, item: Any, problem: HailongError, now: datetime, clock_offset_seconds: int | None
) -> dict[str, Any]:
    # In ASCII: a lone half of an emoji or a NUL, which no database takes, are six plain letters then.
    text = json.dumps(item, ensure_ascii=True, sort_keys=True)
    sequence = item_field(item, "sequence")
    is_number = isinstance(sequence, int) and not isinstance(sequence, bool) and 0 <= sequence < 2**31
    return {
        "device": device,
        "response_id": _read_id(item_field(item, "id")),
        "sequence": sequence if is_number else None,
        "content_hash": hashlib.sha256(text.encode()).hexdigest(),
        "item": text,
        "problem": json.loads(json.dumps(problem.as_problem(), default=str).replace("\\u0000", "\\ufffd")),
        "clock_offset_seconds": clock_offset_seconds,
        "received_at": now,
    }


def _read_id(given: Any) -> str | None:
    """The id as we write it, when it is one; else as it came, shortened."""
    if not isinstance(given, str):
        return None
    try:
        return str(UUID(given))
    except ValueError:
        return given.encode("ascii", "backslashreplace").decode().replace("\x00", "")[:RESPONSE_ID_LETTERS]
