"""``hailong index``: the indices of a month as they stand now, not released."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import polars as pl
import typer
from rich.console import Console
from rich.table import Table

from analysis.dataset import open_spark
from analysis.indices.wording import MEAN_OF_UNITS
from analysis.release.tables import FormMonth
from api.catalogue import open_catalogue
from api.cli.export import policy_of
from api.cli.opened import opened_engine
from api.cli.progress_bar import progress_bar
from api.errors import NotThere
from api.releases.computing import compute_month, keep_indices, read_registry
from api.releases.service import check_month
from api.results.numbers import write_count, write_interval, write_month, write_points
from api.settings import Settings, read_settings
from api.snapshots.service import write_snapshots
from survey_forms.form import Measure


class Engine(StrEnum):
    POLARS = "polars"
    SPARK = "spark"


def index(
    month: Annotated[
        str,
        typer.Option(help="Tháng có phiếu, kể cả chưa hết / A month with responses, over or not, e.g. 2026-10."),
    ],
    form: Annotated[str | None, typer.Option(help="Chỉ phiếu này / Only this form.")] = None,
    unit: Annotated[
        str | None, typer.Option(help="Chỉ đơn vị này, theo thủ tục / Only this unit, with its procedures.")
    ] = None,
    engine: Annotated[
        Engine,
        typer.Option(
            help="Máy tính: polars, hoặc spark (cần Java) / What computes: polars, or spark (needs Java)."
        ),
    ] = Engine.POLARS,
    snapshots: Annotated[
        Path | None,
        typer.Option(
            help="Ảnh dữ liệu có sẵn trong thư mục này, không tạo lại / The snapshots of this folder as they are.",
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Các dòng dạng JSON, giá trị đầy đủ / The rows as JSON, exact values.")
    ] = False,
) -> None:
    """Tính chỉ số của một tháng / Compute the indices of a month."""
    check_month(month)
    if snapshots is not None and not snapshots.is_dir():
        raise NotThere(
            "no_folder_of_snapshots",
            f"Không có thư mục {snapshots}; hãy chỉ thư mục có <phiếu>/<phiên bản>/<tháng>.parquet",
            f"There is no folder {snapshots}; name one with <form>/<version>/<month>.parquet",
        )
    computed = compute_now(
        read_settings(),
        month=month,
        form=form,
        console=Console(stderr=True),
        engine=engine,
        snapshots=snapshots,
    )
    if unit is not None:
        _check_unit(computed, unit, month)
    if as_json:
        shown = [_of_unit(part.tables.indices, unit) for part in computed if part.tables]
        typer.echo(json.dumps([row for frame in shown for row in frame.to_dicts()], ensure_ascii=False))
        return
    console = Console()
    for part in computed:
        console.print(draw_table(part, month, unit))


def _check_unit(computed: list[FormMonth], unit: str, month: str) -> None:
    if all(part.tables is None or _of_unit(part.tables.indices, unit).is_empty() for part in computed):
        raise NotThere(
            "unit_without_figures",
            f"Tháng {month} không có số liệu của đơn vị {unit}; hãy kiểm tra mã",
            f"There are no figures of unit {unit} in {month}; check the code",
        )


def compute_now(
    settings: Settings,
    *,
    month: str,
    form: str | None,
    console: Console,
    engine: Engine = Engine.POLARS,
    snapshots: Path | None = None,
) -> list[FormMonth]:
    """Compute the indices of ``month`` and keep them under ``var/indices``.

    From ``snapshots`` as they are; without that folder, from our own, brought up to date before.
    """
    catalogue = open_catalogue(settings)
    session = open_spark() if engine == Engine.SPARK else None
    with opened_engine(settings) as database:
        if snapshots is None:
            with progress_bar(console, "Ảnh dữ liệu / Snapshots") as told:
                write_snapshots(database, settings.snapshots_folder, catalogue, months=[month], progress=told)
        with progress_bar(console, f"Chỉ số / Indices {month}") as told:
            computed = compute_month(
                read_registry(database, month),
                catalogue,
                month=month,
                snapshots_folder=snapshots or settings.snapshots_folder,
                policy=policy_of(settings),
                form=form,
                progress=told,
                spark=session,
            )
        keep_indices(computed, settings.var_folder / "indices", month=month)
        return computed


def draw_table(part: FormMonth, month: str, unit: str | None = None) -> Table:
    """The top index of all units, then of each province and unit; or of one unit and its procedures."""
    form = part.form
    drawn = Table(
        title=f"{form.title['vi']} ({form.id} {form.version}), {write_month(month, 'vi')}",
        caption=_caption(part),
        caption_justify="left",
    )
    drawn.add_column("Đơn vị\nUnit", min_width=24)
    for name in ("Chỉ số\nIndex", "Khoảng tin cậy\nInterval", "n", "Giao dịch\nTransactions"):
        drawn.add_column(name, justify="right", no_wrap=True)
    if part.tables is None or form.recipe is None:
        return drawn
    root = form.recipe.root
    sign = "%" if form.recipe.measure == Measure.SATISFIED_SHARE else ""
    rows = _of_unit(part.tables.indices, unit).filter(
        (pl.col("level") == root.level)
        & (pl.col("code") == root.id)
        & (pl.col("procedure").is_null() | (unit is not None))
        & pl.col("channel").is_null()
    )
    for row in rows.iter_rows(named=True):
        drawn.add_row(*_cells(row, sign))
    return drawn


def _of_unit(indices: pl.DataFrame, unit: str | None) -> pl.DataFrame:
    return indices if unit is None else indices.filter(pl.col("unit") == unit)


def _cells(row: dict[str, object], sign: str) -> tuple[str, str, str, str, str]:
    if row["procedure"] is not None:
        name = f"{row['procedure_name'] or ''} ({row['procedure']})".strip()
    elif row["unit"] is None:
        is_mean = row["aggregate"] == MEAN_OF_UNITS
        name = "Trung bình các đơn vị / Mean of units" if is_mean else "Tất cả / All"
    else:
        name = f"{row['unit_name'] or ''} ({row['unit']})".strip()
    if row["suppressed"]:
        estimate, interval, count = "che/withheld", "–", "–"
    else:
        estimate = write_points(str(row["estimate_rounded"]), "vi", unit=sign) if row["estimate_rounded"] else "–"
        has_interval = row["low_rounded"] and row["high_rounded"]
        interval = write_interval(str(row["low_rounded"]), str(row["high_rounded"]), "vi") if has_interval else "–"
        count = write_count(int(str(row["n"])), "vi") if row["n"] is not None else "–"
    transactions = write_count(int(str(row["transactions"])), "vi") if row["transactions"] is not None else "–"
    return name, estimate, interval, count, transactions


def _caption(part: FormMonth) -> str:
    if part.tables is None:
        return "Phiếu này không có chỉ số / This form makes no index"
    overall = part.tables.indices.filter(pl.col("unit").is_null() & pl.col("procedure").is_null()).head(1)
    return "\n".join(str(text) for text in (overall["method"].first(), overall["note"].first()) if text)
