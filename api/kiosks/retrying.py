"""Tries again what lies in quarantine: after a form version or a procedure was put back, it can be stored."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col

from api.audit import record_event
from api.db import begin_write
from api.errors import HailongError, NotThere
from api.kiosks.device_guard import device_of
from api.kiosks.devices import find_device
from api.kiosks.fleet_queries import list_refusals
from api.kiosks.items import read_item
from api.kiosks.protecting import read_whole
from api.receiving.receiver import Receiver
from api.receiving.submission import Receipt
from api.sealer import Sealer
from api.tables import KioskRefusal


def retry_refusals(
    session: Session,
    receiver: Receiver,
    *,
    now: datetime,
    sealer: Sealer | None,
    device: str | None = None,
    actor: str = "cli",
) -> tuple[int, int]:
    """How many were stored (or known) now, and how many still cannot be. The instant of receipt is now; the day a
    response counts for comes from the tablet, as ever. What conflicts with a stored response stays. Without
    ``sealer``, or after its time, an item that was sealed is stored as it was masked."""
    refusals = list_refusals(session, device=device)
    settled = [refusal.id for refusal in refusals if _is_stored_now(session, receiver, refusal, sealer)]
    begin_write(session)  # not before: the receiver writes from a thread of its own
    for start in range(0, len(settled), 500):
        these = col(KioskRefusal.id).in_(settled[start : start + 500])
        session.execute(update(KioskRefusal).where(these).values(settled_at=now))
    record_event(
        session, at=now, actor=actor, action="kiosk.retry", subject=device or "*",
        tried=len(refusals), stored=len(settled),
    )  # fmt: skip
    return len(settled), len(refusals) - len(settled)


def close_refusals(
    session: Session, ids: Sequence[int], *, now: datetime, device: str | None = None, actor: str = "cli"
) -> None:
    """Stop telling of refusals that somebody looked at and that will never be stored, for instance a second answer
    under one id. The items stay. NotThere when one of ``ids`` is not open, or not of ``device``."""
    for id in ids:
        refusal = session.get(KioskRefusal, id)
        if refusal is None or refusal.settled_at is not None or device not in (None, refusal.device):
            raise NotThere(
                "unknown_refusal", f"Không có mục cách ly {id} đang mở", f"There is no open quarantine entry {id}"
            )
        refusal.settled_at = now
        record_event(
            session,
            at=now,
            actor=actor,
            action="kiosk.close_refusal",
            subject=refusal.device,
            unit=find_device(session, refusal.device).unit,
            sequence=refusal.sequence,
        )


def _is_stored_now(session: Session, receiver: Receiver, refusal: KioskRefusal, sealer: Sealer | None) -> bool:
    device = device_of(find_device(session, refusal.device))

    async def store() -> bool:
        given = read_whole(refusal, sealer)
        submission = read_item(given, device, clock_offset_seconds=refusal.clock_offset_seconds)
        return isinstance((await receiver.write([await receiver.read(submission)]))[0], Receipt)

    try:
        return asyncio.run(store())
    except HailongError:
        return False
