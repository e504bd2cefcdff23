"""``hailong check-figures``: printed figures that cannot all be true."""

from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from analysis.errors import PublishedError
from analysis.quality.contradictions import find_contradictions
from analysis.quality.printed import PUBLISHED, RULES
from api.errors import FileUnusable
from api.tabular import Row, open_table

WORDS = {"impossible": "không thể đúng / impossible", "suspicious": "cần xem / suspicious"}
TRUE = ("x", "1", "true", "có", "yes")
FALSE = ("", "0", "false", "không", "no")


def check_figures(
    file: Annotated[
        Path,
        typer.Argument(
            help="CSV, XLSX hoặc Parquet, mỗi dòng một số đã in; cột figure, value và tùy chọn "
            f"{', '.join(name for name in PUBLISHED if name not in ('figure', 'value'))}; rule: {', '.join(RULES)}"
            " / One printed figure in each row; columns figure, value and, where they apply, those named."
        ),
    ],
    sheet: Annotated[str | None, typer.Option(help="Trang tính của tệp XLSX / Sheet of an XLSX file.")] = None,
) -> None:
    """Tìm số liệu đã in mâu thuẫn với nhau / Printed figures that contradict each other. Exit code 3: some do."""
    table = open_table(file, required=("figure", "value"), aliases=dict.fromkeys(PUBLISHED, ()), sheet=sheet)
    problems: list[str] = []
    rows = [_read_row(row, problems) for row in table.rows]
    try:
        if problems:
            raise PublishedError(problems, "")
        found = find_contradictions(
            pl.DataFrame(rows, schema={name: dtype for name, (dtype, _) in PUBLISHED.items()})
        )
    except PublishedError as error:
        raise FileUnusable(
            "figures_unreadable",
            f"Không đọc được tệp {file}; hãy sửa rồi chạy lại",
            f"{file} cannot be read; mend it and run again",
            [{"problem": problem} for problem in error.problems],
        ) from None
    for finding in found.iter_rows(named=True):
        typer.echo(f"{WORDS[finding['severity']]}: {finding['figure']}\n  {finding['vi']}\n  {finding['en']}")
    typer.echo(f"{len(rows)} số, {found.height} điều cần xem / {len(rows)} figures, {found.height} findings")
    if found.height:
        raise typer.Exit(3)


def _read_row(row: Row, problems: list[str]) -> dict[str, object]:
    problems += [f"row {row.number}: {problem}" for problem in row.problems]
    read: dict[str, object] = {}
    for name, (dtype, _) in PUBLISHED.items():
        cell = row.values.get(name, "")
        if dtype == pl.Boolean and cell.casefold() in (*TRUE, *FALSE):
            read[name] = cell.casefold() in TRUE
        elif dtype == pl.Boolean or (dtype == pl.Int64 and cell and not cell.isdecimal()):
            problems.append(f"row {row.number}: {name} {cell!r}")
        else:
            read[name] = (int(cell) if dtype == pl.Int64 else cell) if cell else None
    return read
