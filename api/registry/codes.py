"""The one problem all registers share: a code that is none."""

from api.tabular import Row, RowProblem


def bad_code(row: Row, column: str) -> RowProblem:
    """The problem of a cell that ``is_code`` refuses."""
    vi = "mã gồm 1 đến 40 chữ, số, dấu . _ -, bắt đầu bằng chữ hoặc số"
    en = "a code is 1 to 40 letters, digits, . _ -, and starts with a letter or digit"
    return RowProblem(row.number, column, "code", vi, en, row.values[column])
