"""What tablets wrote down when it went wrong: each kept once, though every heartbeat tells the last twenty."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from api.kiosks.instants import read_instant
from api.tables import KioskTrouble

_TABLE = KioskTrouble.__table__  # type: ignore[attr-defined]
AROUND = timedelta(minutes=5)  # two clocks that agree within this tell of the same moment


def keep_troubles(
    session: Session,
    device: str,
    told: dict[str, Any],
    *,
    before: dict[str, Any],
    heard_before: datetime | None,
    received_at: datetime,
    clock_offset_seconds: int,
) -> None:
    """Add what ``told`` tells and ``before``, the last heartbeat, did not. The caller commits."""
    known = {(one["at"], one["code"]) for one in before.get("errors", ())}
    rows = [
        {
            "device": device,
            "told_at": one["at"],
            "code": one["code"],
            "detail": one["detail"],
            "happened_at": _place(one["at"], clock_offset_seconds, heard_before, received_at),
            "received_at": received_at,
        }
        for one in told.get("errors", ())
        if (one["at"], one["code"]) not in known
    ]
    if not rows:
        return
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    session.execute(insert(_TABLE).on_conflict_do_nothing(index_elements=["device", "told_at", "code"]), rows)


def list_troubles(
    session: Session, devices: Collection[str], *, since: datetime
) -> dict[str, tuple[KioskTrouble, ...]]:
    """What each told since then, in the order in which it happened as far as that is known."""
    found: dict[str, list[KioskTrouble]] = defaultdict(list)
    asked = select(KioskTrouble).where(
        col(KioskTrouble.device).in_(devices), col(KioskTrouble.received_at) >= since
    )
    for row in session.exec(asked.order_by(col(KioskTrouble.id))):
        found[row.device].append(row)
    return {device: tuple(rows) for device, rows in found.items()}


def _place(said: str, offset: int, heard_before: datetime | None, received_at: datetime) -> datetime | None:
    """The moment on our clock; None when it cannot lie between two heartbeats: the clock was changed meanwhile."""
    found = read_instant(said)
    if found is None:
        return None
    found += timedelta(seconds=offset)
    earliest = heard_before or received_at
    return found if earliest - AROUND <= found <= received_at + AROUND else None
