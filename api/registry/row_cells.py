"""Cells that every register reads: a code, and since and until when something is valid."""

from datetime import date

from api.tabular import Row, RowProblem
from api.tabular.cells import read_day


def bad_code(row: Row, column: str) -> RowProblem:
    """The problem of a cell that ``is_code`` refuses."""
    vi = "mã gồm 1 đến 40 chữ, số, dấu . _ -, bắt đầu bằng chữ hoặc số"
    en = "a code is 1 to 40 letters, digits, . _ -, and starts with a letter or digit"
    return RowProblem(row.number, column, "code", vi, en, row.values[column])


def read_validity(row: Row, column: str, problems: list[RowProblem], *, is_required: bool = False) -> date | None:
    """The day in ``column``; None where there is none, or none that can be read (a problem is added)."""
    cell = row.values.get(column, "")
    if not cell and not is_required:
        return None
    try:
        return read_day(cell)
    except ValueError:
        vi, en = "cần ngày dạng 2025-07-01 hoặc 01/07/2025", "expected a day such as 2025-07-01 or 01/07/2025"
        problems.append(RowProblem(row.number, column, "not_a_day", vi, en, cell))
        return None
