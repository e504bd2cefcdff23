"""A service or command on a database that is not ready says so, and what to do."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from api.cli.migrate import run_migrations
from api.db import make_engine
from api.schema import DatabaseNotReady, check_schema
from tests.postgres_server import execute


def _refusal(engine: Engine) -> str:
    try:
        with pytest.raises(DatabaseNotReady) as refused:
            check_schema(engine)
    finally:
        engine.dispose()
    return refused.value.code


def test_a_migrated_database_is_ready(engine: Engine):
    check_schema(engine)


def test_a_missing_file_is_told_and_not_made(tmp_path: Path):
    assert _refusal(make_engine(f"sqlite:///{tmp_path / 'none.sqlite3'}")) == "database_not_migrated"
    assert list(tmp_path.iterdir()) == []


def test_an_empty_postgresql_database_is_told(postgres_server: str):
    execute(postgres_server, "CREATE DATABASE empty")
    engine = make_engine(postgres_server.rsplit("/", 1)[0] + "/empty")
    try:
        assert _refusal(engine) == "database_not_migrated"
    finally:
        execute(postgres_server, "DROP DATABASE empty WITH (FORCE)")


def test_another_programs_revision_is_told(engine: Engine):
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'ffff'"))

    assert _refusal(engine) == "database_too_new"


def test_undone_migrations_are_told(database_url: str):
    run_migrations(database_url, to="base")

    assert _refusal(make_engine(database_url)) == "database_not_migrated"


@pytest.mark.parametrize(
    "make", [pytest.param(lambda path: path.write_text("garbage" * 200), id="no database"),
             pytest.param(lambda path: path.mkdir(), id="a folder")]
)  # fmt: skip
def test_a_file_that_is_no_database_is_told(tmp_path: Path, make):
    make(tmp_path / "x.sqlite3")

    assert _refusal(make_engine(f"sqlite:///{tmp_path / 'x.sqlite3'}")) == "database_unreachable"


def test_a_server_that_is_away_is_told_without_its_password():
    engine = make_engine("postgresql://who:geheim@127.0.0.1:1/x")

    with pytest.raises(DatabaseNotReady) as refused:
        check_schema(engine)

    assert refused.value.code == "database_unreachable"
    assert "geheim" not in str(refused.value)
