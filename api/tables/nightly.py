"""Runs of the nightly work: when, what, how many, and what went wrong."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from api.tables.types import Document, Instant


class NightlyRun(SQLModel, table=True):
    """One run. ``steps`` grows while it goes on: name, seconds, counts, error. ``finished_at`` null: it goes on,
    or it was cut off."""

    __tablename__ = "nightly_run"

    id: int | None = Field(default=None, primary_key=True)
    started_at: datetime = Field(sa_type=Instant)
    finished_at: datetime | None = Field(default=None, sa_type=Instant)
    failed: int = 0  # steps
    steps: list[dict[str, Any]] = Field(sa_column=Column(Document, nullable=False))
