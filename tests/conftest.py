"""Resources for tests: the two databases, migrated; the service; a clock that stands still; a browser."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, make_url
from sqlmodel import Session

from api.app import create_app
from api.cli.migrate import run_migrations
from api.db import make_engine
from api.settings import Settings
from survey_forms.loader import Catalogue, load_catalogue
from tests.browser.chromium import Chromium, start_chromium
from tests.postgres_server import execute, run_postgres

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)  # 20/11/2026 10:00 in Việt Nam

MEMORY = Path("/dev/shm")
MEMORY_NEEDED = 4 * 2**30  # bytes, of two workers with their databases and browsers

hypothesis.settings.register_profile("hailong", deadline=None)  # a busy machine is no failure
hypothesis.settings.load_profile("hailong")


def pytest_configure() -> None:
    """Files of the tests lie in memory where there is room: a database is copied ten times as fast there."""
    has_room = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > MEMORY_NEEDED
    if has_room and "TMPDIR" not in os.environ:
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None  # to be asked for anew


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """URL of a real PostgreSQL server on a free port of this machine, stopped at the end."""
    # Not below pytest's own folder: a second run closes that to others, and the server is another user.
    with tempfile.TemporaryDirectory(prefix="hailong-postgres-") as folder, run_postgres(Path(folder)) as url:
        yield url


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: str) -> str:
    """Name of a migrated template database, from which each test gets its copy."""
    execute(postgres_server, "CREATE DATABASE template_hailong")
    run_migrations(make_url(postgres_server).set(database="template_hailong").render_as_string(False))
    return "template_hailong"


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, from which each test gets its copy."""
    file = tmp_path_factory.mktemp("sqlite") / "template.sqlite3"
    run_migrations(f"sqlite:///{file}")
    return file


@pytest.fixture
def sqlite_url(tmp_path: Path, migrated_sqlite: Path) -> str:
    shutil.copy(migrated_sqlite, tmp_path / "hailong.sqlite3")
    return f"sqlite:///{tmp_path / 'hailong.sqlite3'}"


@pytest.fixture
def postgres_url(postgres_server: str, migrated_postgres: str) -> Iterator[str]:
    name = f"t{os.urandom(6).hex()}"
    execute(postgres_server, f"CREATE DATABASE {name} TEMPLATE {migrated_postgres}")
    yield make_url(postgres_server).set(database=name).render_as_string(False)
    execute(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty migrated database; the test runs once on each kind."""
    return request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(database_url=database_url, var_folder=tmp_path / "var", exports_folder=tmp_path / "exports")


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = make_engine(database_url)
    yield made
    made.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with Session(engine) as opened:
        yield opened


@pytest.fixture
def clock() -> Callable[[], datetime]:
    return lambda: NOW


@pytest.fixture(scope="session")
def shipped_forms() -> Catalogue:
    """The questionnaires of the service: read once, they are frozen."""
    return load_catalogue()


@pytest.fixture
def app(settings: Settings, clock: Callable[[], datetime], shipped_forms: Catalogue) -> Iterator[FastAPI]:
    made = create_app(settings, clock=clock, forms=shipped_forms)
    yield made
    made.state.engine.dispose()


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """A real browser."""
    with start_chromium(tmp_path_factory.mktemp("chromium") / "profile") as started:
        yield started
