"""The engine of a command: checked, opened for it, closed after it whatever happens."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from api.db import make_engine
from api.schema import check_schema
from api.settings import Settings


@contextmanager
def opened_engine(settings: Settings) -> Iterator[Engine]:
    """An engine on the database of ``settings``, closed at the end; DatabaseNotReady if it lacks our tables."""
    engine = make_engine(settings.database_url)
    try:
        check_schema(engine)
        yield engine
    finally:
        engine.dispose()
