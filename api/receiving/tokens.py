"""Single-use tokens of invited people: how they are written and read, what is known of one, that one was opened.

How a token follows from a case is not known here (``api.invitations``); here only hashes are compared.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import delete, select
from sqlmodel import Session, col

from api.tables import InvitationPending, InvitationToken
from api.tables.invitation import Awaited

# Crockford's: no I, L, O, U. 28 letters of 5 bits are 140 bits.
TOKEN_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # noqa: S105  an alphabet
TOKEN_LENGTH = 28
_MISREAD = str.maketrans("ILO", "110")
# Whoever had the page open at midnight may still send it.
GRACE = timedelta(days=1)


@dataclass(frozen=True)
class FoundToken:
    """What an answer to this token is about. ``is_spent``: there is an answer already."""

    sha256: str
    form: str
    selection: str
    unit_filed: str
    unit_decided: str | None
    unit_residence: str | None
    procedure: str | None
    expires_on: date
    is_spent: bool

    def is_expired(self, day: date, *, is_sending: bool = False) -> bool:
        return day > self.expires_on + (GRACE if is_sending else timedelta())


def normalise_token(typed: str) -> str:
    """What was meant by ``typed``: blanks, dashes, small letters and O for 0 are how people copy a code."""
    kept = "".join(letter for letter in typed.upper() if letter.isalnum())
    return kept.translate(_MISREAD)


def show_token(token: str) -> str:
    """``token`` in groups of four, as it is printed."""
    return "-".join(token[start : start + 4] for start in range(0, len(token), 4))


def hash_token(token: str) -> str:
    """What is stored of ``token``; it is random and long, so no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def find_token(session: Session, typed: str) -> FoundToken | None:
    """What is known of the token somebody typed or followed; None when it is not one of ours."""
    token = normalise_token(typed)
    if len(token) != TOKEN_LENGTH or not set(token) <= set(TOKEN_LETTERS):
        return None
    row = session.get(InvitationToken, hash_token(token))
    if row is None:
        return None
    awaited = session.get(InvitationPending, (row.token_sha256, Awaited.ANSWER.value))
    return FoundToken(
        sha256=row.token_sha256,
        form=row.form,
        selection=row.selection,
        unit_filed=row.unit_filed,
        unit_decided=row.unit_decided,
        unit_residence=row.unit_residence,
        procedure=row.procedure,
        expires_on=row.expires_on,
        is_spent=awaited is None,
    )


def is_opening_awaited(session: Session, sha256: str) -> bool:
    """Whether the form of this token was never shown."""
    wanted = select(col(InvitationPending.awaits)).where(
        col(InvitationPending.token_sha256) == sha256, col(InvitationPending.awaits) == Awaited.OPENING
    )
    return session.execute(wanted).first() is not None


def note_opening(session: Session, sha256: str) -> None:
    """The form of this token was shown: nothing is written, something is taken away."""
    session.execute(
        delete(InvitationPending).where(
            col(InvitationPending.token_sha256) == sha256, col(InvitationPending.awaits) == Awaited.OPENING
        )
    )
