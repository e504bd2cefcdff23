"""The engine, and the rule that one request is one transaction."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fastapi import Request
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlmodel import Session

CONNECT_SECONDS = 10  # a host that is gone answers nothing at all; a kiosk must not wait for it


def make_engine(url: str) -> Engine:
    """An engine for SQLite (WAL, every commit on disk) or PostgreSQL (psycopg 3)."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        return create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            connect_args={"connect_timeout": CONNECT_SECONDS},
            pool_size=20,
            pool_pre_ping=True,
            hide_parameters=True,
        )
    # hide_parameters: what people wrote must not end in a log line about a statement that failed.
    engine = create_engine(parsed, connect_args={"isolation_level": None, "timeout": 30}, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def make_folder(url: str) -> None:
    """Make the folder of an SQLite file; nothing for a server."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)


def session(request: Request) -> Iterator[Session]:
    """One transaction for one request. Use with ``Depends(session, scope="function")``: the commit must
    come before the reply, a kiosk deletes its copy on the receipt."""
    with Session(request.app.state.engine) as opened, opened.begin():
        yield opened


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    pragmas = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000", "secure_delete=ON")
    for pragma in pragmas:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # The driver's own transactions are off; readers do not wait, writers ask for the lock with begin_write().
    connection.exec_driver_sql("BEGIN")


def begin_write(opened: Session) -> None:
    """Take SQLite's write lock at the start, so that two writers queue instead of failing half-way."""
    connection = opened.connection()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
