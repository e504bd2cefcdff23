"""``hailong import units|procedures|counters``."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.import_printing import counting_rows, listing_problems, show_counts, show_problems
from api.cli.opened import opened_engine
from api.clock import utc_now
from api.registry.import_conversion import import_conversion
from api.registry.import_counters import import_counters
from api.registry.import_procedures import STARTER, import_procedures
from api.registry.import_units import import_units
from api.registry.official import load_official_units
from api.registry.report import Report
from api.settings import read_settings

ACTOR = "command line"
File = Annotated[Path, typer.Argument(help="CSV, XLSX hoặc / or Parquet.")]
OptionalFile = Annotated[Path | None, typer.Argument(help="CSV, XLSX hoặc / or Parquet.")]
Sheet = Annotated[
    str | None, typer.Option(help="Trang tính, mặc định trang đầu / Sheet of the workbook, by default the first.")
]


def units(
    file: OptionalFile = None,
    official: Annotated[
        bool,
        typer.Option(
            "--official", help="Đơn vị trước và sau 07/2025, từ gói dữ liệu / Both eras, from the data package."
        ),
    ] = False,
    format: Annotated[
        str,
        typer.Option(
            help="units: sổ đơn vị / a register; conversion: bảng chuyển đổi 07/2025 / the table of July 2025."
        ),
    ] = "units",
    replace_links: Annotated[
        bool,
        typer.Option(
            "--replace-links",
            help="Bảng chuyển đổi quyết định đơn vị kế tục / The conversion table has the last word.",
        ),
    ] = False,
    sheet: Sheet = None,
) -> None:
    """Nhập đơn vị: tất cả hoặc không gì / Import units: all of a file or nothing.

    Exit codes: 0 done; 2 the file has problems (all listed beside it), nothing imported.
    """
    if official == (file is not None) or format not in ("units", "conversion"):
        raise typer.BadParameter("cần một tệp hoặc --official / a FILE or --official; --format units|conversion")
    with opened_engine(read_settings()) as engine:
        if file is None:
            with counting_rows("Đơn vị / Units") as bar:
                _show(load_official_units(engine, progress=bar))
            return
        with listing_problems(file):
            if format == "conversion":
                report = import_conversion(engine, file, now=utc_now(), actor=ACTOR, replace_links=replace_links)
            else:
                report = import_units(engine, file, now=utc_now(), actor=ACTOR, sheet=sheet)
    _show(report)
    if report.remarks:
        typer.echo("Đáng xem lại / Worth a look:", err=True)
        show_problems(file, report.remarks)


def procedures(
    file: OptionalFile = None,
    starter: Annotated[
        bool, typer.Option("--starter", help="26 thủ tục có sẵn / The 26 procedures that come along.")
    ] = False,
    sheet: Sheet = None,
) -> None:
    """Nhập thủ tục: tất cả hoặc không gì / Import procedures: all of a file or nothing.

    Columns: code, name, field, level (ministry, province, commune). Exit codes: 0 done; 2 problems in the file.
    """
    if starter == (file is not None):
        raise typer.BadParameter("cần một tệp hoặc --starter / a FILE or --starter")
    path = file or STARTER
    with opened_engine(read_settings()) as engine, listing_problems(path):
        report = import_procedures(engine, path, now=utc_now(), actor=ACTOR, is_starter=starter, sheet=sheet)
    _show(report)


def counters(file: File, sheet: Sheet = None) -> None:
    """Nhập quầy: tất cả hoặc không gì / Import counters: all of a file or nothing.

    Columns: code, unit, name, valid_from, valid_to. Exit codes: 0 done; 2 problems in the file.
    """
    with opened_engine(read_settings()) as engine, listing_problems(file):
        report = import_counters(engine, file, now=utc_now(), actor=ACTOR, sheet=sheet)
    _show(report)


def _show(report: Report) -> None:
    show_counts(**{"thêm_/_added": report.added, "sửa_/_changed": report.changed, "đã_có_/_known": report.known})
    if report.links_added or report.links_changed or report.links_known:
        show_counts(
            **{
                "kế_tục_thêm_/_successions_added": report.links_added,
                "sửa_/_changed": report.links_changed,
                "đã_có_/_known": report.links_known,
            }
        )
