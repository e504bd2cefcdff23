"""``hailong migrate``."""

from pathlib import Path
from typing import Annotated

import typer
from alembic import command
from alembic.config import Config

from api.settings import read_settings

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


def migrate(
    to: Annotated[str, typer.Option(help="Revision to reach; 'base' undoes everything.")] = "head",
) -> None:
    """Đưa cơ sở dữ liệu lên phiên bản mới / Bring the database to the newest version."""
    run_migrations(read_settings().database_url, to=to)


def run_migrations(database_url: str, *, to: str = "head") -> None:
    """Move the database at ``database_url`` to revision ``to``, up or down."""
    if database_url.startswith("sqlite:///"):
        Path(database_url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["database_url"] = database_url
    (command.downgrade if to == "base" else command.upgrade)(config, to)
