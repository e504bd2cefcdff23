"""One response per case, and none that leads back to it: finished cases, single-use tokens, what is still awaited.

What a person does is only ever stored by taking a row away: a row that is gone has no time, no place in an order
and, on PostgreSQL, no transaction number that an answer could be joined by. Between case and token stands no
column: the token follows from the case by a key that is not in the database. Foreign keys are left out on
purpose: checking one makes PostgreSQL mark the row that is referred to.
"""

from datetime import date
from enum import StrEnum

from sqlmodel import Field, SQLModel, UniqueConstraint

# Without SQLite's hidden row number, which would count the rows in the order in which they came.
_UNNUMBERED = {"sqlite_with_rowid": False}


class Awaited(StrEnum):
    """What an invitation still waits for."""

    OPENING = "opening"
    ANSWER = "answer"


class InvitationCase(SQLModel, table=True):
    """A finished case whose person may be asked. Nothing that people do changes it; it goes when its period
    closes."""

    __tablename__ = "invitation_case"
    __table_args__ = (UniqueConstraint("dossier"), _UNNUMBERED)

    id: str = Field(primary_key=True, max_length=32)  # random
    dossier: str = Field(max_length=60)
    period: str = Field(index=True, max_length=7)  # the month of the result
    result_day: date
    form: str = Field(max_length=60)
    selection: str = Field(max_length=20)
    unit_filed: str = Field(max_length=40)
    unit_decided: str | None = Field(default=None, max_length=40)
    unit_residence: str | None = Field(default=None, max_length=40)
    procedure: str = Field(max_length=40)
    messages: int = 0  # how often its link was written into a file for the gateway
    messaged_on: date | None = None


class InvitationToken(SQLModel, table=True):
    """A link that was made, by its hash, with as much of its case as an answer may carry. All tokens of a period
    are written anew, in the order of their hashes, at every import."""

    __tablename__ = "invitation_token"
    __table_args__ = (_UNNUMBERED,)

    token_sha256: str = Field(primary_key=True, max_length=64)
    period: str = Field(index=True, max_length=7)
    form: str = Field(max_length=60)
    selection: str = Field(max_length=20)
    unit_filed: str = Field(max_length=40)
    unit_decided: str | None = Field(default=None, max_length=40)
    unit_residence: str | None = Field(default=None, max_length=40)
    procedure: str | None = Field(default=None, max_length=40)
    expires_on: date


class InvitationPending(SQLModel, table=True):
    """Something that has not happened yet to a token; the row is deleted when it happens."""

    __tablename__ = "invitation_pending"
    __table_args__ = (_UNNUMBERED,)

    token_sha256: str = Field(primary_key=True, max_length=64)
    awaits: str = Field(primary_key=True, max_length=10)  # Awaited


class InvitationTotal(SQLModel, table=True):
    """What is kept of a closed period: how many were invited, opened, answered. ``procedure`` empty: too few cases
    of it to be told apart."""

    __tablename__ = "invitation_total"

    period: str = Field(primary_key=True, max_length=7)
    form: str = Field(primary_key=True, max_length=60)
    selection: str = Field(primary_key=True, max_length=20)
    unit_filed: str = Field(primary_key=True, max_length=40)
    procedure: str = Field(primary_key=True, max_length=40)
    invited: int
    opened: int
    answered: int
