"""``make migration``: what it writes builds the tables, and nothing is written when nothing differs."""

import shutil
import subprocess
import sys
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlmodel import SQLModel

import api.tables  # noqa: F401
from api.db import make_engine

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


def test_a_migration_written_from_the_tables_builds_them(tmp_path: Path):
    folder = shutil.copytree(
        MIGRATIONS, tmp_path / "migrations", ignore=shutil.ignore_patterns("0*.py", "__pycache__")
    )
    written = _write(folder, "every table")
    assert written == str(folder / "versions" / "0001_every_table.py")
    url = f"sqlite:///{tmp_path / 'built.sqlite3'}"
    config = Config()
    config.set_main_option("script_location", str(folder))
    config.attributes["database_url"] = url
    command.upgrade(config, "head")
    engine = make_engine(url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), SQLModel.metadata) == []
    engine.dispose()


def test_no_migration_is_written_where_nothing_differs(tmp_path: Path):
    folder = shutil.copytree(MIGRATIONS, tmp_path / "migrations", ignore=shutil.ignore_patterns("__pycache__"))
    before = sorted(file.name for file in (folder / "versions").glob("*.py"))
    assert "Nothing differs" in _write(folder, "nothing")
    assert sorted(file.name for file in (folder / "versions").glob("*.py")) == before


def _write(folder: Path, name: str) -> str:
    done = subprocess.run(
        [sys.executable, str(folder / "write.py"), name],
        capture_output=True,
        text=True,
        check=True,
        cwd=MIGRATIONS.parent,
    )
    return done.stdout.strip().splitlines()[-1]
