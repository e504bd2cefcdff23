"""``hailong signals``: what an analyst should look at, found every night."""

import json
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from sqlalchemy import Engine

from analysis.progress import Progress
from api.catalogue import open_catalogue
from api.cli.opened import opened_engine
from api.cli.progress_bar import progress_bar
from api.clock import local_day, month_of, utc_now
from api.releases.service import check_month
from api.settings import Settings, read_settings
from api.signals.hours import read_office_hours
from api.signals.service import compute_signals
from api.snapshots.service import write_snapshots
from survey_forms.loader import Catalogue

app = typer.Typer(no_args_is_help=True, help="Dấu hiệu cần xem lại / Signals to look at.")
LATE_DAYS = 10  # tablets that were offline bring last month's responses


@app.callback()
def signals() -> None:
    """Dấu hiệu cần xem lại / Signals to look at."""


@app.command("compute")
def compute(
    month: Annotated[
        str | None,
        typer.Option(
            help="Tháng cần tính; để trống: tháng này, và tháng trước trong 10 ngày đầu / The month; left out: "
            "this month, and the one before during the first 10 days."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Dạng JSON / As JSON.")] = False,
) -> None:
    """Tìm dấu hiệu cần xem lại; chạy hằng đêm / Find the signals of a month; run it every night."""
    if month is not None:
        check_month(month)
    settings, console, now = read_settings(), Console(stderr=True), utc_now()
    months = [month] if month else usual_months(now, settings.zone)
    with opened_engine(settings) as engine:
        told = compute_months(
            engine, settings, open_catalogue(settings), months, now=now, bar=partial(progress_bar, console)
        )
    if as_json:
        typer.echo(json.dumps(told))
        return
    for one in told:
        typer.echo(
            f"{one['month']}: {one['found']} dấu hiệu trong {one['responses']} phiếu, {one['new']} mới, "
            f"{one['gone']} không còn / {one['found']} signals in {one['responses']} responses, {one['new']} new, "
            f"{one['gone']} gone"
        )


def usual_months(now: datetime, zone: ZoneInfo) -> list[str]:
    """This month, and the one before during the first days."""
    today = local_day(now, zone)
    return sorted({month_of(today - timedelta(days=LATE_DAYS)), month_of(today)})


def compute_months(
    engine: Engine,
    settings: Settings,
    catalogue: Catalogue,
    months: Sequence[str],
    *,
    now: datetime,
    bar: Callable[[str], AbstractContextManager[Progress]],
) -> list[dict[str, Any]]:
    """What was found in each of ``months``, snapshots brought up to date before; ``bar`` shows how far it is."""
    with bar("Ảnh dữ liệu / Snapshots") as progress:
        write_snapshots(engine, settings.snapshots_folder, catalogue, months=months, progress=progress)
    told = []
    for month in months:
        with bar(f"Dấu hiệu / Signals {month}") as progress:
            found = compute_signals(
                engine,
                catalogue,
                month=month,
                snapshots_folder=settings.snapshots_folder,
                zone=settings.zone,
                office=read_office_hours(settings.office_hours),
                now=now,
                progress=progress,
            )
        told.append({"month": month} | asdict(found))
    return told
