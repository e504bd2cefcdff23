"""Services that ended at a counter: who asks there about them, until when. Nothing of the person is here."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col, select

from api.errors import Malformed, NotThere
from api.kiosks.codes import hash_secret, make_secret
from api.tables import Counter, KioskService, KioskTicket, Procedure

ENDS_AFTER = timedelta(seconds=120)
TICKET_LASTS = timedelta(seconds=60)
KEPT = timedelta(days=1)  # for whoever looks why a tablet did not ask


@dataclass(frozen=True)
class Pending:
    """A service that a tablet may ask about now."""

    service: str
    counter: str
    procedure: str | None
    procedure_name: Mapping[str, str] | None  # by language: a bare code tells a citizen nothing
    ends_at: datetime

    def as_event(self) -> dict[str, Any]:
        return {
            "service": self.service,
            "procedure": self.procedure,
            "procedure_name": self.procedure_name,
            "ends_at": self.ends_at.isoformat(),
        }


def end_service(session: Session, counter: str, procedure: str | None, *, now: datetime) -> Pending:
    """Have the tablets of ``counter`` ask; NotThere for an unknown counter, Malformed for an unknown procedure."""
    if session.get(Counter, counter) is None:
        raise NotThere("unknown_counter", f"Không có quầy {counter}", f"There is no counter {counter}")
    known = session.get(Procedure, procedure) if procedure is not None else None
    if procedure is not None and known is None:
        raise Malformed("unknown_procedure", f"Không có thủ tục {procedure}", f"There is no procedure {procedure}")
    session.execute(delete(KioskService).where(col(KioskService.ends_at) < now - KEPT))
    made = KioskService(
        id=secrets.token_hex(12), counter=counter, procedure=procedure, ended_at=now, ends_at=now + ENDS_AFTER
    )
    session.add(made)
    session.flush()
    return _pending(made, known)


def list_pending(session: Session, *, now: datetime, counter: str | None = None) -> list[Pending]:
    """What may be asked now (at ``counter``, when given): the last that ended of each counter, oldest first."""
    asked = (
        select(KioskService, Procedure)
        .join(Procedure, col(Procedure.code) == col(KioskService.procedure), isouter=True)
        .where(col(KioskService.ends_at) > now)
        .order_by(col(KioskService.ended_at))
    )
    if counter is not None:
        asked = asked.where(KioskService.counter == counter)
    last = {row.counter: _pending(row, procedure) for row, procedure in session.exec(asked)}
    return list(last.values())


def make_ticket(session: Session, device: str, *, now: datetime) -> str:
    """A ticket that opens one stream, once and soon."""
    session.execute(delete(KioskTicket).where(col(KioskTicket.expires_at) < now))
    ticket = make_secret()
    session.add(KioskTicket(ticket_sha256=hash_secret(ticket), device=device, expires_at=now + TICKET_LASTS))
    session.flush()
    return ticket


def take_ticket(session: Session, ticket: str, *, now: datetime) -> str | None:
    """The device of ``ticket``, which is used up; None when it counts no more."""
    found = session.get(KioskTicket, hash_secret(ticket))
    if found is None:
        return None
    taken = session.execute(
        delete(KioskTicket)
        .where(col(KioskTicket.ticket_sha256) == found.ticket_sha256)
        .returning(col(KioskTicket.device))
    ).scalar_one_or_none()
    return taken if found.expires_at > now else None


def _pending(row: KioskService, procedure: Procedure | None) -> Pending:
    name = {"vi": procedure.name, "en": procedure.name_en or procedure.name} if procedure else None
    return Pending(row.id, row.counter, row.procedure, name, row.ends_at)
