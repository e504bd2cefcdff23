"""What a citizen answered: one document per response; free text apart."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, false
from sqlmodel import Field, Index, SQLModel

from api.tables.types import Document, Instant, OptionalDocument


class Response(SQLModel, table=True):
    """One filled form. Never changed after the insert: same id with other content is a conflict.

    ``answers`` maps question id to the answer as ``survey_forms.answers`` gives it, free text taken out.
    ``submitted_at`` is what the device said. ``local_day`` is the day it counts for: that of ``submitted_at``, or
    where the device's clock cannot be believed (``is_clock_doubted``) that of the instant corrected by
    ``clock_offset_seconds``, else of ``received_at``.
    """

    __tablename__ = "response"
    __table_args__ = (
        Index("ix_response_form_month", "form", "version", "month"),
        Index("ix_response_device", "device", "device_sequence"),
    )

    id: UUID = Field(primary_key=True)
    form: str = Field(max_length=60)
    version: str = Field(max_length=40)
    form_hash: str = Field(max_length=64)
    answers: dict[str, Any] = Field(sa_column=Column(Document, nullable=False))
    content_hash: str = Field(max_length=64)
    unit_filed: str = Field(max_length=40)
    unit_decided: str | None = Field(default=None, max_length=40)
    unit_residence: str | None = Field(default=None, max_length=40)
    procedure: str | None = Field(default=None, max_length=40)
    counter: str | None = Field(default=None, max_length=40)
    channel: str = Field(max_length=20)
    selection: str = Field(max_length=20)
    language: str = Field(max_length=10)
    started_at: datetime | None = Field(default=None, sa_type=Instant)
    submitted_at: datetime = Field(sa_type=Instant)
    received_at: datetime = Field(sa_type=Instant)
    local_day: date
    month: str = Field(max_length=7)
    is_clock_doubted: bool = False
    device: str | None = Field(default=None, max_length=60)
    device_sequence: int | None = None
    import_run: int | None = Field(default=None, foreign_key="import_run.id")
    is_demo: bool = False
    completeness: str = Field(
        default="complete", max_length=10, sa_column_kwargs={"server_default": "complete"}
    )  # complete, flagged, partial
    is_assisted: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    option_order: str | None = Field(default=None, max_length=10)  # ascending, descending: as it was shown
    clock_offset_seconds: int | None = None  # our clock less the device's, when it was sent
    durations: dict[str, float] | None = Field(default=None, sa_column=Column(OptionalDocument))
    consent: str | None = Field(default=None, max_length=40)  # version of the text that was agreed to
    # A field no person sees was filled in: a program may have sent it. It counts until somebody decides.
    is_trapped: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


class ResponseText(SQLModel, table=True):
    """Free text of a response: personal data until screened, so kept apart and never exported."""

    __tablename__ = "response_text"

    response_id: UUID = Field(foreign_key="response.id", primary_key=True)
    question: str = Field(primary_key=True, max_length=60)
    text: str
