"""Reads responses out of the database in pieces, every column as plain text or whole number."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    Result,
    Row,
    String,
    Text,
    cast,
    func,
    select,
)
from sqlmodel import col

from analysis.dataset import SnapshotKey
from api.tables import Response

# The columns as they leave the database, the same on SQLite and PostgreSQL; typed.py makes a frame of them.
TEXTS = (
    "id",
    "month",
    "local_day",
    "unit_filed",
    "unit_decided",
    "unit_residence",
    "procedure",
    "counter",
    "channel",
    "selection",
    "language",
    "form_hash",
    "completeness",
    "option_order",
    "answers",
)
NUMBERS = ("started", "submitted", "is_clock_doubted", "is_demo", "is_assisted")


def count_months(
    connection: Connection, months: Sequence[str] | None = None
) -> dict[SnapshotKey, tuple[int, datetime]]:
    """Per form version and month: how many responses, and when the last of them was received."""
    asked = select(
        col(Response.form),
        col(Response.version),
        col(Response.month),
        func.count(),
        func.max(col(Response.received_at)),
    ).group_by(col(Response.form), col(Response.version), col(Response.month))
    if months is not None:
        asked = asked.where(col(Response.month).in_(months))
    return {
        SnapshotKey(form, version, month): (rows, last)
        for form, version, month, rows, last in connection.execute(asked)
    }


def count_other_hashes(connection: Connection, hashes: Mapping[SnapshotKey, str]) -> dict[SnapshotKey, int]:
    """Per form version and month: how many responses were given to another wording than the one in ``hashes``."""
    counted = {}
    for key, sha256 in hashes.items():
        asked = select(func.count()).where(
            col(Response.form) == key.form,
            col(Response.version) == key.version,
            col(Response.month) == key.month,
            col(Response.form_hash) != sha256,
        )
        counted[key] = connection.execute(asked).scalar_one()
    return counted


def read_rows(connection: Connection, key: SnapshotKey, *, at_once: int) -> Iterator[Sequence[Row[Any]]]:
    """The responses of ``key``, ``at_once`` at a time and in no order; columns TEXTS, then NUMBERS."""
    epoch = _sqlite_epoch if connection.dialect.name == "sqlite" else _postgres_epoch
    computed: dict[str, ColumnElement[Any]] = {
        "started": epoch(col(Response.started_at)),
        "submitted": epoch(col(Response.submitted_at)),
    } | {
        name: cast(cast(getattr(Response, name), Integer), BigInteger)
        for name in ("is_clock_doubted", "is_demo", "is_assisted")
    }
    texts = [cast(getattr(Response, name), Text if name == "answers" else String) for name in TEXTS]
    asked = select(*texts, *(computed[name] for name in NUMBERS)).where(
        col(Response.form) == key.form, col(Response.version) == key.version, col(Response.month) == key.month
    )
    found: Result[Any] = connection.execution_options(yield_per=at_once).execute(asked)
    yield from found.partitions()


def _sqlite_epoch(instant: Any) -> ColumnElement[Any]:
    return cast(func.strftime("%s", instant), BigInteger)


def _postgres_epoch(instant: Any) -> ColumnElement[Any]:
    return cast(func.floor(func.extract("epoch", instant)), BigInteger)
