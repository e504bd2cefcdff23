"""``hailong import transactions``."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.import_printing import EXIT_SOME_REJECTED, counting_rows, show_counts, show_problems
from api.cli.opened import opened_engine
from api.clock import utc_now
from api.settings import read_settings
from api.tabular.cells import read_month
from api.transactions.importing import TransactionFile, import_transactions

ACTOR = "command line"


def transactions(
    file: Annotated[Path, typer.Argument(help="CSV, XLSX hoặc / or Parquet.")],
    kind: Annotated[
        TransactionFile,
        typer.Option("--as", help="Mỗi dòng là số đếm hay một hồ sơ / What a row is: a count, or one dossier."),
    ],
    month: Annotated[
        str | None,
        typer.Option(help="Từ chối dòng của tháng khác / Reject rows of any other month, e.g. 2026-10."),
    ] = None,
    sheet: Annotated[
        str | None,
        typer.Option(help="Trang tính, mặc định trang đầu / Sheet of the workbook, by default the first."),
    ] = None,
) -> None:
    """Nhập hồ sơ đã giải quyết / Import completed transactions.

    counts: month, unit, procedure, channel, completed. dossiers: dossier, unit, procedure, channel, completed_on;
    one list for the whole month, dossier codes are not stored. A changed count replaces the old one, audited.
    Exit codes: 0 all accepted or known; 3 some rows rejected; 2 the file is unusable.
    """
    if month is not None:
        try:
            month = read_month(month)
        except ValueError:
            raise typer.BadParameter("tháng như 2026-10 / a month such as 2026-10", param_hint="--month") from None
    settings = read_settings()
    with opened_engine(settings) as engine, counting_rows("Hồ sơ / Transactions") as bar:
        report = import_transactions(
            engine, file, kind=kind, now=utc_now(), actor=ACTOR,
            zone=settings.zone, month=month, sheet=sheet, progress=bar,
        )  # fmt: skip
    show_counts(**{
        "dòng_/_rows": report.rows, "nhận_/_accepted": report.accepted, "đã_có_/_known": report.known,
        "từ_chối_/_rejected": report.rejected, "số_liệu_mới_/_new_counts": report.cells_added,
        "thay_/_replaced": len(report.changed),
    })  # fmt: skip
    for change in report.changed:
        typer.echo(f"  {'/'.join(change.cell)}: {change.old} → {change.new}")
    if report.rejected:
        show_problems(file, report.problems)
        raise typer.Exit(EXIT_SOME_REJECTED)
