"""Guards the shape of the house."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect
from sqlmodel import SQLModel

import api.tables  # noqa: F401
from api.cli.migrate import run_migrations


def test_migrations_build_exactly_the_declared_tables(engine: Engine):
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), SQLModel.metadata) == []


def test_migrations_undo_themselves(engine: Engine, database_url: str):
    run_migrations(database_url, to="base")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
