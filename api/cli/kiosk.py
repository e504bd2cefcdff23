"""``hailong kiosk enrol|list|configure|rollback|revoke|pin|quarantine|purge``."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import segno
import typer
from rich.console import Console
from rich.table import Table
from sqlmodel import Session

from api.catalogue import open_catalogue
from api.cli.opened import opened_engine
from api.clock import local_day, show_instant, utc_now
from api.db import begin_write
from api.kiosks.configuration import KioskSettings, change_settings
from api.kiosks.configuring import change_pin, configure_device, read_settings_of, roll_back_device
from api.kiosks.devices import CODE_MINUTES, find_device, invite_device, revoke_device
from api.kiosks.fleet import Judged, judge_fleet
from api.kiosks.fleet_queries import list_refusals
from api.kiosks.purging import purge_kiosks
from api.kiosks.retrying import close_refusals, retry_refusals
from api.kiosks.shown_config import find_shown_form
from api.receiving.receiver import Receiver
from api.sealer import make_sealer
from api.settings import Settings, read_settings
from survey_forms.pages.kiosk.assets import read_assets

app = typer.Typer(
    no_args_is_help=True,
    help="Máy tại quầy: đăng ký, theo dõi, cấu hình / Tablets at counters: enrol, watch, configure.",
)
NEAR = "http://127.0.0.1:8000"  # where `hailong serve` listens unless told otherwise
STATES = {
    "well": "tốt / well",
    "wrong": "cần xem / look at it",
    "urgent": "khẩn / urgent",
    "revoked": "đã thu hồi / revoked",
}

DeviceId = Annotated[str, typer.Argument(help="Mã máy, xem hailong kiosk list / Its id, see hailong kiosk list.")]
Changes = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        help="Cấu hình, có thể lặp lại / A setting, repeatable: form=one_stop, contrast=high, "
        "opening_hours='mon-fri 07:30-11:30 13:30-17:00', brightness, text_scale, idle_seconds, option_order, "
        "speech, mode, languages=vi,en, language, form_version, countdown_seconds, asks_procedure.",
    ),
]


@app.command("enrol")
def enrol(
    unit: Annotated[str | None, typer.Option(help="Mã đơn vị / Code of the unit.")] = None,
    counter: Annotated[str | None, typer.Option(help="Mã quầy / Code of the counter.")] = None,
    device: Annotated[
        str | None,
        typer.Option(help="Cấp khóa mới cho máy đã có / A new key for this device, all else kept."),
    ] = None,
    minutes: Annotated[int, typer.Option(help="Hiệu lực của mã / How long the code is good.")] = CODE_MINUTES,
    svg: Annotated[Path | None, typer.Option(help="Ghi mã QR vào tệp SVG / Write the QR code as SVG.")] = None,
    changes: Changes = None,
) -> None:
    """Tạo mã đăng ký dùng một lần cho một máy / Make a code that enrols one tablet, once."""
    settings = read_settings()
    with _open(settings) as session:
        known = find_device(session, device) if device else None
        shown = read_settings_of(session, known) if known else change_settings(KioskSettings(), _read(changes))
        find_shown_form(open_catalogue(settings), shown, local_day(utc_now(), settings.zone))
        if known is None and unit is None:
            raise typer.BadParameter("cần --unit hoặc --device / --unit or --device is needed")
        invited = invite_device(
            session,
            unit=unit or (known.unit if known else ""),
            counter=counter or (known.counter if known and unit in (None, known.unit) else None),
            now=utc_now(),
            settings=shown,
            actor="cli",
            minutes=minutes,
            device=device,
        )
    address = f"{settings.public_url.rstrip('/') or NEAR}/kiosk#code={invited.code}"
    code = segno.make(address, error="m", micro=False)
    until = invited.expires_at.astimezone(settings.zone).strftime("%H:%M %d/%m/%Y")
    typer.echo(f"Mã / Code: {invited.code[:4]} {invited.code[4:]}   đến / until {until}")
    if invited.pin:
        typer.echo(f"PIN giám sát / Supervisor's PIN: {invited.pin}   (chỉ hiện một lần / shown this once)")
    typer.echo(f"Mở trên máy / Open on the tablet: {address}")
    if svg is not None:
        code.save(str(svg), kind="svg", scale=8, border=4)
        typer.echo(f"QR: {svg}")
    else:
        code.terminal(compact=True)


@app.command("list")
def show(
    unit: Annotated[
        list[str] | None, typer.Option(help="Chỉ đơn vị này, có thể lặp lại / Only this unit, repeatable.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Dạng JSON / As JSON.")] = False,
) -> None:
    """Mọi máy và điều bất thường của từng máy / Every tablet, and what is wrong with it."""
    settings = read_settings()
    with opened_engine(settings) as engine, Session(engine) as session:
        judged = judge_fleet(
            session,
            forms=open_catalogue(settings),
            app_version=read_assets().version,
            now=utc_now(),
            zone=settings.zone,
            units=unit or None,
        )
        if as_json:
            typer.echo(json.dumps([_as_json(one) for one in judged], ensure_ascii=False))
        else:
            Console().print(_draw(judged, settings))


@app.command("configure")
def configure(id: DeviceId, changes: Changes = None) -> None:
    """Đổi cấu hình của máy; máy nhận trong vài phút / Change what a tablet shows; it takes it in minutes."""
    settings = read_settings()
    with _open(settings) as session:
        made = configure_device(session, id, _read(changes), now=utc_now(), actor="cli")
        find_shown_form(open_catalogue(settings), made, local_day(utc_now(), settings.zone))
        version = find_device(session, id).config_version
    typer.echo(f"Cấu hình / Configuration {version}: {json.dumps(made.as_document(), ensure_ascii=False)}")


@app.command("rollback")
def rollback(
    id: DeviceId,
    to: Annotated[
        int | None,
        typer.Option(help="Về bản này; mặc định bản trước / To this one, else the one before."),
    ] = None,
) -> None:
    """Quay lại cấu hình cũ / Go back to an earlier configuration."""
    with _open(read_settings()) as session:
        roll_back_device(session, id, now=utc_now(), actor="cli", to=to)
        version = find_device(session, id).config_version
    typer.echo(f"Đã quay lại / Rolled back, cấu hình / configuration {version}")


@app.command("revoke")
def revoke(id: DeviceId) -> None:
    """Thu hồi khóa của máy ngay lập tức / Revoke the key of a tablet at once."""
    with _open(read_settings()) as session:
        revoke_device(session, id, now=utc_now(), actor="cli")
    typer.echo(f"Đã thu hồi / Revoked: {id}")
    typer.echo("Phiếu còn trên máy / What it still holds: hailong import queue")


@app.command("pin")
def pin(id: DeviceId) -> None:
    """Đặt PIN giám sát mới / Give the supervisor of a tablet a new PIN."""
    with _open(read_settings()) as session:
        made = change_pin(session, id, now=utc_now(), actor="cli")
    typer.echo(f"PIN: {made} (máy nhận trong vài phút / the tablet learns it in minutes)")


@app.command("quarantine")
def quarantine(
    device: Annotated[str | None, typer.Option(help="Chỉ máy này / Only this device.")] = None,
    retry: Annotated[
        bool, typer.Option("--retry", help="Thử lưu lại / Try to store them again, after mending the cause.")
    ] = False,
    close: Annotated[
        list[int] | None,
        typer.Option(help="Đã xem, không nhắc nữa, có thể lặp lại / Looked at, tell of it no more, repeatable."),
    ] = None,
) -> None:
    """Phiếu chưa lưu được và lý do / Responses that could not be stored, and why. Exit code 3: some are left."""
    settings = read_settings()
    with opened_engine(settings) as engine:
        if retry:
            forms = open_catalogue(settings)
            receiver = Receiver(engine, forms=forms, clock=utc_now, zone=settings.zone)
            with Session(engine, expire_on_commit=False) as session:
                sealer = make_sealer(settings)
                stored, left = retry_refusals(session, receiver, now=utc_now(), sealer=sealer, device=device)
                session.commit()
            receiver.close()
            typer.echo(f"Đã lưu / Stored: {stored}. Còn lại / Left: {left}")
        if close:
            with Session(engine) as session, session.begin():
                begin_write(session)
                close_refusals(session, close, now=utc_now())
        with Session(engine) as session:
            rows = list_refusals(session, device=device)
            for row in rows:
                problem = row.problem
                more = "; ".join(f"{found.get('code')}" for found in problem.get("problems", ()))
                received = show_instant(row.received_at, settings.zone)
                typer.echo(
                    f"{row.id}\t{row.device}\t{row.sequence or '–'}\t{row.response_id or '–'}\t{received}\t"
                    f"{problem.get('title')} / {problem.get('title_en')}{f' ({more})' if more else ''}"
                )
    if rows:
        raise typer.Exit(3)


@app.command("purge")
def purge() -> None:
    """Xóa lịch sử, mã, vé đã quá hạn giữ / Delete history, codes and tickets that are past their time."""
    with _open(read_settings()) as session:
        gone = purge_kiosks(session, now=utc_now(), actor="cli")
    typer.echo("Đã xóa / Deleted: " + ", ".join(f"{name} {many}" for name, many in gone.items()))


def _read(changes: list[str] | None) -> dict[str, str]:
    pairs = [change.partition("=") for change in changes or ()]
    if wrong := [name for name, equals, _ in pairs if not equals]:
        raise typer.BadParameter(f"cần tên=giá trị / name=value is needed: {', '.join(wrong)}")
    return {name.strip(): value.strip() for name, _, value in pairs}


def _as_json(one: Judged) -> dict[str, object]:
    device, state = one.known.device, one.known.state
    return {
        "device": device.id,
        "number": device.number,
        "unit": device.unit,
        "counter": device.counter,
        "state": one.state,
        "heard_at": state and state.received_at.isoformat(),
        "responses": one.known.responses,
        "queue_length": one.known.told.get("queue_length"),
        "findings": [
            {"code": found.code, "since": found.since and found.since.isoformat(), "vi": found.vi, "en": found.en}
            for found in one.findings
        ],
    }


def _draw(judged: list[Judged], settings: Settings) -> Table:
    drawn = Table(title="Máy tại quầy / Tablets", show_lines=True)
    for name in ("Máy\nDevice", "Đơn vị, quầy\nUnit, counter", "Tình trạng\nState"):
        drawn.add_column(name, no_wrap=True)
    for name in ("Phiếu\nResponses", "Chờ gửi\nQueue"):
        drawn.add_column(name, justify="right", no_wrap=True)
    drawn.add_column("Điều cần xem\nTo look at")
    for one in judged:
        known = one.known
        findings = [
            f"{found.vi} / {found.en}"
            + (f" [{found.since.astimezone(settings.zone):%d/%m/%Y %H:%M}]" if found.since else "")
            for found in one.findings
        ]
        drawn.add_row(
            f"máy {known.device.number}\n{known.device.id}",
            f"{known.device.unit}\n{known.device.counter or '–'}",
            STATES[one.state],
            str(known.responses),
            str(known.told.get("queue_length", "–")),
            "\n".join(findings).replace("[", "\\[") or "–",
        )
    return drawn


@contextmanager
def _open(settings: Settings) -> Iterator[Session]:
    with opened_engine(settings) as engine, Session(engine) as session, session.begin():
        begin_write(session)
        yield session
