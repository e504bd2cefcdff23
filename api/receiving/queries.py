"""The statements of receiving: store new responses, find the receipts of known ones."""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Connection, MetaData, Table, Uuid, select, text
from sqlalchemy.dialects import sqlite

from api.errors import Conflict
from api.receiving.erased import find_erased, take_back_erased
from api.receiving.submission import ReadyResponse, Receipt
from api.tables import Response, ResponseText

_RESPONSE = Response.__table__  # type: ignore[attr-defined]
_TEXT = ResponseText.__table__  # type: ignore[attr-defined]
_COLUMNS = ", ".join(column.name for column in _RESPONSE.columns)
_INSERT_NEW_SQLITE = (
    sqlite.insert(_RESPONSE).on_conflict_do_nothing(index_elements=["id"]).returning(_RESPONSE.c.id)
)
# One short statement and one document for any number of rows: with a parameter for every cell (25 a row), psycopg
# spent more time reading the statement than PostgreSQL on storing the rows.
_INSERT_NEW_POSTGRESQL = text(
    f"INSERT INTO response ({_COLUMNS}) "  # noqa: S608  names of our own columns
    f"SELECT {_COLUMNS} FROM jsonb_populate_recordset(NULL::response, CAST(:rows AS jsonb)) "
    "ON CONFLICT (id) DO NOTHING RETURNING id"
).columns(id=Uuid())
# RETURNING makes SQLAlchemy send all rows in one statement: one wait for the database instead of one per row.
_INSERT_TEXTS = _TEXT.insert().returning(_TEXT.c.question)
# SQLite counts rows as they come; whoever was invited gets a random place below all others instead.
_ROW_NUMBERS_BELOW = 2**62
_FIND_MAX = 500  # ids in one IN list; SQLite allows 32 766 variables


def store(
    connection: Connection, ready: Sequence[ReadyResponse], *, is_unordered: bool = False
) -> list[Receipt | Conflict]:
    """Insert what is new, recognise what is known; one outcome for each, in order. The caller commits.

    ``is_unordered``: the rows must not show in which order they came. The database decides what is new (ON
    CONFLICT DO NOTHING), so two writers of one id cannot both store it.
    """
    if not ready:
        return []
    first_of_id = {response.id: response for response in reversed(ready)}
    # In the order of their ids, so that two processes never wait for each other in a ring.
    rows = [first_of_id[id].values for id in sorted(first_of_id)]
    is_scattered = is_unordered and connection.dialect.name == "sqlite"
    inserted = _insert_scattered(connection, rows) if is_scattered else _insert_new(connection, rows)
    inserted = take_back_erased(connection, inserted)
    texts = [
        {"response_id": id, "question": question, "text": written}
        for id in inserted
        for question, written in first_of_id[id].texts.items()
    ]
    if texts and is_scattered:
        connection.execute(_numbered(_TEXT).insert(), _scatter(texts))
    elif texts:
        connection.execute(_INSERT_TEXTS, texts).all()
    known = find_receipts(connection, [id for id in first_of_id if id not in inserted])
    return [
        new_receipt(response)
        if response.id in inserted and response is first_of_id[response.id]
        else recognise(response, known.get(response.id) or new_receipt(first_of_id[response.id]))
        for response in ready
    ]


def _insert_new(connection: Connection, rows: list[Mapping[str, Any]]) -> set[UUID]:
    if connection.dialect.name == "sqlite":
        return set(connection.execute(_INSERT_NEW_SQLITE, rows).scalars())
    document = json.dumps(rows, default=str, ensure_ascii=False)  # uuid, instants and days as ISO text
    return set(connection.execute(_INSERT_NEW_POSTGRESQL, {"rows": document}).scalars())


def _insert_scattered(connection: Connection, rows: list[Mapping[str, Any]]) -> set[UUID]:
    table = _numbered(_RESPONSE)
    insert = sqlite.insert(table).on_conflict_do_nothing(index_elements=["id"]).returning(table.c.id)
    return set(connection.execute(insert, _scatter(rows)).scalars())


@cache
def _numbered(table: Table) -> Table:
    """``table`` with SQLite's hidden row number as a column."""
    copy = table.to_metadata(MetaData())
    copy.append_column(Column("rowid", BigInteger))
    return copy


def _scatter(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{**row, "rowid": -1 - secrets.randbelow(_ROW_NUMBERS_BELOW)} for row in rows]


def find_receipts(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Receipt]:
    """The receipts given out for those of ``ids`` that are stored."""
    found: dict[UUID, Receipt] = {}
    for start in range(0, len(ids), _FIND_MAX):
        wanted = select(_RESPONSE.c.id, _RESPONSE.c.received_at, _RESPONSE.c.content_hash).where(
            _RESPONSE.c.id.in_(ids[start : start + _FIND_MAX])
        )
        for id, received_at, content_hash in connection.execute(wanted):
            found[id] = Receipt(id, False, received_at, content_hash)
    return found | find_erased(connection, [id for id in ids if id not in found])


def recognise(ready: ReadyResponse, known: Receipt) -> Receipt | Conflict:
    """The first receipt when the content is the same, else the conflict; nothing is ever overwritten."""
    if ready.content_hash == known.content_hash:
        return replace(known, is_new=False)
    return Conflict(
        "conflicting_response",
        "Mã phiếu này đã được ghi nhận với nội dung khác; phiếu đã lưu giữ nguyên. Phiếu mới cần mã mới.",
        "This id is already stored with other content, which stays as it is. A new response needs a new id.",
        id=str(ready.id),
    )


def new_receipt(ready: ReadyResponse) -> Receipt:
    """The receipt of a response stored just now."""
    return Receipt(ready.id, True, ready.values["received_at"], ready.content_hash)
