"""``hailong api-key create|list|revoke``."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from sqlmodel import Session

from api.auth import SCOPES, list_keys, make_key, revoke_key
from api.cli.opened import opened_engine
from api.clock import utc_now
from api.db import begin_write
from api.settings import read_settings

app = typer.Typer(no_args_is_help=True, help="Khóa API: tạo, liệt kê, thu hồi / API keys: create, list, revoke.")


@app.command("create")
def create(
    name: Annotated[str, typer.Option(help="Khóa của ai / Whose key it is, e.g. an office or a system.")],
    scope: Annotated[
        list[str], typer.Option(help=f"Quyền, có thể lặp lại / What it may do, repeatable: {', '.join(SCOPES)}.")
    ],
    unit: Annotated[
        str | None,
        typer.Option(help="Chỉ cho phiếu của đơn vị này và cấp dưới / Only for this unit and those below it."),
    ] = None,
) -> None:
    """Tạo khóa; chỉ hiện một lần / Make a key; it is shown this once."""
    with _open() as session:
        key = make_key(session, name=name, scopes=scope, unit=unit, now=utc_now())
    typer.echo(key)


@app.command("list")
def show() -> None:
    """Liệt kê khóa / List the keys; the secrets cannot be shown again."""
    settings = read_settings()
    with _open() as session:
        for key in list_keys(session):
            since = key.created_at.astimezone(settings.zone).strftime("%d/%m/%Y")
            state = "đã thu hồi / revoked" if key.revoked_at else "còn hiệu lực / valid"
            typer.echo(f"{key.id}\t{key.scopes}\t{key.unit or '–'}\t{since}\t{state}\t{key.name}")


@app.command("revoke")
def revoke(
    id: Annotated[
        str, typer.Argument(help="Mã khóa, phần giữa hl_ và dấu _ kế tiếp / Its id, between hl_ and the next _.")
    ],
) -> None:
    """Thu hồi khóa ngay lập tức / Revoke a key at once."""
    with _open() as session:
        revoke_key(session, id, now=utc_now())
    typer.echo(f"Đã thu hồi / Revoked: {id}")


@contextmanager
def _open() -> Iterator[Session]:
    with opened_engine(read_settings()) as engine, Session(engine) as session, session.begin():
        begin_write(session)
        yield session
