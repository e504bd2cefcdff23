"""What people ask staff about their own data, and what was decided."""

from datetime import date, datetime

from sqlmodel import Field, SQLModel

from api.tables.types import Instant


class PrivacyRequest(SQLModel, table=True):
    """A request made at a counter, in a letter or by phone. It takes no name: the person keeps ``number`` and asks
    with it. ``what`` and ``reason`` are stored masked."""

    __tablename__ = "privacy_request"

    number: str = Field(primary_key=True, max_length=12)
    kind: str = Field(max_length=10)  # access, correct, delete, withdraw
    unit: str = Field(index=True, max_length=40)
    what: str = Field(max_length=1000)
    received_on: date
    reply_by: date
    due_on: date
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(max_length=100)
    verdict: str | None = Field(default=None, max_length=10)  # done, refused, not_found
    reason: str | None = Field(default=None, max_length=1000)
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
    decided_by: str | None = Field(default=None, max_length=100)
