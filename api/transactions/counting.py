"""One row of a file as a cell of the counts, or every reason why not. Touches no table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple, TypeVar

from api.tabular import Row, RowProblem
from api.tabular.cells import read_count, read_day, read_month

EARLIEST_MONTH = "2015-01"
Read = TypeVar("Read")


class FilingChannel(StrEnum):
    """How a dossier was filed."""

    IN_PERSON = "in_person"
    ONLINE = "online"
    POSTAL = "postal"


CHANNEL_NAMES = {
    "trực tiếp": FilingChannel.IN_PERSON,
    "trực tuyến": FilingChannel.ONLINE,
    "bưu chính": FilingChannel.POSTAL,
} | {str(channel): channel for channel in FilingChannel}

COUNT_COLUMNS = ("month", "unit", "procedure", "channel", "completed")
DOSSIER_COLUMNS = ("dossier", "unit", "procedure", "channel", "completed_on")
ALIASES = {
    "month": ("tháng",),
    "unit": ("đơn vị", "mã đơn vị"),
    "procedure": ("thủ tục", "mã thủ tục"),
    "channel": ("hình thức", "hình thức nộp"),
    "completed": ("số hồ sơ", "số hồ sơ đã giải quyết"),
    "dossier": ("mã hồ sơ", "dossier_code"),
    "completed_on": ("ngày trả kết quả", "ngày hoàn thành", "completed_date"),
}


class Cell(NamedTuple):
    """What one count is of."""

    month: str
    unit: str
    procedure: str
    channel: str


@dataclass(frozen=True)
class Known:
    """The register as rows are held against it: validities of units, procedure codes, and the day it is."""

    units: Mapping[str, list[tuple[date, date]]]
    procedures: frozenset[str]
    today: date


def read_count_row(row: Row, known: Known, month: str | None) -> tuple[Cell | None, int, list[RowProblem]]:
    """The cell and its count; with problems the cell is None."""
    problems = list(row.problems)
    values = row.values
    said = _read(row, "month", read_month, "tháng như 2026-10", "a month such as 2026-10", problems)
    completed = _read(
        row, "completed", read_count, "số nguyên không dấu tách", "a whole number without separators", problems
    )
    if said is not None and month is not None and said != month:
        vi, en = f"không phải tháng {month}", f"not in {month}"
        problems.append(RowProblem(row.number, "month", "out_of_period", vi, en, values["month"]))
    cell = _read_cell(row, known, said, "month", problems)
    return (None if problems else cell), completed or 0, problems


def read_dossier_row(row: Row, known: Known, month: str | None) -> tuple[Cell | None, list[RowProblem]]:
    """The cell the dossier counts in; with problems None."""
    problems = list(row.problems)
    if not row.values["dossier"]:
        problems.append(
            RowProblem(row.number, "dossier", "empty", "thiếu mã hồ sơ", "the dossier code is missing")
        )
    day = _read(row, "completed_on", read_day, "ngày như 05/10/2026", "a day such as 2026-10-05", problems)
    said = None if day is None else f"{day:%Y-%m}"
    if day is not None and day > known.today:
        vi, en = "ngày ở tương lai", "the day is in the future"
        problems.append(RowProblem(row.number, "completed_on", "in_the_future", vi, en, day.isoformat()))
    elif day is not None and month is not None and said != month:
        vi, en = f"ngoài kỳ {month}", f"outside the period {month}"
        problems.append(RowProblem(row.number, "completed_on", "out_of_period", vi, en, day.isoformat()))
    cell = _read_cell(row, known, said, "completed_on", problems)
    return (None if problems else cell), problems


def _read_cell(row: Row, known: Known, month: str | None, column: str, problems: list[RowProblem]) -> Cell | None:
    values = row.values
    if month is not None and not EARLIEST_MONTH <= month <= f"{known.today:%Y-%m}":
        vi, en = f"tháng ngoài khoảng {EARLIEST_MONTH} đến nay", f"not between {EARLIEST_MONTH} and today"
        problems.append(RowProblem(row.number, column, "month_out_of_range", vi, en, month))
    channel = CHANNEL_NAMES.get(values["channel"].casefold())
    if channel is None:
        wanted = ", ".join(CHANNEL_NAMES)
        vi, en = f"hình thức nộp phải là một trong: {wanted}", f"expected one of: {wanted}"
        problems.append(RowProblem(row.number, "channel", "channel_unknown", vi, en, values["channel"]))
    if values["procedure"] not in known.procedures:
        vi, en = "không có thủ tục này trong sổ", "the procedure is not in the register"
        problems.append(RowProblem(row.number, "procedure", "procedure_unknown", vi, en, values["procedure"]))
    validities = known.units.get(values["unit"])
    if validities is None:
        vi, en = "không có đơn vị này trong sổ", "the unit is not in the register"
        problems.append(RowProblem(row.number, "unit", "unit_unknown", vi, en, values["unit"]))
    elif month is not None and not any(f"{a:%Y-%m}" <= month <= f"{b:%Y-%m}" for a, b in validities):
        vi, en = f"đơn vị không có hiệu lực trong tháng {month}", f"the unit is not valid in {month}"
        problems.append(RowProblem(row.number, "unit", "unit_not_valid", vi, en, values["unit"]))
    if problems or month is None or channel is None:
        return None
    return Cell(month, values["unit"], values["procedure"], str(channel))


def _read(
    row: Row, column: str, reader: Callable[[str], Read], vi: str, en: str, problems: list[RowProblem]
) -> Read | None:
    try:
        return reader(row.values[column])
    except ValueError:
        problems.append(
            RowProblem(row.number, column, "unreadable", f"cần {vi}", f"expected {en}", row.values[column])
        )
        return None
