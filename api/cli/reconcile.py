"""``hailong reconcile``: the same counts in the database, the snapshots and the exports?"""

import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from api.catalogue import open_catalogue
from api.cli.opened import opened_engine
from api.releases.service import check_month
from api.results.numbers import write_count
from api.settings import read_settings
from api.snapshots.reconciling import Reconciled, reconcile_counts


def reconcile(
    month: Annotated[str | None, typer.Option(help="Chỉ tháng này / Only this month.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Dạng JSON / As JSON.")] = False,
) -> None:
    """Đối soát số phiếu / Compare the counts of responses. Exit code 3: they differ."""
    if month is not None:
        check_month(month)
    settings = read_settings()
    with opened_engine(settings) as engine:
        lines = reconcile_counts(
            engine,
            open_catalogue(settings),
            snapshots_folder=settings.snapshots_folder,
            exports_folder=settings.exports_folder,
            month=month,
        )
    if as_json:
        typer.echo(json.dumps([asdict(line) for line in lines], ensure_ascii=False))
    else:
        Console().print(_draw(lines))
    if any(line.problems for line in lines):
        raise typer.Exit(3)


def _draw(lines: list[Reconciled]) -> Table:
    drawn = Table(title="Đối soát / Reconciliation")
    for name in ("Phiếu\nForm", "Tháng\nMonth"):
        drawn.add_column(name, no_wrap=True)
    for name in ("CSDL\nDatabase", "Ảnh dữ liệu\nSnapshot", "Bản công bố\nRelease"):
        drawn.add_column(name, justify="right", no_wrap=True)
    drawn.add_column("Khác biệt\nDifference")
    for line in lines:
        exported = "–" if line.export is None else f"{write_count(line.export, 'vi')} (r{line.revision})"
        snapshot = "–" if line.snapshot is None else write_count(line.snapshot, "vi")
        drawn.add_row(
            f"{line.form} {line.version}",
            line.month,
            write_count(line.database, "vi"),
            snapshot,
            exported,
            "\n".join(line.problems) or "khớp / agrees",
        )
    return drawn
