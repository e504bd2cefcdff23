"""Whom interviewers are to see, and what came of each try. No answer is here, and nothing that leads to one.

What a try that ended with answers stores is a day: no instant, no number, no order (rows without SQLite's hidden
number). The response stands in ``response`` under an id that is nowhere here.
"""

from datetime import date, datetime
from uuid import UUID

from sqlmodel import Field, SQLModel, UniqueConstraint

from api.tables.types import Instant

_UNNUMBERED = {"sqlite_with_rowid": False}


class InterviewAssignment(SQLModel, table=True):
    """A case of a sample. ``place`` says where to go, without a name; ``device`` None: any tablet of the unit."""

    __tablename__ = "interview_assignment"
    __table_args__ = (UniqueConstraint("survey", "code"), _UNNUMBERED)

    id: str = Field(primary_key=True, max_length=32)  # random
    survey: str = Field(max_length=40)
    code: str = Field(max_length=60)
    unit: str = Field(index=True, max_length=40)
    place: str = Field(max_length=200)
    device: str | None = Field(default=None, index=True, max_length=20)
    imported_at: datetime = Field(sa_type=Instant)


class InterviewAttempt(SQLModel, table=True):
    """One try. ``at`` and ``seconds`` only where no answer came of it: with them an answer could be found."""

    __tablename__ = "interview_attempt"
    __table_args__ = (_UNNUMBERED,)

    id: UUID = Field(primary_key=True)  # made on the tablet, before the first send
    assignment: str = Field(foreign_key="interview_assignment.id", index=True, max_length=32)
    outcome: str = Field(max_length=20)
    local_day: date
    at: datetime | None = Field(default=None, sa_type=Instant)
    seconds: int | None = None
    consent: str | None = Field(default=None, max_length=40)  # version of the text that was read out
    why: str | None = Field(default=None, max_length=20)  # it was broken off
