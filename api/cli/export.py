"""``hailong export``: a finished month, sealed as the next revision of its folder."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from sqlalchemy import Engine

from analysis.indices.policy import IndexPolicy
from analysis.release.reading import open_release
from analysis.release.shelf import open_shelf
from api.catalogue import open_catalogue
from api.cli.opened import opened_engine
from api.cli.progress_bar import progress_bar
from api.clock import utc_now
from api.releases.code_version import read_code_version
from api.releases.service import ExportReport, check_month_is_over, export_month
from api.settings import Settings, read_settings
from api.snapshots.service import write_snapshots
from survey_forms.loader import Catalogue

CHANGES_SHOWN = 10
CONTRADICTIONS_SHOWN = 5


def export(
    month: Annotated[str, typer.Option(help="Một tháng đã qua / A month that is over, e.g. 2026-10.")],
) -> None:
    """Xuất một tháng đã qua / Export a finished month.

    Exit code 2: refused or not written; 3: released, but its figures contradict each other.
    """
    settings = read_settings()
    with opened_engine(settings) as engine:
        report = export_one(
            engine, open_catalogue(settings), settings, month=month, now=utc_now(), console=_console()
        )
    for line in summarise(report):
        typer.echo(line)
    raise typer.Exit(exit_code_of(report))


def export_one(
    engine: Engine, catalogue: Catalogue, settings: Settings, *, month: str, now: datetime, console: Console
) -> ExportReport:
    """Bring the snapshots of ``month`` up to date and export it, with progress bars on ``console``."""
    check_month_is_over(month, now=now, zone=settings.zone)
    with progress_bar(console, "Ảnh dữ liệu / Snapshots") as told:
        write_snapshots(engine, settings.snapshots_folder, catalogue, months=[month], progress=told)
    with progress_bar(console, f"Xuất / Export {month}") as told:
        report = export_month(
            engine,
            catalogue,
            month=month,
            now=now,
            zone=settings.zone,
            policy=policy_of(settings),
            snapshots_folder=settings.snapshots_folder,
            exports_folder=settings.exports_folder,
            code=read_code_version(),
            licence=settings.export_licence,
            progress=told,
        )
    # The first reader of a national month would wait for this copy.
    open_shelf(open_release(settings.exports_folder, month, report.revision), settings.shelf_folder)
    return report


def policy_of(settings: Settings) -> IndexPolicy:
    """The choices behind the indices, as set for this service."""
    return IndexPolicy(confidence=settings.confidence, small_cell=settings.small_cell)


def summarise(report: ExportReport) -> Sequence[str]:
    """What came of an export, in a few lines."""
    contradicted = _tell_contradictions(report)
    if not report.is_new:
        return [
            f"Tháng {report.month}: r{report.revision} vẫn đúng, không ghi gì / "
            f"r{report.revision} is current, nothing written: {report.folder}",
            *contradicted,
        ]
    lines = [f"Đã công bố / Released: {report.folder}"]
    changed = report.changes.group_by("table", "change").len().sort("table", "change").rows()
    lines += [f"  {table}: {count} {change}" for table, change, count in changed[:CHANGES_SHOWN]]
    return [*lines, *contradicted]


def exit_code_of(report: ExportReport) -> int:
    """3 when what was released contradicts itself, else 0."""
    return 3 if report.contradictions.height else 0


def _tell_contradictions(report: ExportReport) -> list[str]:
    found = report.contradictions
    if found.is_empty():
        return []
    shown = [
        f"  {row['form']} {row['version']}, {row['figure']}\n    {row['vi']}\n    {row['en']}"
        for row in found.head(CONTRADICTIONS_SHOWN).iter_rows(named=True)
    ]
    return [
        f"{found.height} số của r{report.revision} mâu thuẫn với nhau: đừng trích dẫn, hãy báo cho người bảo trì "
        "phần mềm; khi sửa xong, xuất lại thành bản mới / "
        f"{found.height} figures of r{report.revision} contradict each other: do not quote them, tell the "
        "maintainers; once mended, export again as the next revision",
        *shown,
    ]


def _console() -> Console:
    return Console(stderr=True)
