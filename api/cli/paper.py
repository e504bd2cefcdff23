"""``hailong paper …``."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from sqlmodel import Session

from api.catalogue import open_catalogue
from api.cli.opened import opened_engine
from api.clock import local_day, utc_now
from api.db import begin_write
from api.errors import Conflict
from api.paper.error_rates import ErrorRate, list_error_rates
from api.paper.printing import draw_printing, find_printing, print_sheets
from api.receiving.known_codes import KnownCodes
from api.settings import read_settings
from survey_forms.pages.printed.serials import write_serial

ACTOR = "command line"

app = typer.Typer(
    no_args_is_help=True, help="Phiếu giấy: in, tỷ lệ nhập sai / Paper sheets: print them, keying errors."
)


@app.command("print")
def print_(
    file: Annotated[Path, typer.Argument(help="Tệp HTML, mở bằng trình duyệt để in / HTML file to print from.")],
    form: Annotated[str, typer.Option(help="Phiếu / The form.")] = "one_stop",
    unit: Annotated[str, typer.Option(help="Mã đơn vị phát phiếu / Code of the unit that hands them out.")] = "",
    sheets: Annotated[int, typer.Option(help="Số phiếu / How many sheets.")] = 50,
    counter: Annotated[str | None, typer.Option(help="Mã quầy / Code of the counter.")] = None,
    procedure: Annotated[str | None, typer.Option(help="Mã thủ tục / Code of the procedure.")] = None,
    language: Annotated[str, typer.Option(help="Ngôn ngữ: vi hoặc en / Language: vi or en.")] = "vi",
    again: Annotated[
        int | None,
        typer.Option(help="In lại lần in này, cùng số phiếu / Print that printing again, same serials."),
    ] = None,
) -> None:
    """In phiếu giấy có số và mã QR, khổ A4 / Make paper sheets with serial and QR code, A4.

    The HTML file holds everything; open it in a browser and print at 100 %. Serials are never given out twice.
    """
    if file.exists():
        raise Conflict(
            "file_exists", f"Đã có tệp {file}; hãy chọn tên khác", f"The file {file} exists; choose another name"
        )
    settings, now = read_settings(), utc_now()
    forms = open_catalogue(settings)
    with opened_engine(settings) as engine:
        codes = KnownCodes(engine)
        with Session(engine) as session, session.begin():
            begin_write(session)
            if again is not None:
                printing = find_printing(session, again)
            else:
                printing = print_sheets(
                    session, forms=forms, codes=codes, form=form, unit=unit, sheets=sheets, counter=counter,
                    procedure=procedure, language=language, now=now, actor=ACTOR,
                    day=local_day(now, settings.zone),
                )  # fmt: skip
            html = draw_printing(session, printing, forms.get(printing.form, printing.version))
            file.write_text(html, encoding="utf-8")  # before the commit: no serials without their sheets
            first, last = printing.first_number, printing.first_number + printing.sheets - 1
            told = f"{file}: {printing.sheets} phiếu / sheets, {write_serial(first)} – {write_serial(last)}"
            told += f" (lần in / printing {printing.id})"
    typer.echo(told)


@app.command("errors")
def errors(
    unit: Annotated[
        list[str] | None, typer.Option(help="Chỉ đơn vị này, có thể lặp lại / Only this unit, repeatable.")
    ] = None,
) -> None:
    """Tỷ lệ nhập sai theo người nhập và chồng phiếu / Keying errors by operator and by batch, with intervals."""
    settings = read_settings()
    with opened_engine(settings) as engine, Session(engine) as session:
        operators, batches = list_error_rates(
            session,
            forms=open_catalogue(settings),
            confidence=settings.confidence,
            units=frozenset(unit) if unit else None,
        )
    for name, rates in (("Người nhập / Operator", operators), ("Chồng phiếu / Batch", batches)):
        Console().print(_draw(name, rates, settings.confidence))


def _draw(name: str, rates: list[ErrorRate], confidence: float) -> Table:
    table = Table(name, box=None)
    level = f"{100 * confidence:g} %"
    for column in ("phiếu / sheets", "n ô / boxes", "sai / wrong", "tỷ lệ / rate", level):
        table.add_column(column, justify="right")
    for one in rates:
        known = one.rate is not None and one.low is not None and one.high is not None
        shown = f"{_percent(one.low)}–{_percent(one.high)} %" if known else "–"
        rate = f"{_percent(one.rate)} %" if known else "–"
        table.add_row(one.subject, str(one.sheets), str(one.boxes), str(one.errors), rate, shown)
    return table


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.2f}".replace(".", ",")
