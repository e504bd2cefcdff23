"""A real service whose database really goes away: nothing acknowledged is lost, and it recovers by itself."""

import json
import resource
import sqlite3
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import make_url
from sqlmodel import Session, select

from api.auth import make_key
from api.cli.migrate import run_migrations
from api.db import make_engine
from api.tables import Response
from tests.bench.load import make_body
from tests.bench.receiving import register_codes
from tests.conftest import NOW
from tests.postgres_server import PostgresServer, free_port
from tests.served_process import post_once, run_hailong

BATCH, ONE = "/api/v1/responses/batch", "/api/v1/responses"


@pytest.fixture
def own_postgres() -> Iterator[tuple[PostgresServer, str]]:
    """A server nobody else uses, with a migrated database."""
    with tempfile.TemporaryDirectory(prefix="hailong-postgres-") as folder:
        server = PostgresServer(Path(folder))
        server.start()
        try:
            run_migrations(server.url)
            register_codes(server.url)
            yield server, server.url
        finally:
            server.stop()


def test_a_postgresql_that_stops_in_the_middle_of_batches_loses_nothing_acknowledged(own_postgres):
    server, url = own_postgres
    batches, port = [[_body() for _ in range(500)] for _ in range(12)], free_port()
    key = _make_key(url)
    with run_hailong(url, port=port):
        first = _send(port, batches[0], key)
        stop = threading.Timer(0.05, server.stop)
        stop.start()
        first += [found for batch in batches[1:] for found in _send(port, batch, key)]
        stop.join()
        assert {found["status"] for found in first} == {201, 503}
        server.start()
        acknowledged = {found["id"] for found in first if found["status"] == 201}
        assert acknowledged <= _stored(url)
        again = [found for batch in batches for found in _send(port, batch, key)]
    assert {found["status"] for found in again} == {200, 201}
    assert all(found["status"] == 200 for found in again if found["id"] in acknowledged)
    assert _stored(url) == {body["id"] for batch in batches for body in batch}


def test_a_full_disk_stores_nothing_half_and_is_over_when_there_is_room(sqlite_url: str):
    register_codes(sqlite_url)
    key, port = _make_key(sqlite_url), free_port()
    file = Path(str(make_url(sqlite_url).database))
    batch = [_body() for _ in range(500)]
    with run_hailong(sqlite_url, port=port) as service:
        assert _send(port, [_body()], key)[0]["status"] == 201
        room = file.with_name(file.name + "-wal").stat().st_size + 100_000
        resource.prlimit(service.pid, resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
        first = _send(port, batch, key)
        resource.prlimit(service.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        acknowledged = {found["id"] for found in first if found["status"] == 201}
        assert {found["status"] for found in first} >= {503}
        assert acknowledged <= _stored(sqlite_url)
        assert {found["status"] for found in _send(port, batch, key)} <= {200, 201}
    assert {body["id"] for body in batch} <= _stored(sqlite_url)


def test_a_database_locked_by_another_program_is_waited_for(sqlite_url: str):
    register_codes(sqlite_url)
    port = free_port()
    with run_hailong(sqlite_url, port=port):
        other = sqlite3.connect(str(make_url(sqlite_url).database), isolation_level=None, check_same_thread=False)
        other.execute("BEGIN EXCLUSIVE")
        release = threading.Timer(1.0, lambda: other.execute("ROLLBACK"))
        release.start()
        started = time.monotonic()
        status, _ = post_once(port, ONE, json.dumps(_body()).encode())
        took = time.monotonic() - started
        release.join()
        other.close()
    assert status == 201
    assert took >= 0.9


def _body() -> dict[str, object]:
    body: dict[str, object] = json.loads(make_body(1)[1])
    return body | {"id": str(uuid4())}


def _send(port: int, batch: list[dict[str, object]], key: str) -> list[dict[str, object]]:
    status, reply = post_once(
        port, BATCH, json.dumps({"responses": batch}).encode(), Authorization=f"Bearer {key}"
    )
    if status == 503:  # the key or the audit row could not be reached: nothing of the batch was taken
        return [{"id": body["id"], "status": 503} for body in batch]
    assert status == 200, reply
    replies: list[dict[str, object]] = json.loads(reply)["responses"]
    return replies


def _make_key(url: str) -> str:
    engine = make_engine(url)
    with Session(engine) as session, session.begin():
        key = make_key(session, name="test", scopes=["batch"], now=NOW)
    engine.dispose()
    return key


def _stored(url: str) -> set[str]:
    engine = make_engine(url)
    with Session(engine) as session:
        found = {str(id) for id in session.exec(select(Response.id))}
    engine.dispose()
    return found
