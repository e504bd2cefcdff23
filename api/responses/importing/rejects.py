"""The rejected rows beside the file: as they were, with row number and problems; safe to open in a spreadsheet."""

import csv
import os
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TextIO

from api.tabular import Row, RowProblem, guard_cell

ROW, PROBLEMS = "_row", "_problems"


class Rejects:
    """``<file>.rejected.csv``, written as the import goes and put in place at its end, if a row was rejected.

    The columns keep their names, so a mended copy imports with the same mapping. ``count`` rows were rejected."""

    def __init__(self, source: Path, header: Sequence[str]) -> None:
        self.path = source.with_name(source.name + ".rejected.csv")
        self._part = self.path.with_name(self.path.name + ".part")
        self._header = [name or f"_column_{place}" for place, name in enumerate(header, 1)]
        self._file: TextIO | None = None
        self.count = 0

    def __enter__(self) -> "Rejects":
        return self

    def add(self, row: Row, problems: Sequence[RowProblem]) -> None:
        """Write ``row`` with all its problems."""
        if self._file is None:
            self._file = self._part.open("w", encoding="utf-8-sig", newline="")
            csv.writer(self._file).writerow([guard_cell(name) for name in (*self._header, ROW, PROBLEMS)])
        self.count += 1
        told = " | ".join(problem.as_text() for problem in problems)
        cells = (*row.cells, str(row.number), told)
        csv.writer(self._file).writerow([guard_cell(cell.replace("\0", "�")) for cell in cells])

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()
            os.replace(self._part, self.path)
