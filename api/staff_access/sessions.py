"""Sessions of staff: a random token in a cookie, its hash in the database, two time-outs, one way out for all."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, update
from sqlmodel import Session, col, select

from api.settings import Settings
from api.tables import StaffAccount, StaffGrant, StaffInvitation, StaffOwnCounter, StaffSession

NOTED_SECONDS = 60  # how exactly the last sign of life is known: not every page is a write
HALF_MINUTES = 15  # a session that still owes its code

CODE, ENROL, FULL = "code", "enrol", "full"


@dataclass(frozen=True)
class OpenSession:
    """A session that counts, and whose it is."""

    row: StaffSession
    account: StaffAccount
    grants: tuple[StaffGrant, ...]
    own_counters: frozenset[str]


def hash_token(token: str) -> str:
    """What is stored of a long random secret."""
    return hashlib.sha256(token.encode()).hexdigest()


def start_session(session: Session, account: StaffAccount, *, step: str, now: datetime, settings: Settings) -> str:
    """A new session of ``account`` and its token; sweeps out what has ended."""
    delete_ended(session, now=now, settings=settings)
    token = secrets.token_urlsafe(32)
    session.add(
        StaffSession(token_sha256=hash_token(token), account_id=account.id, step=step, started_at=now, seen_at=now)
    )
    session.flush()
    return token


def find_session(session: Session, token: str, *, now: datetime, settings: Settings) -> OpenSession | None:
    """The session of ``token`` unless it ended, or its account is disabled; the row as it is stored."""
    row = session.get(StaffSession, hash_token(token))
    if row is None or _has_ended(row, now, settings):
        return None
    account = session.get(StaffAccount, row.account_id)
    if account is None or account.disabled_at is not None:
        return None
    grants = session.exec(
        select(StaffGrant).where(StaffGrant.account_id == account.id).order_by(col(StaffGrant.id))
    )
    counters = session.exec(select(StaffOwnCounter.counter).where(StaffOwnCounter.account_id == account.id))
    return OpenSession(row, account, tuple(grants), frozenset(counters))


def note_sign_of_life(session: Session, token: str, *, now: datetime) -> None:
    """Put off the idle time-out."""
    session.execute(_of(token, update(StaffSession)).values(seen_at=now))


def end_session(session: Session, token: str) -> None:
    """Sign this browser out; nothing happens when it is already."""
    session.execute(_of(token, delete(StaffSession)))


def end_sessions(session: Session, account_id: str) -> None:
    """Sign the person out everywhere."""
    session.execute(delete(StaffSession).where(col(StaffSession.account_id) == account_id))


def delete_ended(session: Session, *, now: datetime, settings: Settings) -> None:
    """Delete sessions and invitations whose time is over."""
    oldest = now - timedelta(hours=settings.staff_session_hours)
    idle = now - timedelta(minutes=settings.staff_idle_minutes)
    over = or_(col(StaffSession.started_at) <= oldest, col(StaffSession.seen_at) <= idle)
    session.execute(delete(StaffSession).where(over))
    session.execute(delete(StaffInvitation).where(col(StaffInvitation.expires_at) <= now))


def _has_ended(row: StaffSession, now: datetime, settings: Settings) -> bool:
    whole = timedelta(hours=settings.staff_session_hours) if row.step == FULL else timedelta(minutes=HALF_MINUTES)
    is_idle = now - row.seen_at >= timedelta(minutes=settings.staff_idle_minutes)
    return is_idle or now - row.started_at >= whole


def _of(token: str, statement: Any) -> Any:
    return statement.where(col(StaffSession.token_sha256) == hash_token(token))
