"""Rows of a text file with separators: comma, semicolon, tab or bar, as its first lines show."""

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from api.errors import FileUnusable
from api.tabular.encoding import TextFile

SEPARATORS = (",", ";", "\t", "|")
LINES_LOOKED_AT = 30
CELL_LETTERS_MAX = 1_000_000


def read_delimited(path: Path, text: TextFile) -> Iterator[list[str]]:
    """Every record of ``path`` as it stands, blank ones too, so that row numbers stay those of the file."""
    csv.field_size_limit(CELL_LETTERS_MAX)
    with path.open(encoding=text.encoding, newline="") as file:
        lines = list(islice(file, LINES_LOOKED_AT))
        separator, skipped = _find_separator(lines)
        file.seek(0)
        # strict: a quote left open would swallow the rest of the file into one cell.
        reader = csv.reader(file, delimiter=separator, strict=True)
        try:
            for number, cells in enumerate(reader, 1):
                yield [] if number == 1 and skipped else cells
        except csv.Error as error:
            raise FileUnusable(
                "file_broken",
                f"Tệp {path.name} hỏng ở dòng {reader.line_num}: {error}",
                f"The file {path.name} breaks at line {reader.line_num}: {error}",
            ) from error


def _find_separator(lines: list[str]) -> tuple[str, bool]:
    """The separator, and whether the first line only names it (Excel's ``sep=;``)."""
    first = lines[0].strip().lower() if lines else ""
    if first.startswith("sep=") and len(first) == 5:
        return first[-1], True
    return max(SEPARATORS, key=lambda separator: _count_agreeing(lines, separator)), False


def _count_agreeing(lines: list[str], separator: str) -> tuple[int, int]:
    """How many of the records have the commonest width above one, then that width."""
    try:
        widths = [len(cells) for cells in csv.reader(lines, delimiter=separator)]
    except csv.Error:
        return 0, 0
    wide = [width for width in widths if width > 1]
    if not wide:
        return 0, 0
    commonest = max(set(wide), key=wide.count)
    return wide.count(commonest), commonest
