"""What is wrong with one cell or row of a file, and the file that lists it for whoever must mend it."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from api.errors import FileUnusable

# A cell beginning so is run as a formula by spreadsheets.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class RowProblem:
    """``row`` counts as a spreadsheet does, the first row of the file is 1; ``column`` null: the whole row."""

    row: int
    column: str | None
    code: str
    vi: str
    en: str
    value: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """For problem+json and for printing; empty fields left out."""
        return {key: value for key, value in asdict(self).items() if value is not None}

    def as_text(self) -> str:
        """``column: code: tiếng Việt / English`` on one line."""
        place = f"{self.column}: " if self.column else ""
        given = "" if self.value is None else f" ({self.value[:80]!r})"
        return f"{place}{self.code}: {self.vi} / {self.en}{given}"


class FileRejected(FileUnusable):
    """A file of which nothing was taken, because of ``row_problems``."""

    def __init__(self, name: str, row_problems: Sequence[RowProblem]) -> None:
        super().__init__(
            "file_rejected",
            f"Chưa nhập gì từ {name}: có {len(row_problems)} lỗi cần sửa",
            f"Nothing was imported from {name}: {len(row_problems)} problems to mend",
            [found.as_dict() for found in row_problems],
        )
        self.row_problems = tuple(row_problems)


def guard_cell(cell: str) -> str:
    """``cell`` as a spreadsheet may open it without running it; plain negative numbers stay numbers."""
    if not cell.startswith(FORMULA_STARTS):
        return cell
    try:
        float(cell)
    except ValueError:
        return "'" + cell
    return cell


def write_problems(path: Path, problems: Iterable[RowProblem]) -> Path:
    """Write one line per problem to ``path`` (UTF-8 with BOM, which spreadsheets need for Vietnamese)."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["row", "column", "code", "vi", "en", "value"])
        for found in problems:
            cells = (found.row, found.column or "", found.code, found.vi, found.en, found.value or "")
            writer.writerow([guard_cell(str(cell)) for cell in cells])
    return path
