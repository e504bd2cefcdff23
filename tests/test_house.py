"""Guards the shape of the house: migrations, guards of routes, the one shape of errors; more in tests/house."""

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from sqlalchemy import CheckConstraint, Engine, inspect
from sqlmodel import SQLModel

import api.tables  # noqa: F401
from api.app import PUBLIC_PATHS, create_app
from api.cli.migrate import run_migrations
from api.security_headers import SECURITY_HEADERS
from api.settings import Settings


def test_migrations_build_exactly_the_declared_tables(engine: Engine):
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), SQLModel.metadata) == []


def test_migrations_build_exactly_the_declared_checks(engine: Engine):
    # Neither compare_metadata nor ``alembic check`` looks at them.
    built = {
        (table, check["name"], "".join(check["sqltext"].split()))
        for table in inspect(engine).get_table_names()
        for check in inspect(engine).get_check_constraints(table)
    }
    declared = {
        (table.name, check.name, "".join(str(check.sqltext).split()))
        for table in SQLModel.metadata.tables.values()
        for check in table.constraints
        if isinstance(check, CheckConstraint)
    }
    assert declared
    assert built == declared


def test_migrations_undo_themselves(engine: Engine, database_url: str):
    run_migrations(database_url, to="base")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}


def test_every_route_has_a_guard_or_is_public(sqlite_app: FastAPI):
    # app.routes hides the routes of included routers; the contexts show them.
    contexts = list(iter_route_contexts(sqlite_app.routes))
    unguarded = {context.path for context in contexts if not _has_guard(context.original_route)}
    assert len(contexts) > 5
    assert unguarded == PUBLIC_PATHS & {context.path for context in contexts}
    assert {context.path for context in contexts} >= PUBLIC_PATHS, "a public path that is not there"


def test_every_error_has_the_one_shape(sqlite_app: FastAPI):
    sqlite_app.add_api_route("/api/v1/crash", _crash)
    with TestClient(sqlite_app, raise_server_exceptions=False) as client:
        replies = [
            client.get("/api/v1/nowhere"),
            client.get("/nowhere"),
            client.get("/api/v1/crash"),
            client.get("/api/v1/forms/counter/1999.1"),
            client.post("/api/v1/responses", json={}),
            client.post("/api/v1/responses", content=b"{}"),
            client.post("/api/v1/responses", content=b" " * 300_000),
            client.post("/api/v1/responses/batch", json={}, headers={"Authorization": "Bearer x"}),
        ]
        for context in iter_route_contexts(sqlite_app.routes):
            if context.path.startswith("/api/"):
                path = context.path.replace("{", "").replace("}", "")
                replies.append(client.delete(path))
                if _has_guard(context.original_route):
                    replies.append(client.request(min(context.methods), path))
    for reply in replies:
        body = reply.json()
        assert reply.headers["content-type"] == "application/problem+json", reply.url
        assert body["status"] == reply.status_code >= 400
        assert body["type"] == f"urn:hailong:problem:{body['code']}"
        assert body["title"]
        assert body["title_en"]
        assert SECURITY_HEADERS.items() <= {name.title(): value for name, value in reply.headers.items()}.items()
    assert {reply.status_code for reply in replies} == {401, 404, 405, 413, 415, 422, 500}


def test_a_database_that_is_away_is_told_as_503_with_when_to_come_back():
    app = create_app(Settings(database_url="postgresql://nobody@127.0.0.1:1/none"))
    body = {
        "id": "7d0b1f5e-7c0f-4a53-9d61-1f1d2ad2a1c5",
        "form": "counter",
        "version": "2026.1",
        "answers": {"overall": 5},
        "unit_filed": "00004",
        "channel": "kiosk",
        "submitted_at": "2026-11-20T09:59:00+07:00",
    }
    with TestClient(app, raise_server_exceptions=False) as client:
        replies = [
            client.post("/api/v1/responses", json=body),
            client.post("/api/v1/responses/batch", json={}, headers={"Authorization": "Bearer hl_a_b"}),
        ]
    for reply in replies:
        assert (reply.status_code, reply.json()["code"]) == (503, "database_unavailable")
        assert int(reply.headers["retry-after"]) > 0


@pytest.fixture
def sqlite_app(sqlite_url: str, tmp_path) -> Iterator[FastAPI]:
    app = create_app(Settings(database_url=sqlite_url, var_folder=tmp_path, exports_folder=tmp_path))
    yield app
    app.state.engine.dispose()


def _has_guard(route: object) -> bool:
    waiting: list[Dependant] = list(getattr(getattr(route, "dependant", None), "dependencies", []))
    while waiting:
        dependant = waiting.pop()
        if any(hasattr(dependant.call, f"required_{what}") for what in ("scope", "staff", "step")):
            return True
        waiting += dependant.dependencies
    return False


def _crash() -> None:
    raise ZeroDivisionError
