"""Administrative procedures (thủ tục hành chính)."""

from datetime import date

from sqlmodel import Field, SQLModel


class Procedure(SQLModel, table=True):
    """A procedure of the national list, by its national code."""

    __tablename__ = "procedure"

    code: str = Field(primary_key=True, max_length=40)
    name: str = Field(max_length=500)
    name_en: str | None = Field(default=None, max_length=500)
    field: str = Field(max_length=200)
    level: str = Field(max_length=20)
    valid_from: date | None = None
    valid_to: date | None = None
    is_starter: bool = False  # from the starter list, not from an official import
