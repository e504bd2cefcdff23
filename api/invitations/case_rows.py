"""One row of a list of finished cases: what is kept of it, or every reason why not. Touches no table."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from api.clock import month_days, month_of
from api.receiving.known_codes import KnownCodes
from api.tabular import Row, RowProblem
from api.tabular.cells import read_day

COLUMNS = ("dossier", "procedure", "unit_filed", "result_day")
OPTIONAL = ("unit_decided", "unit_residence")
ALIASES: Mapping[str, tuple[str, ...]] = {
    "dossier": ("mã hồ sơ", "số hồ sơ", "dossier_code"),
    "procedure": ("thủ tục", "mã thủ tục"),
    "unit_filed": ("đơn vị", "mã đơn vị", "đơn vị tiếp nhận", "unit"),
    "unit_decided": ("đơn vị giải quyết", "đơn vị quyết định"),
    "unit_residence": ("nơi cư trú", "đơn vị cư trú"),
    "result_day": ("ngày trả kết quả", "ngày có kết quả", "completed_on", "result_date"),
}
DOSSIER_LETTERS_MAX = 60
# A mobile number, or a number of an identity card, where a dossier code should stand.
_PERSONAL = re.compile(r"(\+?84|0)[ .]?[35789]([ .]?\d){8}|0\d{11}")
_TEXTS = {
    "unknown_unit": ("không có đơn vị này trong sổ", "the unit is not in the register"),
    "unit_not_valid_on_day": ("đơn vị không hoạt động ngày đó", "the unit did not exist on that day"),
    "unknown_procedure": ("không có thủ tục này trong sổ", "the procedure is not in the register"),
    "procedure_not_valid_on_day": (
        "thủ tục không có hiệu lực ngày đó",
        "the procedure was not in force on that day",
    ),
}


@dataclass(frozen=True)
class FinishedCase:
    """What is kept of a row: nothing of the person."""

    dossier: str
    procedure: str
    unit_filed: str
    unit_decided: str | None
    unit_residence: str | None
    result_day: date

    @property
    def period(self) -> str:
        return month_of(self.result_day)


def read_case(
    row: Row, codes: KnownCodes, *, today: date, days: int
) -> tuple[FinishedCase | None, list[RowProblem]]:
    """The case of ``row``; None with its problems. ``days``: links are good so long after the month."""
    problems = list(row.problems)
    values = row.values
    dossier = values["dossier"]
    day = _read_day(row, problems)
    if not dossier or len(dossier) > DOSSIER_LETTERS_MAX:
        vi, en = f"cần mã hồ sơ, nhiều nhất {DOSSIER_LETTERS_MAX} ký tự", f"1 to {DOSSIER_LETTERS_MAX} letters"
        problems.append(RowProblem(row.number, "dossier", "dossier_code", vi, en))
    elif _PERSONAL.fullmatch(dossier):  # not repeated in the list of problems
        vi, en = "giống số điện thoại hoặc số định danh, không phải mã hồ sơ", "looks like a number of a person"
        problems.append(RowProblem(row.number, "dossier", "personal_number", vi, en))
    if day is not None and not last_day_of_links(month_of(day), days) >= today >= day:
        vi = f"ngày ở tương lai, hoặc đã quá {days} ngày sau tháng trả kết quả"
        en = f"in the future, or more than {days} days past the month of the result"
        problems.append(RowProblem(row.number, "result_day", "out_of_period", vi, en, day.isoformat()))
    if day is not None:
        problems += _code_problems(row, codes, day)
    if problems or day is None:
        return None, problems
    return (
        FinishedCase(
            dossier=dossier,
            procedure=values["procedure"],
            unit_filed=values["unit_filed"],
            unit_decided=values.get("unit_decided") or None,
            unit_residence=values.get("unit_residence") or None,
            result_day=day,
        ),
        [],
    )


def last_day_of_links(period: str, days: int) -> date:
    """The same day for every link of a period: a day of its own would tell cases apart."""
    return month_days(period)[1] + timedelta(days=days)


def list_ignored(header: tuple[str, ...]) -> list[str]:
    """The columns of a file that are not looked at."""
    known = {name.casefold() for wanted in (*COLUMNS, *OPTIONAL) for name in (wanted, *ALIASES[wanted])}
    return [name for name in header if name and " ".join(name.casefold().split()) not in known]


def _read_day(row: Row, problems: list[RowProblem]) -> date | None:
    try:
        return read_day(row.values["result_day"])
    except ValueError:
        vi, en = "cần ngày như 05/10/2026", "expected a day such as 2026-10-05"
        problems.append(RowProblem(row.number, "result_day", "unreadable", vi, en, row.values["result_day"]))
        return None


def _code_problems(row: Row, codes: KnownCodes, day: date) -> list[RowProblem]:
    found = [("procedure", codes.procedure_problem(row.values["procedure"], day))]
    for column in ("unit_filed", "unit_decided", "unit_residence"):
        if column == "unit_filed" or row.values.get(column):
            found.append((column, codes.unit_problem(row.values[column], day)))
    return [
        RowProblem(row.number, column, code, *_TEXTS[code], row.values[column]) for column, code in found if code
    ]
