"""``hailong interviews``."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from sqlmodel import Session

from analysis.quality.fieldwork import REFUSED
from api.cli.opened import opened_engine
from api.interviews.reporting import list_fieldwork
from api.settings import read_settings


def interviews(
    survey: Annotated[str | None, typer.Option(help="Chỉ đợt này / Only this survey.")] = None,
    unit: Annotated[
        list[str] | None, typer.Option(help="Chỉ đơn vị này, có thể lặp lại / Only this unit, repeatable.")
    ] = None,
) -> None:
    """Tiến độ phỏng vấn và tỷ lệ trả lời theo đơn vị / Fieldwork: outcomes and response rates by unit."""
    with opened_engine(read_settings()) as engine, Session(engine) as session:
        lines = list_fieldwork(session, survey=survey, units=frozenset(unit) if unit else None)
    table = Table("Đợt / Survey", "Đơn vị / Unit", box=None)
    for name in ("n", "xong / complete", "từ chối / refused", "lượt / tries", "RR1", "COOP1"):
        table.add_column(name, justify="right")
    for line in lines:
        refused = sum(line.counts.get(one, 0) for one in REFUSED)
        table.add_row(
            line.survey, line.unit, str(line.rates.cases), str(line.counts.get("complete", 0)), str(refused),
            str(line.tries), _percent(line.rates.response_1), _percent(line.rates.cooperation),
        )  # fmt: skip
    Console().print(table)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.2f} %".replace(".", ",")
