"""How Alembic reaches the database (the URL comes from the caller, or from the settings) and writes column types."""

from typing import Any

from alembic import context
from sqlalchemy import JSON
from sqlmodel import AutoString, SQLModel

import api.tables  # noqa: F401  declares the tables
from api.db import make_engine
from api.settings import read_settings
from api.tables.types import Instant


def render_type(kind: str, item: Any, autogenerate: Any) -> str | bool:
    """A type of ours as a written migration spells it; False leaves it to Alembic."""
    if kind == "type" and isinstance(item, Instant):
        autogenerate.imports.add("from api.tables.types import Instant")
        return "Instant()"
    if kind == "type" and isinstance(item, JSON):
        autogenerate.imports.add("from api.tables.types import Document")
        return "Document"
    if kind == "type" and isinstance(item, AutoString):
        return "sa.String()" if item.length is None else f"sa.String(length={item.length})"
    return False


url = context.config.attributes.get("database_url") or read_settings().database_url
engine = make_engine(url)
with engine.connect() as connection:
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:
        # A changed table is made anew and the old one dropped, which its own foreign keys would forbid. Only
        # outside a transaction can they be put off; what points to nothing is looked for before the commit.
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=True,
        render_item=render_type,
        compare_type=True,
        transactional_ddl=True,  # all or nothing, on SQLite too
    )
    with context.begin_transaction():
        context.run_migrations()
        if is_sqlite and (orphans := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()):
            raise RuntimeError(f"rows that point to nothing after the migration: {orphans[:10]}")
engine.dispose()
