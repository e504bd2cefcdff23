"""``hailong migrate``."""

from typing import Annotated

import typer
from alembic import command
from alembic.util.exc import CommandError
from sqlalchemy import make_url

from api.db import make_folder
from api.errors import NotThere
from api.schema import check_reachable, migrations_config, show_url
from api.settings import read_settings


def migrate(
    to: Annotated[
        str, typer.Option(help="Phiên bản cần tới; base xóa hết / Revision to reach; base undoes everything.")
    ] = "head",
) -> None:
    """Đưa cơ sở dữ liệu lên phiên bản mới / Bring the database to the newest version."""
    url = read_settings().database_url
    run_migrations(url, to=to)
    typer.echo(f"Cơ sở dữ liệu đã ở phiên bản {to} / The database is at {to}: {show_url(make_url(url))}")


def run_migrations(database_url: str, *, to: str = "head") -> None:
    """Move the database at ``database_url`` to revision ``to``, up or down."""
    make_folder(database_url)
    check_reachable(database_url)
    config = migrations_config()
    config.attributes["database_url"] = database_url
    try:
        (command.downgrade if to == "base" else command.upgrade)(config, to)
    except CommandError as error:
        raise NotThere(
            "unknown_revision",
            f"Không đưa được cơ sở dữ liệu tới phiên bản {to}: {error}",
            f"The database cannot be brought to revision {to}: {error}",
        ) from None
