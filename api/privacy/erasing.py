"""Deletes one response with everything that hangs on it; what is left says only that there was one."""

from datetime import datetime
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, delete

from analysis.dataset import SnapshotKey
from api.audit import record_event
from api.clock import local_day
from api.receiving.erased import hash_id
from api.tables import (
    Comment,
    CommentOriginal,
    ErasedResponse,
    KioskRefusal,
    Response,
    ResponseExclusion,
    ResponseText,
    SignalResponse,
)

CITIZEN = "citizen"


def find_response(session: Session, id: UUID) -> Response | None:
    """The response of a receipt."""
    return session.get(Response, id)


def erase_response(
    session: Session, id: UUID, *, now: datetime, zone: ZoneInfo, snapshots_folder: Path, actor: str = CITIZEN
) -> bool:
    """Remove the response ``id``, its texts, comments and originals; False when it is not there (any more). The
    audit tells form, month and unit, not which response. The snapshot that holds it goes too, and is made anew
    from what is left when the index is next computed."""
    response = session.get(Response, id)
    if response is None:
        return False
    session.add(
        ErasedResponse(
            id_sha256=hash_id(id),
            content_hash=response.content_hash,
            form=response.form,
            version=response.version,
            month=response.month,
            unit_filed=response.unit_filed,
            received_at=response.received_at,
            erased_on=local_day(now, zone),
        )
    )
    record_event(
        session,
        at=now,
        actor=actor,
        action="response.erase",
        subject=f"{response.form} {response.version} {response.month}",
        unit=response.unit_filed,
    )
    for table in (ResponseText, Comment, CommentOriginal, SignalResponse, ResponseExclusion):
        session.execute(delete(table).where(col(table.response_id) == id))
    session.execute(delete(KioskRefusal).where(col(KioskRefusal.response_id) == str(id)))
    session.execute(delete(Response).where(col(Response.id) == id))
    session.expunge(response)
    # Counting rows would not do: one gone and one new of the same month look like no change.
    SnapshotKey(response.form, response.version, response.month).file(snapshots_folder).unlink(missing_ok=True)
    return True
