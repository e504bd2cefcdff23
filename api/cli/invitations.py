"""``hailong invitations key|invite|remind|status|close``."""

import csv
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from sqlmodel import Session

from api.audit import record_event
from api.cli.opened import opened_engine
from api.clock import local_day, utc_now
from api.db import begin_write
from api.errors import Conflict
from api.invitations.closing import close_due, close_period
from api.invitations.links import require_address, require_key
from api.invitations.messages import Sending, write_messages
from api.invitations.status import Answering, count_held, find_status, list_answering
from api.settings import Settings, read_settings

ACTOR = "command line"
app = typer.Typer(
    no_args_is_help=True,
    help="Lời mời dùng một lần cho từng hồ sơ / Single-use invitations: key, messages, response rates, closing.",
)

Out = Annotated[
    Path, typer.Argument(help="Tệp CSV sẽ ghi, chỉ chủ tệp đọc được / CSV to write, for its owner only.")
]
Language = Annotated[str, typer.Option(help="vi hoặc en / vi or en.")]
Units = Annotated[
    list[str] | None, typer.Option("--unit", help="Chỉ đơn vị này, có thể lặp lại / Only this unit, repeatable.")
]
Template = Annotated[
    Path | None,
    typer.Option(
        help="Mẫu tin, có {link}, {dossier}, {unit}, {procedure}, {day} / A text of your own with these places."
    ),
]
Address = Annotated[
    str | None, typer.Option(help="Địa chỉ dịch vụ / Address of the service; default HAILONG_PUBLIC_URL.")
]


@app.command("key")
def key() -> None:
    """In một khóa mới cho HAILONG_INVITATION_KEY / Print a new key for HAILONG_INVITATION_KEY."""
    typer.echo(secrets.token_urlsafe(32))
    typer.echo("Cất riêng, không để cùng cơ sở dữ liệu / Keep it apart from the database.", err=True)


@app.command("invite")
def invite(
    out: Out,
    language: Language = "vi",
    unit: Units = None,
    template: Template = None,
    address: Address = None,
) -> None:
    """Ghi tin mời cho các hồ sơ chưa gửi tin / Write messages for cases that had none yet.

    The file has dossier, link, language, text: your SMS or Zalo gateway knows the phone numbers, we never do.
    """
    _write("invite", out, language=language, unit=unit, template=template, address=address)


@app.command("remind")
def remind(
    out: Out,
    language: Language = "vi",
    unit: Units = None,
    template: Template = None,
    address: Address = None,
    after_days: Annotated[
        int, typer.Option(min=1, help="Sau tin trước ít nhất chừng này ngày / Days since the message before.")
    ] = 7,
    times: Annotated[
        int, typer.Option(min=2, help="Nhiều nhất chừng này tin mỗi hồ sơ / Most messages for one case, in all.")
    ] = 3,
) -> None:
    """Ghi tin nhắc, chỉ cho hồ sơ chưa trả lời / Write reminders, only for cases not answered."""
    _write(
        "remind", out, language=language, unit=unit, template=template, address=address,
        after_days=after_days, times_max=times,
    )  # fmt: skip


@app.command("status")
def status(
    month: Annotated[
        str | None, typer.Option(help="Chỉ tháng trả kết quả này / Only this month of results, e.g. 2026-10.")
    ] = None,
    unit: Units = None,
    case: Annotated[
        str | None, typer.Option(help="Trạng thái của một hồ sơ, có ghi nhật ký / Of one case; audited.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Ghi vào tệp CSV / Write CSV instead.")] = None,
) -> None:
    """Tỷ lệ trả lời theo đơn vị và thủ tục / Response rates by unit and procedure, with n."""
    settings = read_settings()
    with opened_engine(settings) as engine, Session(engine) as session, session.begin():
        if case is not None:
            begin_write(session)
            found, of_case = find_status(session, case, key=require_key(settings))
            typer.echo(found.value)
            # Not the dossier code: the audit outlives the period.
            subject = f"{of_case.period}/{of_case.unit_filed}/{of_case.procedure}"
            record_event(session, at=utc_now(), actor=ACTOR, action="invitations.status", subject=subject)
            return
        lines = list_answering(session, period=month, units=unit)
        held = count_held(session, period=month, units=unit)
    if out is not None:
        _write_rates(out, lines)
    else:
        _print_rates(lines)
    if held:
        typer.echo(f"Chờ đủ hồ sơ / Waiting until their units have enough cases: {held}", err=True)


@app.command("close")
def close(
    month: Annotated[
        str | None,
        typer.Option(help="Đóng kỳ này ngay, kể cả khi liên kết còn hạn / whatever its links."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Không hỏi lại / Do not ask.")] = False,
) -> None:
    """Đóng các kỳ đã hết hạn: xóa hồ sơ và liên kết, giữ số đếm / Close expired periods: cases go, counts stay."""
    settings = read_settings()
    now = utc_now()
    with opened_engine(settings) as engine:
        if month is None:
            today = local_day(now, settings.zone)
            closed = close_due(engine, today=today, days=settings.invitation_days, now=now, actor=ACTOR)
        else:
            question = f"Xóa mọi hồ sơ và liên kết của {month}? / Delete every case and link of {month}?"
            if not yes:
                typer.confirm(question, abort=True)
            close_period(engine, month, now=now, actor=ACTOR)
            closed = [month]
    typer.echo(f"Đã đóng / Closed: {', '.join(closed) or '0'}")


def _write(
    kind: str,
    out: Path,
    *,
    language: str,
    unit: list[str] | None,
    template: Path | None,
    address: str | None,
    **more: int,
) -> None:
    if language not in ("vi", "en"):
        raise typer.BadParameter("vi, en", param_hint="--language")
    if out.exists():
        raise Conflict(
            "file_exists", f"Đã có tệp {out}; hãy chọn tên khác", f"The file {out} exists; choose another name"
        )
    settings = read_settings()
    sending = Sending(
        kind=kind, language=language, address=require_address(settings, address), days=settings.invitation_days,
        template=template.read_text(encoding="utf-8").strip() if template else None,
        units=frozenset(unit) if unit else None, **more,
    )  # fmt: skip
    key, now = require_key(settings), utc_now()
    with _writing(settings) as session:
        count = write_messages(
            session, out, sending, key=key, today=local_day(now, settings.zone), now=now, actor=ACTOR
        )
    typer.echo(f"{out}: {count} tin / messages")


@contextmanager
def _writing(settings: Settings) -> Iterator[Session]:
    with opened_engine(settings) as engine, Session(engine) as session, session.begin():
        begin_write(session)
        yield session


def _print_rates(lines: list[Answering]) -> None:
    table = Table("Kỳ / Period", "Phiếu / Form", "Đơn vị / Unit", "Thủ tục / Procedure", box=None)
    for name in ("n mời / invited", "mở / opened", "trả lời / answered", "tỷ lệ / rate"):
        table.add_column(name, justify="right")
    for line in lines:
        table.add_row(
            line.period, line.form, line.unit_filed, line.procedure or "(gộp / together)", str(line.invited),
            str(line.opened), str(line.answered), f"{100 * line.rate:.1f} %".replace(".", ","),
        )  # fmt: skip
    Console().print(table)


def _write_rates(out: Path, lines: list[Answering]) -> None:
    names = ("period", "form", "selection", "unit_filed", "procedure", "invited", "opened", "answered")
    with out.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*names, "rate"])
        writer.writerows([[*(getattr(line, name) for name in names), f"{line.rate:.6f}"] for line in lines])
