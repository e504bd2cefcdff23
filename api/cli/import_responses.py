"""``hailong import responses``."""

from pathlib import Path
from typing import Annotated

import typer

from api.catalogue import open_catalogue
from api.cli.import_printing import EXIT_SOME_REJECTED, counting_rows, show_counts
from api.cli.opened import opened_engine
from api.clock import utc_now
from api.responses.importing import import_responses, read_mapping
from api.settings import read_settings


def responses(
    file: Annotated[Path, typer.Argument(help="CSV, XLSX hoặc / or Parquet.")],
    mapping: Annotated[
        Path, typer.Option(help="Tệp YAML nói nghĩa các cột / YAML that says what the columns mean.")
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Kiểm tra tất cả, không lưu / Check everything, store nothing.")
    ] = False,
    sheet: Annotated[
        str | None,
        typer.Option(help="Trang tính, mặc định trang đầu / Sheet of the workbook, by default the first."),
    ] = None,
) -> None:
    """Nhập phiếu theo ánh xạ / Import responses by a mapping.

    Rejected rows go to <file>.rejected.csv with their problems; mended, that file imports again.
    Exit codes: 0 all accepted or known; 3 some rows rejected; 2 the file or the mapping is unusable.
    """
    settings = read_settings()
    forms = open_catalogue(settings)
    meaning = read_mapping(mapping, forms)
    with opened_engine(settings) as engine, counting_rows("Phiếu / Responses") as bar:
        report = import_responses(
            engine, file, meaning, forms=forms, now=utc_now(),
            zone=settings.zone, is_dry_run=dry_run, sheet=sheet, progress=bar,
        )  # fmt: skip
    if dry_run:
        typer.echo("Chạy thử, chưa lưu gì / Dry run, nothing stored")
    show_counts(**{
        "dòng_/_rows": report.rows, "nhận_/_accepted": report.accepted, "đã_có_/_known": report.known,
        "từ_chối_/_rejected": report.rejected,
    })  # fmt: skip
    for code, rows in report.rules.most_common():
        typer.echo(f"  {code}: {rows} dòng / rows")
    if report.rejected_file is not None:
        typer.echo(f"Các dòng bị từ chối / Rejected rows: {report.rejected_file}")
        raise typer.Exit(EXIT_SOME_REJECTED)
