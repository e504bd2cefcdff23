"""Deletes what of staff has an end: sessions, invitations, browsers that were known."""

from datetime import datetime

from sqlmodel import Session, func, select

from api.settings import Settings
from api.staff.signing_in import forget_old_browsers
from api.staff_access.sessions import delete_ended
from api.tables import StaffBrowser, StaffInvitation, StaffSession

_TABLES = {"sessions": StaffSession, "invitations": StaffInvitation, "browsers": StaffBrowser}


def delete_expired(session: Session, *, now: datetime, settings: Settings) -> dict[str, int]:
    """How many of each went. Signing in does the same; this is for nights when nobody does."""
    before = _count(session)
    delete_ended(session, now=now, settings=settings)
    forget_old_browsers(session, now=now)
    after = _count(session)
    return {name: before[name] - after[name] for name in before}


def _count(session: Session) -> dict[str, int]:
    return {name: session.exec(select(func.count()).select_from(table)).one() for name, table in _TABLES.items()}
