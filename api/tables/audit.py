"""What staff and machines did, in order."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from api.tables.types import Document, Instant


class AuditEvent(SQLModel, table=True):
    """One action; rows are only added."""

    __tablename__ = "audit_event"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=Instant, index=True)
    actor: str = Field(max_length=100)
    action: str = Field(max_length=60)
    subject: str = Field(max_length=200)
    detail: dict[str, Any] = Field(sa_column=Column(Document, nullable=False))
