"""The engine of a command: opened for it, closed after it whatever happens."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from api.db import make_engine
from api.settings import Settings


@contextmanager
def opened_engine(settings: Settings) -> Iterator[Engine]:
    """An engine on the database of ``settings``, its connections closed at the end."""
    engine = make_engine(settings.database_url)
    try:
        yield engine
    finally:
        engine.dispose()
