"""``hailong import assignments``."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.import_printing import listing_problems, show_counts
from api.cli.opened import opened_engine
from api.clock import local_day, utc_now
from api.interviews.importing import Importer, import_assignments
from api.settings import read_settings


def assignments(
    file: Annotated[Path, typer.Argument(help="CSV, XLSX hoặc / or Parquet.")],
    survey: Annotated[str, typer.Option(help="Tên đợt khảo sát / Name of the survey.")],
    sheet: Annotated[
        str | None,
        typer.Option(help="Trang tính, mặc định trang đầu / Sheet of the workbook, by default the first."),
    ] = None,
) -> None:
    """Nhập danh sách nơi cần phỏng vấn / Import the cases that interviewers are to see; all of a file or nothing.

    Columns: code, unit, place; device (id of a tablet) if some are given to one. No names or phone numbers.
    """
    settings, now = read_settings(), utc_now()
    with opened_engine(settings) as engine, listing_problems(file):
        new, known = import_assignments(
            engine,
            file,
            Importer("command line"),
            survey=survey,
            today=local_day(now, settings.zone),
            now=now,
            sheet=sheet,
        )
    show_counts(**{"mới_/_new": new, "đã_có_/_known": known})
