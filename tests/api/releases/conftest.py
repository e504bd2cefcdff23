"""A database of one kind, for what does not depend on it."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from api.db import make_engine


@pytest.fixture
def sqlite_engine(sqlite_url: str) -> Iterator[Engine]:
    made = make_engine(sqlite_url)
    yield made
    made.dispose()
