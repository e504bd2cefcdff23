"""The second factor: codes of an authenticator app (RFC 6238), each taken once, and recovery codes on paper."""

import base64
import hmac
import secrets
from datetime import datetime

import pyotp
import segno
from sqlalchemy import Executable, delete, or_, update
from sqlmodel import Session, col

from api.settings import Settings
from api.staff.queries import delete_recovery_codes
from api.staff_access.permissions import Role
from api.staff_access.sessions import hash_token
from api.tables import StaffAccount, StaffRecoveryCode

STEP_SECONDS = 30
STEPS_OFF = 1  # a phone's clock may be half a minute wrong
RECOVERY_CODES = 10
ISSUER = "hailong"


def is_required(roles: frozenset[str], settings: Settings) -> bool:
    """Whether somebody with ``roles`` must have a second factor."""
    return bool(roles & set(settings.staff_totp_roles.split(",")) & set(Role))


def new_secret() -> str:
    """A secret for an authenticator app, 160 bits."""
    return pyotp.random_base32()


def draw_secret(secret: str, email: str) -> str:
    """The QR code that hands ``secret`` to the app, as SVG."""
    address = pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)
    return segno.make(address, error="m").svg_inline(scale=4, border=4, light="#fff", omitsize=True)


def find_step(secret: str, code: str, now: datetime) -> int | None:
    """The step of time that ``code`` belongs to; None when it is not a code of now."""
    present = int(now.timestamp()) // STEP_SECONDS
    given, found = _digits(code), None
    for step in range(present - STEPS_OFF, present + STEPS_OFF + 1):
        expected = pyotp.TOTP(secret).at(step * STEP_SECONDS)
        if hmac.compare_digest(expected.encode(), given.encode()):
            found = step
    return found


def take_code(session: Session, account: StaffAccount, code: str, *, now: datetime) -> str | None:
    """Use up ``code``: "totp" or "recovery" when it counts, None when it does not or was used before."""
    step = find_step(account.totp_secret, code, now) if account.totp_secret else None
    if step is not None:
        is_new = or_(col(StaffAccount.totp_last_step).is_(None), col(StaffAccount.totp_last_step) < step)
        mine = update(StaffAccount).where(col(StaffAccount.id) == account.id, is_new)
        # The database decides: of two requests with one code a single one counts.
        return "totp" if _rows(session, mine.values(totp_last_step=step)) == 1 else None
    written = hash_token(f"{account.id} {_letters(code)}")
    used = delete(StaffRecoveryCode).where(
        col(StaffRecoveryCode.code_sha256) == written, col(StaffRecoveryCode.account_id) == account.id
    )
    return "recovery" if _rows(session, used) == 1 else None


def make_recovery_codes(session: Session, account: str) -> list[str]:
    """New codes for ``account`` instead of all former ones, told only here; 80 bits each."""
    delete_recovery_codes(session, account)
    codes = [base64.b32encode(secrets.token_bytes(10)).decode() for _ in range(RECOVERY_CODES)]
    session.add_all(
        StaffRecoveryCode(code_sha256=hash_token(f"{account} {code}"), account_id=account) for code in codes
    )
    session.flush()
    return ["-".join(code[start : start + 4] for start in range(0, 16, 4)).lower() for code in codes]


def _rows(session: Session, statement: Executable) -> int:
    return session.connection().execute(statement).rowcount


def _digits(code: str) -> str:
    return "".join(letter for letter in code if letter in "0123456789")[:12]


def _letters(code: str) -> str:
    return "".join(letter for letter in code.upper() if letter.isascii() and letter.isalnum())[:40]
