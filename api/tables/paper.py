"""Sheets of paper: printed with serials, keyed in by batch, a sample keyed twice. They become responses when their
batch closes; until then nothing of them is counted anywhere."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from api.tables.types import Document, Instant


class BatchState(StrEnum):
    """How far a batch is."""

    ENTERING = "entering"
    CHECKING = "checking"  # a sample is keyed again by somebody else, differences are decided
    CLOSED = "closed"


class PaperPrinting(SQLModel, table=True):
    """Sheets printed in one go, with serials from ``first_number`` on; what the place was is not keyed again."""

    __tablename__ = "paper_printing"

    id: int | None = Field(default=None, primary_key=True)
    form: str = Field(max_length=60)
    version: str = Field(max_length=40)
    language: str = Field(max_length=10)
    unit: str = Field(index=True, max_length=40)
    counter: str | None = Field(default=None, max_length=40)
    procedure: str | None = Field(default=None, max_length=40)
    first_number: int = Field(unique=True)
    sheets: int
    printed_at: datetime = Field(sa_type=Instant)
    printed_by: str = Field(max_length=100)
    consent: str | None = Field(default=None, max_length=40)  # version of the text on the sheets; null: none was


class PaperBatch(SQLModel, table=True):
    """A pile of filled sheets of one unit and one form, counted by hand before it is keyed: ``declared_sheets``,
    and ``declared_sum`` of what the box ``control_field`` says on all of them."""

    __tablename__ = "paper_batch"

    id: int | None = Field(default=None, primary_key=True)
    form: str = Field(max_length=60)
    version: str = Field(max_length=40)
    unit: str = Field(index=True, max_length=40)
    selection: str = Field(max_length=20)
    answered_on: date  # of sheets that bear no day
    control_field: str = Field(max_length=130)
    declared_sheets: int
    declared_sum: float
    state: str = Field(default=BatchState.ENTERING, max_length=10)
    seed: int  # of the sample that is keyed twice
    second_share: float
    opened_at: datetime = Field(sa_type=Instant)
    opened_by: str = Field(max_length=100)
    reason: str | None = Field(default=None, max_length=500)  # why the totals do not agree
    closed_at: datetime | None = Field(default=None, sa_type=Instant)
    closed_by: str | None = Field(default=None, max_length=100)


class PaperSheet(SQLModel, table=True):
    """A sheet that was keyed, by the number of its serial."""

    __tablename__ = "paper_sheet"

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    batch: int = Field(foreign_key="paper_batch.id", index=True)
    printing: int = Field(foreign_key="paper_printing.id")
    is_sampled: bool = False


class PaperEntry(SQLModel, table=True):
    """What one person keyed from a sheet: field → digits. ``turn`` 2 is the blind second entry. Words go when the
    batch closes; the digits stay, for the error rates."""

    __tablename__ = "paper_entry"

    number: int = Field(foreign_key="paper_sheet.number", primary_key=True)
    turn: int = Field(primary_key=True)
    operator: str = Field(index=True, max_length=100)
    keyed: dict[str, str] = Field(sa_column=Column(Document, nullable=False))
    entered_at: datetime = Field(sa_type=Instant)
    corrections: int = 0  # how often the same person keyed it anew before the batch went on


class PaperDifference(SQLModel, table=True):
    """A box that two people keyed differently, and what it really says: the history of the value."""

    __tablename__ = "paper_difference"

    number: int = Field(foreign_key="paper_sheet.number", primary_key=True)
    field: str = Field(primary_key=True, max_length=130)
    first: str
    second: str
    decided: str | None = None
    decided_by: str | None = Field(default=None, max_length=100)
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
