"""Comments as they may be read, their sealed originals, and the names that are masked everywhere in a unit."""

from datetime import date
from uuid import UUID

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from api.tables.types import Document

# Kept by their key: no row number that would tell in which order comments came.
_UNNUMBERED = {"sqlite_with_rowid": False}


class Comment(SQLModel, table=True):
    """The free text of a response after screening: the only one that anybody reads or exports. ``masked`` counts
    what was masked by kind; ``rules`` is the version of the rules, empty when they are to be applied again."""

    __tablename__ = "comment"
    __table_args__ = (_UNNUMBERED,)

    response_id: UUID = Field(foreign_key="response.id", primary_key=True)
    question: str = Field(primary_key=True, max_length=60)
    text: str
    masked: dict[str, int] = Field(sa_column=Column(Document, nullable=False))
    rules: str = Field(max_length=20)


class CommentOriginal(SQLModel, table=True):
    """A text of which something was masked, as it was typed: encrypted with a key that is not in the database,
    deleted after ``keep_until``."""

    __tablename__ = "comment_original"
    __table_args__ = (_UNNUMBERED,)

    response_id: UUID = Field(foreign_key="response.id", primary_key=True)
    question: str = Field(primary_key=True, max_length=60)
    sealed: str
    keep_until: date = Field(index=True)


class ClerkName(SQLModel, table=True):
    """A person who serves in a unit, masked in comments about it however the name is typed."""

    __tablename__ = "clerk_name"

    unit: str = Field(primary_key=True, max_length=40)
    name: str = Field(primary_key=True, max_length=200)
