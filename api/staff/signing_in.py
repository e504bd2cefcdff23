"""From a password, a code or a provider's word to a session; every outcome leaves its audit row."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col, select

from api.audit import record_event
from api.db import begin_write
from api.errors import NotThere
from api.settings import Settings
from api.staff.passwords import check_password, hash_password, needs_rehash, verify_password
from api.staff.queries import delete_invitations, find_by_email
from api.staff.second_factor import is_required, take_code
from api.staff_access.sessions import CODE, ENROL, FULL, end_session, end_sessions, hash_token, start_session
from api.tables import StaffAccount, StaffBrowser, StaffGrant, StaffInvitation, StaffSession

BROWSER_DAYS = 180
WRONG_CODES_MAX = 5  # then the password is asked for again


@dataclass(frozen=True)
class SignedIn:
    """A new session: its token, and what it still owes."""

    token: str
    step: str
    account: StaffAccount


def sign_in_by_password(
    session: Session, email: str, password: str, *, former: str | None, now: datetime, settings: Settings
) -> SignedIn | None:
    """A session for whoever knows the password; None for a wrong one, an unknown or a disabled account: nobody
    learns which. ``former``: the token the browser came with, which ends."""
    account = find_by_email(session, email)
    stored = account.password_hash if account and account.disabled_at is None else None
    is_right = verify_password(stored, password)  # the same work for a name nobody has
    new_hash = hash_password(password) if stored is not None and is_right and needs_rehash(stored) else None
    begin_write(session)  # not before: hashing must not keep the counters' answers waiting for SQLite's lock
    if account is None or stored is None or not is_right:
        # A row for nobody too: one commit more would tell which names there are.
        id, why = (account.id, "password") if account else ("", "name")
        actor = f"staff {id}" if id else "unknown"
        record_event(session, at=now, actor=actor, action="sign_in.refused", subject=id, unit=None, why=why)
        return None
    if new_hash is not None:
        account.password_hash = new_hash
        session.add(account)
    return open_session(session, account, former=former, how="password", now=now, settings=settings)


def open_session(
    session: Session,
    account: StaffAccount,
    *,
    former: str | None,
    how: str,
    now: datetime,
    settings: Settings,
    has_second_factor: bool = False,
) -> SignedIn:
    """A session of ``account``, which owes a code, or enrolment, or nothing (``has_second_factor``: the provider
    has asked for one)."""
    if former is not None:
        end_session(session, former)
    step = FULL
    if not has_second_factor:
        if account.totp_secret is not None:
            step = CODE
        elif is_required(_roles_of(session, account.id), settings):
            step = ENROL
    token = start_session(session, account, step=step, now=now, settings=settings)
    _record(session, account, now, "sign_in" if step == FULL else f"sign_in.{step}", how=how)
    return SignedIn(token, step, account)


def sign_in_by_code(
    session: Session, token: str, account: StaffAccount, code: str, *, now: datetime, settings: Settings
) -> SignedIn | None:
    """The whole session instead of the one that owed a code; None for a wrong or used code, and after five of
    them the password is asked for again."""
    how = take_code(session, account, code, now=now)
    if how is not None:
        return finish(session, token, account, how=how, now=now, settings=settings)
    row = session.get(StaffSession, hash_token(token))
    if row is not None:
        row.wrong_codes += 1
        session.add(row)
        if row.wrong_codes >= WRONG_CODES_MAX:
            session.delete(row)
    _record(session, account, now, "sign_in.refused", why="code")
    return None


def finish(
    session: Session, token: str, account: StaffAccount, *, how: str, now: datetime, settings: Settings
) -> SignedIn:
    """A whole session under a new token; the old one ends."""
    end_session(session, token)
    new = start_session(session, account, step=FULL, now=now, settings=settings)
    _record(session, account, now, "sign_in", how=how)
    return SignedIn(new, FULL, account)


def set_password(session: Session, account: StaffAccount, password: str, *, now: datetime, how: str) -> None:
    """Give ``account`` this password and sign it out everywhere; Malformed for a weak one."""
    check_password(password, person=(account.name, account.email))
    hashed = hash_password(password)
    begin_write(session)
    account.password_hash = hashed
    session.add(account)
    delete_invitations(session, account.id)
    end_sessions(session, account.id)
    _record(session, account, now, "account.password", how=how)


def find_invited(session: Session, token: str, *, now: datetime) -> StaffAccount:
    """Whose invitation this is; NotThere for one that was used, replaced, or is too old."""
    row = session.get(StaffInvitation, hash_token(token))
    account = session.get(StaffAccount, row.account_id) if row is not None and row.expires_at > now else None
    if account is None or account.disabled_at is not None:
        raise NotThere(
            "invitation_over",
            "Liên kết này đã dùng hoặc đã hết hạn; hãy xin người quản trị liên kết mới",
            "This link was used or is too old; ask an administrator for a new one",
        )
    return account


def know_browser(session: Session, account: str, *, now: datetime) -> str:
    """A token for a browser from which the person has signed in; old ones are forgotten."""
    forget_old_browsers(session, now=now)
    token = secrets.token_urlsafe(32)
    session.add(StaffBrowser(token_sha256=hash_token(token), account_id=account, seen_at=now))
    session.flush()
    return token


def forget_old_browsers(session: Session, *, now: datetime) -> None:
    """Forget those from which nobody has signed in for long."""
    session.execute(delete(StaffBrowser).where(col(StaffBrowser.seen_at) <= now - timedelta(days=BROWSER_DAYS)))


def is_known_browser(session: Session, token: str | None, email: str, *, now: datetime) -> bool:
    """Whether the person of ``email`` has signed in from the browser of ``token``."""
    row = session.get(StaffBrowser, hash_token(token)) if token else None
    if row is None or row.seen_at <= now - timedelta(days=BROWSER_DAYS):
        return False
    account = find_by_email(session, email)
    return account is not None and account.id == row.account_id


def _roles_of(session: Session, account: str) -> frozenset[str]:
    return frozenset(session.exec(select(StaffGrant.role).where(StaffGrant.account_id == account)))


def _record(session: Session, account: StaffAccount, now: datetime, action: str, **detail: str) -> None:
    record_event(
        session, at=now, actor=f"staff {account.id}", action=action, subject=account.id, unit=None, **detail
    )
