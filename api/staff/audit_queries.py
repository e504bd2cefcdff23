"""Questions to the audit."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from api.tables import AuditEvent, StaffAccount


@dataclass(frozen=True)
class AuditFilter:
    """Empty: everything. ``actor`` is part of a name, an e-mail or the actor as written; ``scope`` None: all."""

    actor: str
    action: str
    unit: str
    until: datetime | None
    before: int | None
    scope: frozenset[str] | None


def find_events(session: Session, asked: AuditFilter, *, limit: int) -> list[AuditEvent]:
    """The newest events that fit."""
    query = select(AuditEvent).order_by(col(AuditEvent.id).desc()).limit(limit)
    unit = col(AuditEvent.detail)["unit"].as_string()
    if asked.scope is not None:
        query = query.where(unit.in_(sorted(asked.scope)))
    if asked.unit:
        query = query.where(unit == asked.unit)
    if asked.action:
        query = query.where(col(AuditEvent.action).startswith(asked.action, autoescape=True))
    if asked.actor:
        query = query.where(col(AuditEvent.actor).in_(_actors(session, asked.actor)))
    if asked.until is not None:
        query = query.where(col(AuditEvent.at) < asked.until)
    if asked.before is not None:
        query = query.where(col(AuditEvent.id) < asked.before)
    return list(session.exec(query))


def _actors(session: Session, asked: str) -> list[str]:
    # Case in Vietnamese is folded here: SQLite knows only that of ASCII.
    people = session.exec(select(StaffAccount)).all()
    wanted = asked.casefold()
    found = [f"staff {one.id}" for one in people if wanted in one.name.casefold() or wanted in one.email]
    return [asked, f"staff {asked}", *found]
