"""Deletes what tablets left behind and nobody needs any more, each kind after its time."""

from datetime import datetime, timedelta

from sqlalchemy import CursorResult, Executable, delete, or_, update
from sqlmodel import Session, col

from api.audit import record_event
from api.tables import KioskEnrolment, KioskRefusal, KioskService, KioskSpan, KioskTicket, KioskTrouble

HISTORY_KEPT = timedelta(days=400)  # a year can be held against the one before
CODES_KEPT = timedelta(days=30)
SETTLED_KEPT = timedelta(days=90)
SERVICES_KEPT = timedelta(days=1)


def purge_kiosks(session: Session, *, now: datetime, actor: str) -> dict[str, int]:
    """How many rows of each kind went. Of a settled refusal only the item goes, which may hold words of a person:
    its number must not look as if it had never come."""
    gone = {
        "spans": _change(session, delete(KioskSpan).where(col(KioskSpan.ended_at) < now - HISTORY_KEPT)),
        "troubles": _change(
            session, delete(KioskTrouble).where(col(KioskTrouble.received_at) < now - HISTORY_KEPT)
        ),
        "codes": _change(
            session,
            delete(KioskEnrolment).where(
                or_(
                    col(KioskEnrolment.used_at) < now - CODES_KEPT,
                    col(KioskEnrolment.expires_at) < now - CODES_KEPT,
                )
            ),
        ),
        "tickets": _change(session, delete(KioskTicket).where(col(KioskTicket.expires_at) < now)),
        "services": _change(session, delete(KioskService).where(col(KioskService.ends_at) < now - SERVICES_KEPT)),
        "refused_items": _change(
            session,
            update(KioskRefusal)
            .where(col(KioskRefusal.settled_at) < now - SETTLED_KEPT, col(KioskRefusal.item) != "")
            .values(item="", sealed=None),
        ),
    }
    if any(gone.values()):
        record_event(session, at=now, actor=actor, action="kiosk.purge", subject="*", **gone)
    return gone


def _change(session: Session, statement: Executable) -> int:
    found = session.execute(statement)
    return found.rowcount if isinstance(found, CursorResult) else 0
