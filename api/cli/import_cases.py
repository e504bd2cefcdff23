"""``hailong import cases``."""

from pathlib import Path
from typing import Annotated

import typer

from api.catalogue import open_catalogue
from api.cli.import_printing import EXIT_SOME_REJECTED, counting_rows, show_counts, show_problems
from api.cli.opened import opened_engine
from api.clock import local_day, utc_now
from api.invitations.closing import close_due
from api.invitations.importing import Asking, import_cases
from api.invitations.links import require_key
from api.settings import read_settings

ACTOR = "command line"


def cases(
    file: Annotated[Path, typer.Argument(help="CSV, XLSX hoặc / or Parquet.")],
    form: Annotated[str, typer.Option(help="Phiếu sẽ hỏi / The form that people are asked.")] = "one_stop",
    census: Annotated[
        bool,
        typer.Option(
            "--census", help="Danh sách gồm mọi hồ sơ của kỳ / The list holds every finished case of the period."
        ),
    ] = False,
    sheet: Annotated[
        str | None,
        typer.Option(help="Trang tính, mặc định trang đầu / Sheet of the workbook, by default the first."),
    ] = None,
) -> None:
    """Nhập hồ sơ đã có kết quả, tạo lời mời dùng một lần / Import finished cases, make single-use invitations.

    Columns: dossier, procedure, unit_filed, result_day; unit_decided, unit_residence if there are. Others are not
    read. Units with too few cases in the month wait. Periods that are due are closed first.
    Exit codes: 0 all accepted or known; 3 some rows rejected; 2 the file or a setting is unusable.
    """
    settings = read_settings()
    today = local_day(utc_now(), settings.zone)
    open_catalogue(settings).current(form, today)
    asking = Asking(
        form=form, selection="census" if census else "invited", key=require_key(settings),
        days=settings.invitation_days, at_least=settings.invitation_cell,
    )  # fmt: skip
    with opened_engine(settings) as engine, counting_rows("Hồ sơ / Cases") as bar:
        closed = close_due(engine, today=today, days=settings.invitation_days, now=utc_now(), actor=ACTOR)
        report = import_cases(
            engine, file, asking=asking, now=utc_now(), actor=ACTOR, zone=settings.zone, sheet=sheet, progress=bar
        )
    for period in closed:
        typer.echo(f"Đã đóng kỳ / Closed: {period}")
    if report.ignored:
        typer.echo(f"Không đọc các cột / Columns not read: {', '.join(report.ignored)}")
    show_counts(**{
        "dòng_/_rows": report.rows, "nhận_/_accepted": report.accepted, "đã_có_/_known": report.known,
        "từ_chối_/_rejected": report.rejected,
    })  # fmt: skip
    for period, issued in report.periods.items():
        shown = f"  {period}: mời / invited {issued.invited}, mới / new {issued.added}"
        typer.echo(shown + (f", chờ / waiting {issued.held}" if issued.held else ""))
    if report.rejected:
        show_problems(file, report.problems)
        raise typer.Exit(EXIT_SOME_REJECTED)
