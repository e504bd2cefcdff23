"""Tablets at counters: who they are, what they are told, how they are, and what of theirs could not be stored."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Column
from sqlmodel import Field, Index, SQLModel, UniqueConstraint

from api.tables.types import Document, Instant


class KioskDevice(SQLModel, table=True):
    """A tablet. ``number`` is its name in its unit ("máy 7"); of its key only the hash is stored. The PIN of its
    supervisor is checked on the tablet, so it carries salt and hash in its configuration."""

    __tablename__ = "kiosk_device"
    __table_args__ = (UniqueConstraint("unit", "number"),)

    id: str = Field(primary_key=True, max_length=20)
    number: int
    unit: str = Field(max_length=40)
    counter: str | None = Field(default=None, index=True, max_length=40)
    key_sha256: str = Field(max_length=64)
    pin: dict[str, Any] = Field(sa_column=Column(Document, nullable=False))  # salt, iterations, hash
    config_version: int = 1
    first_sequence: int = 1  # a tablet that was enrolled before goes on counting
    enrolled_at: datetime = Field(sa_type=Instant)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)


class KioskConfig(SQLModel, table=True):
    """One version of what a tablet was told; never changed, a rollback writes the next one."""

    __tablename__ = "kiosk_config"

    device: str = Field(foreign_key="kiosk_device.id", primary_key=True, max_length=20)
    version: int = Field(primary_key=True)
    settings: dict[str, Any] = Field(sa_column=Column(Document, nullable=False))
    made_at: datetime = Field(sa_type=Instant)
    made_by: str = Field(max_length=100)
    restores: int | None = None  # the version a rollback went back to


class KioskEnrolment(SQLModel, table=True):
    """A code, good once and not for long, with which a tablet becomes a device, or one gets a new key."""

    __tablename__ = "kiosk_enrolment"

    code_sha256: str = Field(primary_key=True, max_length=64)
    unit: str = Field(max_length=40)
    counter: str | None = Field(default=None, max_length=40)
    device: str | None = Field(default=None, foreign_key="kiosk_device.id", max_length=20)  # re-enrolled
    settings: dict[str, Any] = Field(sa_column=Column(Document, nullable=False))
    pin: dict[str, Any] = Field(sa_column=Column(Document, nullable=False))
    made_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)
    used_at: datetime | None = Field(default=None, sa_type=Instant)


class KioskState(SQLModel, table=True):
    """The last heartbeat of a tablet, as it told it; instants of its clock stay text inside ``told``."""

    __tablename__ = "kiosk_state"

    device: str = Field(foreign_key="kiosk_device.id", primary_key=True, max_length=20)
    received_at: datetime = Field(sa_type=Instant)
    clock_offset_seconds: int
    told: dict[str, Any] = Field(sa_column=Column(Document, nullable=False))


class KioskSpan(SQLModel, table=True):
    """A time without a break in which a tablet was awake: its heartbeats, joined. ``is_outside``: of the opening
    hours. Between two spans it was silent."""

    __tablename__ = "kiosk_span"
    __table_args__ = (Index("ix_kiosk_span_device", "device", "ended_at"),)

    id: int | None = Field(default=None, primary_key=True)
    device: str = Field(foreign_key="kiosk_device.id", max_length=20)
    started_at: datetime = Field(sa_type=Instant)
    ended_at: datetime = Field(sa_type=Instant)
    heartbeats: int
    is_outside: bool


class KioskTrouble(SQLModel, table=True):
    """Something a tablet wrote down when it went wrong, told with a later heartbeat. ``told_at`` is what its clock
    said then, ``happened_at`` what that means on ours, where it can be true. Kept for a set time."""

    __tablename__ = "kiosk_trouble"
    __table_args__ = (UniqueConstraint("device", "told_at", "code"),)

    id: int | None = Field(default=None, primary_key=True)
    device: str = Field(foreign_key="kiosk_device.id", max_length=20)
    told_at: str = Field(max_length=200)
    code: str = Field(max_length=200)
    detail: str = Field(max_length=200)
    happened_at: datetime | None = Field(default=None, sa_type=Instant)
    received_at: datetime = Field(index=True, sa_type=Instant)


class KioskRefusal(SQLModel, table=True):
    """A response that could not be stored, whole, with the reason: the tablet may delete its copy. ``item`` is
    JSON text, since what is wrong may be that no database takes it. Words of a person may be in it until it is
    screened: then they are masked, and the whole is in ``sealed``, encrypted, until ``keep_until``."""

    __tablename__ = "kiosk_refusal"
    __table_args__ = (UniqueConstraint("device", "content_hash"),)

    id: int | None = Field(default=None, primary_key=True)
    device: str = Field(foreign_key="kiosk_device.id", max_length=20)
    response_id: str | None = Field(default=None, index=True, max_length=60)
    sequence: int | None = None
    content_hash: str = Field(max_length=64)
    item: str
    rules: str = Field(default="", max_length=20, sa_column_kwargs={"server_default": ""})  # that masked it
    sealed: str | None = None
    keep_until: date | None = None
    problem: dict[str, Any] = Field(sa_column=Column(Document, nullable=False))
    clock_offset_seconds: int | None = None
    received_at: datetime = Field(sa_type=Instant)
    settled_at: datetime | None = Field(default=None, sa_type=Instant)  # stored after all


class KioskService(SQLModel, table=True):
    """A service that ended at a counter: its tablets ask about it until ``ends_at``. Nothing of the person or the
    dossier is here, and no response names it."""

    __tablename__ = "kiosk_service"

    id: str = Field(primary_key=True, max_length=40)
    counter: str = Field(index=True, max_length=40)
    procedure: str | None = Field(default=None, max_length=40)
    ended_at: datetime = Field(sa_type=Instant)
    ends_at: datetime = Field(index=True, sa_type=Instant)


class KioskTicket(SQLModel, table=True):
    """Opens one stream of events; a browser can send no key there."""

    __tablename__ = "kiosk_ticket"

    ticket_sha256: str = Field(primary_key=True, max_length=64)
    device: str = Field(foreign_key="kiosk_device.id", max_length=20)
    expires_at: datetime = Field(sa_type=Instant)
