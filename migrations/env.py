"""How Alembic reaches the database: the URL comes from the caller, or from the settings."""

from alembic import context
from sqlmodel import SQLModel

import api.tables  # noqa: F401  declares the tables
from api.db import make_engine
from api.settings import read_settings

url = context.config.attributes.get("database_url") or read_settings().database_url
engine = make_engine(url)
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=True,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
