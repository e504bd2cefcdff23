"""The service over released files only."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    return tmp_path / "exports"


@pytest.fixture
def site(tmp_path: Path, exports: Path) -> Iterator[TestClient]:
    """The service beside a database that is not there: the page must not need it."""
    settings = Settings(
        database_url=f"sqlite:///{tmp_path / 'none.sqlite3'}", exports_folder=exports, var_folder=tmp_path / "var"
    )
    app = create_app(settings)
    with TestClient(app) as opened:
        yield opened
    app.state.engine.dispose()
