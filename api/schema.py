"""Whether the database is there and has the tables this program knows; says what to do when not."""

from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from api.db import make_engine
from api.errors import Unavailable

MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations"


class DatabaseNotReady(Unavailable):
    """No database, one without our tables, or with those of another version."""


def check_schema(engine: Engine) -> None:
    """DatabaseNotReady, with the command that mends it, unless the tables are those of this program."""
    shown = show_url(engine.url)
    if _is_missing_file(engine):
        raise _not_migrated(shown)
    try:
        with engine.connect() as connection:
            found = _read_revision(connection)
    except DBAPIError as error:
        raise _unreachable(engine.url, error) from None
    scripts = ScriptDirectory.from_config(migrations_config())
    known = [script.revision for script in scripts.walk_revisions()]
    if found is None:
        raise _not_migrated(shown)
    if found not in known:
        raise DatabaseNotReady(
            "database_too_new",
            f"Cơ sở dữ liệu {shown} thuộc phiên bản mới hơn ({found}); hãy cập nhật hailong",
            f"The database {shown} is of a newer version ({found}); update hailong",
        )
    if found != scripts.get_current_head():
        raise DatabaseNotReady(
            "database_too_old",
            f"Cơ sở dữ liệu {shown} thuộc phiên bản cũ ({found}); hãy sao lưu rồi chạy: hailong migrate",
            f"The database {shown} is of an older version ({found}); back it up, then run: hailong migrate",
        )


def migrations_config() -> Config:
    """Where Alembic finds the migrations."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def show_url(url: URL) -> str:
    """``url`` as it is set, without its password."""
    return url.set(drivername=url.get_backend_name()).render_as_string(hide_password=True)


def check_reachable(database_url: str) -> None:
    """DatabaseNotReady unless ``database_url`` can be opened; an SQLite file is made."""
    engine = make_engine(database_url)
    try:
        engine.connect().close()
    except DBAPIError as error:
        raise _unreachable(engine.url, error) from None
    finally:
        engine.dispose()


def _unreachable(url: URL, error: DBAPIError) -> DatabaseNotReady:
    shown, why = show_url(url), " ".join(str(error.orig).split())
    return DatabaseNotReady(
        "database_unreachable",
        f"Không mở được cơ sở dữ liệu {shown}: {why}. Xem lại HAILONG_DATABASE_URL",
        f"The database {shown} cannot be opened: {why}. Check HAILONG_DATABASE_URL",
    )


def _is_missing_file(engine: Engine) -> bool:
    # Opening it would make an empty one.
    file = engine.url.database if engine.dialect.name == "sqlite" else None
    return bool(file) and file != ":memory:" and not Path(str(file)).exists()


def _read_revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def _not_migrated(shown: str) -> DatabaseNotReady:
    return DatabaseNotReady(
        "database_not_migrated",
        f"Chưa có cơ sở dữ liệu {shown}; hãy chạy: hailong migrate",
        f"There is no database {shown} yet; run: hailong migrate",
    )
