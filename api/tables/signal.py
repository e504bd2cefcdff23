"""Reasons to look at responses, what was decided about them, and what is left out of the indices because of it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column
from sqlmodel import Field, Index, SQLModel

from api.tables.types import Document, Instant


class Signal(SQLModel, table=True):
    """A reason to look, as it was last computed. ``id`` follows from what it is about, so that computing again
    finds it; one that is not found any more stays, with ``is_current`` false."""

    __tablename__ = "signal"
    __table_args__ = (Index("ix_signal_month", "month", "kind"),)

    id: str = Field(primary_key=True, max_length=32)
    month: str = Field(max_length=7)
    kind: str = Field(max_length=30)
    form: str | None = Field(default=None, max_length=60)
    unit: str = Field(max_length=40)
    counter: str | None = Field(default=None, max_length=40)
    local_day: date | None = None
    reason: str
    reason_en: str
    figures: dict[str, Any] = Field(sa_column=Column(Document, nullable=False))
    responses: int
    p: float | None = None
    found_at: datetime = Field(sa_type=Instant)
    computed_at: datetime = Field(sa_type=Instant)
    is_current: bool


class SignalResponse(SQLModel, table=True):
    """A response that a signal is about. No foreign key: a response somebody had deleted may be gone."""

    __tablename__ = "signal_response"

    signal: str = Field(foreign_key="signal.id", primary_key=True, max_length=32)
    response_id: UUID = Field(primary_key=True)


class SignalReview(SQLModel, table=True):
    """What an analyst decided about a signal; the latest holds, none is changed."""

    __tablename__ = "signal_review"

    id: int | None = Field(default=None, primary_key=True)
    signal: str = Field(foreign_key="signal.id", index=True, max_length=32)
    at: datetime = Field(sa_type=Instant)
    by: str = Field(max_length=100)
    verdict: str = Field(max_length=10)  # keep, exclude, reopen
    reason: str
    responses: int  # how many it left out


class ResponseExclusion(SQLModel, table=True):
    """A response that stays stored and is left out of the indices, because of one signal. The row goes when that
    is taken back; who did either stands in signal_review and in the audit."""

    __tablename__ = "response_exclusion"

    response_id: UUID = Field(primary_key=True)
    signal: str = Field(foreign_key="signal.id", primary_key=True, max_length=32)
    month: str = Field(index=True, max_length=7)
