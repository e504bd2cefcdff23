"""Inviting, changing, disabling and resetting accounts, each with its audit row; no password is ever preset."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from api.audit import record_event
from api.errors import Conflict, Malformed, NotThere
from api.settings import Settings
from api.staff.queries import (
    delete_browsers,
    delete_grants,
    delete_invitations,
    delete_recovery_codes,
    find_by_email,
    known_counters,
    known_units,
)
from api.staff_access.permissions import Role
from api.staff_access.sessions import end_sessions, hash_token
from api.staff_access.staff import Grant
from api.tables import StaffAccount, StaffGrant, StaffInvitation, StaffOwnCounter

_EMAIL = re.compile(r"[^@\s]{1,100}@[^@\s.]+(\.[^@\s.]+)+")


@dataclass(frozen=True)
class Wanted:
    """What an account shall be."""

    email: str
    name: str
    grants: Sequence[Grant]
    own_counters: Sequence[str] = ()


def invite_account(session: Session, wanted: Wanted, *, now: datetime, settings: Settings, actor: str) -> str:
    """A new account, and the token of the link with which its person sets a password; told only here.

    Malformed with everything that is wrong; Conflict when the e-mail has an account already.
    """
    _check(session, wanted)
    if find_by_email(session, wanted.email) is not None:
        raise Conflict(
            "account_exists",
            f"{wanted.email} đã có tài khoản; hãy đặt lại tài khoản đó",
            f"{wanted.email} has an account already; reset that one",
        )
    account = StaffAccount(
        id=secrets.token_hex(6), email=wanted.email.strip().lower(), name=wanted.name.strip(), created_at=now
    )
    session.add(account)
    session.flush()
    _add_grants(session, account.id, wanted)
    token = _make_invitation(session, account, now, settings)
    _record(session, account, now, actor, "account.invite", wanted.grants, counters=sorted(wanted.own_counters))
    return token


def change_account(session: Session, account: StaffAccount, wanted: Wanted, *, now: datetime, actor: str) -> None:
    """Give ``account`` the name, roles and own counters wanted; the e-mail stays."""
    _check(session, wanted)
    delete_grants(session, account.id)
    account.name = wanted.name.strip()
    session.add(account)
    _add_grants(session, account.id, wanted)
    _record(session, account, now, actor, "account.change", wanted.grants, counters=sorted(wanted.own_counters))


def disable_account(session: Session, account: StaffAccount, *, now: datetime, actor: str) -> None:
    """Nobody signs in as ``account`` any more, and whoever is goes out at once; Conflict when it is so already."""
    if account.disabled_at is not None:
        raise Conflict("account_is_disabled", "Tài khoản đã bị khóa", "The account is disabled already")
    account.disabled_at = now
    session.add(account)
    end_sessions(session, account.id)
    delete_invitations(session, account.id)
    delete_browsers(session, account.id)
    _record(session, account, now, actor, "account.disable")


def reset_account(
    session: Session,
    account: StaffAccount,
    *,
    forget_second_factor: bool,
    now: datetime,
    settings: Settings,
    actor: str,
) -> str:
    """Take the password away, open a disabled account again, and give the token of a new link."""
    account.password_hash, account.disabled_at = None, None
    if forget_second_factor:
        account.totp_secret = account.totp_last_step = None
        delete_recovery_codes(session, account.id)
    session.add(account)
    end_sessions(session, account.id)
    delete_browsers(session, account.id)
    token = _make_invitation(session, account, now, settings)
    _record(session, account, now, actor, "account.reset", second_factor=forget_second_factor)
    return token


def find_account(session: Session, *, email: str) -> StaffAccount:
    """The account of ``email``; NotThere without one."""
    account = find_by_email(session, email)
    if account is None:
        raise NotThere("unknown_account", f"Không có tài khoản {email}", f"There is no account {email}")
    return account


def invitation_link(token: str, public_url: str) -> str:
    """Where the invited person sets the password."""
    return f"{public_url.rstrip('/')}/staff/invitation/{token}"


def _check(session: Session, wanted: Wanted) -> None:
    problems = []
    if not _EMAIL.fullmatch(wanted.email.strip()) or len(wanted.email) > 200:
        problems.append(_problem("email", wanted.email, "E-mail chưa đúng", "Not an e-mail address"))
    if not wanted.name.strip() or len(wanted.name) > 200 or "\x00" in wanted.name:
        problems.append(_problem("name", wanted.name, "Cần họ tên, không quá 200 ký tự", "A name is needed"))
    if not wanted.grants:
        problems.append(_problem("role", "", "Cần ít nhất một vai trò", "At least one role is needed"))
    roles = ", ".join(Role)
    units = known_units(session, [grant.unit for grant in wanted.grants if grant.unit])
    for grant in wanted.grants:
        if grant.role not in set(Role):
            problems.append(_problem("role", grant.role, f"Vai trò phải là: {roles}", f"Roles are: {roles}"))
        if grant.unit is not None and grant.unit not in units:
            problems.append(_problem("unit", grant.unit, "Không có đơn vị này", "There is no such unit"))
    for counter in sorted(set(wanted.own_counters) - known_counters(session, wanted.own_counters)):
        problems.append(_problem("own_counter", counter, "Không có quầy này", "There is no such counter"))
    if problems:
        raise Malformed("malformed_account", "Tài khoản chưa hợp lệ", "The account is not valid", problems)


def _add_grants(session: Session, account: str, wanted: Wanted) -> None:
    for grant in dict.fromkeys(wanted.grants):
        session.add(StaffGrant(account_id=account, role=grant.role, unit=grant.unit))
    for counter in dict.fromkeys(wanted.own_counters):
        session.add(StaffOwnCounter(account_id=account, counter=counter))
    session.flush()


def _make_invitation(session: Session, account: StaffAccount, now: datetime, settings: Settings) -> str:
    delete_invitations(session, account.id)
    token = secrets.token_urlsafe(32)
    expires_at = now + timedelta(hours=settings.staff_invitation_hours)
    session.add(StaffInvitation(token_sha256=hash_token(token), account_id=account.id, expires_at=expires_at))
    session.flush()
    return token


def _record(
    session: Session,
    account: StaffAccount,
    now: datetime,
    actor: str,
    action: str,
    grants: Sequence[Grant] = (),
    **detail: Any,
) -> None:
    units = {grant.unit for grant in grants}
    if grants:
        detail["roles"] = [f"{grant.role} {grant.unit or '*'}" for grant in grants]
    unit = units.pop() if len(units) == 1 else None
    record_event(session, at=now, actor=actor, action=action, subject=account.id, unit=unit, **detail)


def _problem(field: str, value: str, vi: str, en: str) -> dict[str, str]:
    told = f": {value[:80]}" if value.strip() else ""
    return {
        "field": field,
        "code": f"wrong_{field}",
        "value": value[:80],
        "vi": f"{vi}{told}",
        "en": f"{en}{told}",
    }
