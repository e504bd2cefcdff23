"""Units in their hierarchy, valid in time; who follows whom; the counters inside."""

from datetime import date
from enum import StrEnum

from sqlmodel import Field, SQLModel, UniqueConstraint


class UnitKind(StrEnum):
    """What a unit is; a commune is any of xã, phường, đặc khu (or xã, phường, thị trấn before 07/2025)."""

    PROVINCE = "province"
    DISTRICT = "district"
    COMMUNE = "commune"
    DEPARTMENT = "department"
    CENTRE = "centre"
    BRANCH = "branch"
    OTHER = "other"


class Unit(SQLModel, table=True):
    """One unit during one validity. Codes are reused (00004 was a ward before 07/2025 and is another since),
    so a unit is told by code and day."""

    __tablename__ = "unit"
    __table_args__ = (UniqueConstraint("code", "valid_from"),)

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(index=True, max_length=40)
    name: str = Field(max_length=200)
    name_en: str | None = Field(default=None, max_length=200)
    kind: str = Field(max_length=20)
    parent_code: str | None = Field(default=None, index=True, max_length=40)
    valid_from: date
    valid_to: date | None = None  # last valid day; null: still valid
    is_demo: bool = False


class UnitSuccession(SQLModel, table=True):
    """``predecessor_id`` went, whole or in part, into ``successor_id``."""

    __tablename__ = "unit_succession"

    predecessor_id: int = Field(foreign_key="unit.id", primary_key=True)
    successor_id: int = Field(foreign_key="unit.id", primary_key=True, index=True)
    is_whole: bool
    note: str | None = Field(default=None, max_length=500)


class Counter(SQLModel, table=True):
    """A counter (quầy) of a unit."""

    __tablename__ = "counter"

    code: str = Field(primary_key=True, max_length=40)
    unit_code: str = Field(index=True, max_length=40)
    name: str = Field(max_length=200)
    valid_from: date
    valid_to: date | None = None
    is_demo: bool = False
