"""``hailong staff add|list|disable|reset``: the first administrator comes from here."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from sqlmodel import Session

from api.cli.opened import opened_engine
from api.clock import utc_now
from api.db import begin_write
from api.settings import Settings, read_settings
from api.staff.accounts import (
    Wanted,
    disable_account,
    find_account,
    invitation_link,
    invite_account,
    reset_account,
)
from api.staff.queries import list_accounts
from api.staff_access.permissions import Role
from api.staff_access.staff import Grant

app = typer.Typer(
    no_args_is_help=True,
    help="Tài khoản cán bộ: mời, liệt kê, khóa, đặt lại / Staff accounts: invite, list, disable, reset.",
)
NEAR = "http://127.0.0.1:8000"  # where `hailong serve` listens unless told otherwise

Email = Annotated[str, typer.Argument(help="E-mail của tài khoản / E-mail of the account.")]


@app.command("add")
def add(
    email: Annotated[str, typer.Option(help="E-mail, dùng để đăng nhập / E-mail, by which the person signs in.")],
    name: Annotated[str, typer.Option(help="Họ tên / Name of the person.")],
    role: Annotated[
        list[str],
        typer.Option(
            help="Vai trò, có thể lặp lại; thêm :mã đơn vị nếu chỉ cho đơn vị đó và cấp dưới / Role, repeatable; "
            f"with :unit for that unit and below only. {', '.join(Role)}."
        ),
    ],
    own_counter: Annotated[
        list[str] | None,
        typer.Option(help="Quầy người này phục vụ, có thể lặp lại / A counter they serve at, repeatable."),
    ] = None,
) -> None:
    """Tạo tài khoản, in liên kết đặt mật khẩu dùng một lần / Make an account, print a link that is good once."""
    settings = read_settings()
    wanted = Wanted(email, name, [_read_grant(given) for given in role], own_counter or [])
    with _open(settings) as session:
        token = invite_account(session, wanted, now=utc_now(), settings=settings, actor="cli")
    _print_link(token, settings)


@app.command("list")
def show() -> None:
    """Liệt kê tài khoản / List the accounts."""
    states = {"active": "đang dùng / active", "invited": "đã mời / invited", "disabled": "đã khóa / disabled"}
    with _open(read_settings()) as session:
        for found in list_accounts(session):
            grants = " ".join(f"{grant.role}:{grant.unit or '*'}" for grant in found.grants)
            factor = "2" if found.account.totp_secret else "1"
            typer.echo(
                f"{found.account.email}\t{grants}\t{' '.join(found.own_counters) or '–'}\t"
                f"{factor} lớp / factors\t{states[found.state]}\t{found.account.name}"
            )


@app.command("disable")
def disable(email: Email) -> None:
    """Khóa tài khoản ngay lập tức / Disable an account at once."""
    with _open(read_settings()) as session:
        disable_account(session, find_account(session, email=email), now=utc_now(), actor="cli")
    typer.echo(f"Đã khóa / Disabled: {email}")


@app.command("reset")
def reset(
    email: Email,
    second_factor: Annotated[
        bool,
        typer.Option("--second-factor", help="Bỏ cả xác thực hai lớp / Forget the second factor too."),
    ] = False,
) -> None:
    """Xóa mật khẩu, mở lại tài khoản, in liên kết mới / Take the password away, open again, print a new link."""
    settings = read_settings()
    with _open(settings) as session:
        token = reset_account(
            session,
            find_account(session, email=email),
            forget_second_factor=second_factor,
            now=utc_now(),
            settings=settings,
            actor="cli",
        )
    _print_link(token, settings)


def _read_grant(given: str) -> Grant:
    role, _, unit = given.partition(":")
    return Grant(role, unit if unit not in ("", "*") else None)


def _print_link(token: str, settings: Settings) -> None:
    hours = settings.staff_invitation_hours
    typer.echo(invitation_link(token, settings.public_url or NEAR))
    typer.echo(f"Dùng một lần, trong {hours} giờ / Good once, for {hours} hours.", err=True)


@contextmanager
def _open(settings: Settings) -> Iterator[Session]:
    with opened_engine(settings) as engine, Session(engine) as session, session.begin():
        begin_write(session)
        yield session
