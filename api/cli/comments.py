"""``hailong comments screen|purge|clerks`` and ``hailong keys new-seal``."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from sqlmodel import Session

from api.audit import record_event
from api.cli.opened import opened_engine
from api.cli.progress_bar import progress_bar
from api.clock import local_day, utc_now
from api.comments.screening import purge_originals, replace_clerks, screen_waiting
from api.db import begin_write
from api.sealer import new_seal_key, require_sealer
from api.settings import read_settings
from survey_forms.screening.found import KIND_NAMES, Kind

ACTOR = "cli"
app = typer.Typer(no_args_is_help=True, help="Lời góp ý: sàng lọc, xóa bản gốc / Comments: screen, purge, clerks.")
keys_app = typer.Typer(no_args_is_help=True, help="Khóa của dịch vụ / Keys of the service.")


@app.command("screen")
def screen(
    forget_originals: Annotated[
        bool,
        typer.Option(
            "--forget-originals",
            help="Không giữ bản gốc, nên không cần khóa; không lấy lại được / Keep no originals, so no key is "
            "needed; they cannot be had back.",
        ),
    ] = False,
) -> None:
    """Che thông tin cá nhân trong lời góp ý đang chờ / Mask personal data in the comments that wait."""
    settings, console = read_settings(), Console(stderr=True)
    sealer = None if forget_originals else require_sealer(settings)
    with opened_engine(settings) as engine, progress_bar(console, "Sàng lọc / Screening") as progress:
        report = screen_waiting(
            engine,
            sealer,
            now=utc_now(),
            zone=settings.zone,
            keep_days=settings.comment_original_days,
            progress=progress,
        )
    typer.echo(
        f"Đã sàng lọc {report.screened} lời góp ý, che trong {report.masked}; sàng lọc lại {report.again} / "
        f"Screened {report.screened} comments, masked in {report.masked}; screened again {report.again}"
    )
    for kind, count in sorted(report.kinds.items()):
        typer.echo(f"  {KIND_NAMES['vi'][Kind(kind)]} / {KIND_NAMES['en'][Kind(kind)]}\t{count}")


@app.command("purge")
def purge() -> None:
    """Xóa bản gốc đã hết hạn lưu / Delete the originals whose time is over."""
    settings, now = read_settings(), utc_now()
    with opened_engine(settings) as engine, Session(engine) as session, session.begin():
        begin_write(session)
        gone = purge_originals(session, today=local_day(now, settings.zone))
        if gone:
            record_event(session, at=now, actor=ACTOR, action="comment.purge", subject="originals", originals=gone)
    typer.echo(f"Đã xóa {gone} bản gốc / Deleted {gone} originals")


@app.command("clerks")
def clerks(
    file: Annotated[Path, typer.Argument(help="Tệp chữ, mỗi dòng một họ tên / Text file, one full name a line.")],
    unit: Annotated[str, typer.Option(help="Mã đơn vị / Code of the unit.")],
) -> None:
    """Thay danh sách tên cán bộ luôn được che / Replace the names that are always masked in a unit."""
    names = [line.strip() for line in file.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
    with opened_engine(read_settings()) as engine, Session(engine) as session, session.begin():
        begin_write(session)
        replace_clerks(session, unit, names)
        record_event(
            session, at=utc_now(), actor=ACTOR, action="comment.clerks", subject=unit, unit=unit, names=len(names)
        )
    typer.echo(
        f"{len(names)} tên; hãy chạy hailong comments screen / {len(names)} names; now run hailong comments screen"
    )


@keys_app.command("new-seal")
def new_seal() -> None:
    """In một khóa mới cho HAILONG_SEAL_KEY / Print a new key for HAILONG_SEAL_KEY."""
    typer.echo(new_seal_key())
    typer.echo(
        "Cất riêng, không để cùng cơ sở dữ liệu; khi đổi khóa, để khóa cũ phía sau, cách bằng dấu phẩy / "
        "Keep it apart from the database; when it is changed put the former one behind it, after a comma.",
        err=True,
    )
