"""``hailong qr``."""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer
from sqlmodel import Session

from api.catalogue import open_catalogue
from api.cli.opened import opened_engine
from api.clock import local_day, utc_now
from api.invitations.links import PATH, find_token_of, link_of, require_address, require_key
from api.qr.addresses import make_codes, name_unit
from api.receiving.tokens import show_token
from api.settings import Settings, read_settings
from survey_forms.pages.printed.qr_sheets import Layout, PrintedCode, draw_sheets


def qr(
    folder: Annotated[Path, typer.Argument(help="Thư mục ghi tệp SVG / Folder for the SVG files.")],
    unit: Annotated[str | None, typer.Option(help="Mã đơn vị / Code of the unit.")] = None,
    counter: Annotated[
        list[str] | None,
        typer.Option(help="Mã quầy, có thể lặp lại / Code of a counter of the unit, repeatable."),
    ] = None,
    all_counters: Annotated[
        bool, typer.Option("--all-counters", help="Mọi quầy của đơn vị / Every counter of the unit.")
    ] = False,
    case: Annotated[
        list[str] | None,
        typer.Option(help="Mã hồ sơ, để in lên giấy trả kết quả / Dossier code, for the letter with the result."),
    ] = None,
    form: Annotated[str, typer.Option(help="Phiếu, nếu khác mặc định / The form, where not the usual one.")] = "",
    layout: Annotated[
        Layout, typer.Option(help="Chân đế A6, nhãn, tờ A4 24 nhãn / A6 stand, sticker, A4 sheet of 24.")
    ] = Layout.STAND,
    address: Annotated[
        str | None, typer.Option(help="Địa chỉ dịch vụ / Address of the service; default HAILONG_PUBLIC_URL.")
    ] = None,
) -> None:
    """In mã QR cho đơn vị, quầy hoặc hồ sơ / Make QR codes of a unit, its counters, or finished cases.

    With --case the link is good once and the printed code opens it: keep those files as letters are kept.
    """
    if (unit is None) == (not case):
        raise typer.BadParameter("cần --unit hoặc --case / --unit or --case is needed")
    settings = read_settings()
    base = require_address(settings, address)
    day = local_day(utc_now(), settings.zone)
    if form:
        open_catalogue(settings).current(form, day)
    with opened_engine(settings) as engine, Session(engine) as session:
        if unit is not None:
            counters = [] if all_counters else counter or None
            codes = make_codes(session, address=base, day=day, unit=unit, counters=counters, form=form)
        else:
            codes = [_code_of_case(session, dossier, base, settings) for dossier in case or ()]
    sheets = draw_sheets(layout, codes)
    folder.mkdir(parents=True, exist_ok=True)
    name = unit or "cases"
    for number, sheet in enumerate(sheets, 1):
        path = folder / f"qr-{name}-{layout}-{number}.svg"
        path.write_text(sheet, encoding="utf-8")
        if case:
            path.chmod(0o600)
        typer.echo(path)


def _code_of_case(session: Session, dossier: str, base: str, settings: Settings) -> PrintedCode:
    case, token = find_token_of(session, dossier, key=require_key(settings))
    parts = urlsplit(base)
    return PrintedCode(
        address=link_of(base, token),
        short=f"{parts.netloc}{parts.path.rstrip('/')}{PATH}",
        unit=name_unit(session, case.unit_filed, case.result_day),
        code=show_token(token),
    )
