"""A file as a table: finds the header below any title rows, then gives row after row."""

import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from api.errors import FileUnusable
from api.tabular.delimited import read_delimited
from api.tabular.digest import sha256_of
from api.tabular.encoding import detect_encoding
from api.tabular.parquet import read_parquet
from api.tabular.problems import RowProblem
from api.tabular.workbook import read_workbook

HEADER_ROWS_LOOKED_AT = 20


@dataclass(frozen=True)
class Row:
    """``number`` as a spreadsheet counts. ``values`` by column name, trimmed, NFC. Problems of the row as such
    (ragged, NUL letters) are already noted; such a row's values are not to be believed."""

    number: int
    cells: tuple[str, ...]
    values: Mapping[str, str]
    problems: tuple[RowProblem, ...] = ()


@dataclass(frozen=True)
class Table:
    """``rows`` can be gone through once. ``header`` is as it stands in the file; values go by wanted names."""

    path: Path
    sha256: str
    header: tuple[str, ...]
    rows: Iterator[Row] = field(repr=False)


def open_table(
    path: Path,
    *,
    required: Sequence[str],
    aliases: Mapping[str, Sequence[str]] | None = None,
    sheet: str | None = None,
) -> Table:
    """Open ``path``; the header is the first row, among the first 20, that holds every ``required`` column.

    ``aliases`` gives other names of a column (``{"unit": ("đơn vị",)}``); capitals do not matter in names.
    FileUnusable names all missing and all repeated columns together.
    """
    if not path.is_file():
        raise FileUnusable("file_missing", f"Không có tệp {path}", f"There is no file {path}")
    records, sha256 = _read_records(path, sheet)
    known = {_fold(name): wanted for wanted, names in (aliases or {}).items() for name in (wanted, *names)}
    start: list[list[str]] = []
    for number, cells in enumerate(records, 1):
        names = [_clean(cell) for cell in cells]
        wanted = [known.get(_fold(name), _same_as_required(name, required)) for name in names]
        if set(required) <= set(wanted) and any(names):
            _refuse_repeated(path, wanted, number)
            return Table(path, sha256, tuple(names), _read_rows(records, wanted, number))
        start.append(names)
        if number == HEADER_ROWS_LOOKED_AT:
            break
    raise _header_missing(path, start, required, known)


def _read_records(path: Path, sheet: str | None) -> tuple[Iterator[list[str]], str]:
    kind = path.suffix.lower()
    if kind in {".xlsx", ".xlsm"}:
        return read_workbook(path, sheet), sha256_of(path)
    if kind == ".parquet":
        return read_parquet(path), sha256_of(path)
    text = detect_encoding(path)
    return read_delimited(path, text), text.sha256


def _read_rows(records: Iterator[list[str]], columns: Sequence[str], header_number: int) -> Iterator[Row]:
    named = [(place, name) for place, name in enumerate(columns) if name]
    width = len(columns)
    for number, cells in enumerate(records, header_number + 1):
        cleaned = [_clean(cell) for cell in cells]
        if not any(cleaned):
            continue
        problems = []
        if len(cleaned) < width or any(cleaned[width:]):
            vi = f"dòng có {len(cleaned)} ô, tiêu đề có {width} cột"
            problems.append(RowProblem(number, None, "ragged", vi, f"{len(cleaned)} cells under {width} columns"))
            cleaned += [""] * (width - len(cleaned))
        values = {name: cleaned[place] for place, name in named}
        problems += [
            RowProblem(number, name, "nul_letter", "ô có ký tự NUL", "the cell holds a NUL letter")
            for name, cell in values.items()
            if "\0" in cell
        ]
        yield Row(number, tuple(cleaned[:width]), values, tuple(problems))


def _refuse_repeated(path: Path, columns: Sequence[str], number: int) -> None:
    repeated = [name for name, times in Counter(filter(None, columns)).items() if times > 1]
    if repeated:
        raise FileUnusable(
            "header_repeated",
            f"Tiêu đề của {path.name} có cột trùng tên: {', '.join(repeated)}",
            f"The header of {path.name} repeats columns: {', '.join(repeated)}",
            [{"row": number, "column": name, "code": "repeated"} for name in repeated],
        )


def _header_missing(
    path: Path, start: Sequence[Sequence[str]], required: Sequence[str], known: Mapping[str, str]
) -> FileUnusable:
    """Name the missing columns against the row that comes nearest to a header."""
    best = max(start, key=lambda names: len(set(required) & {known.get(_fold(n), n) for n in names}), default=())
    present = {known.get(_fold(name), name) for name in best if name}
    missing = [name for name in required if name not in present]
    problems = []
    for name in missing:
        near = get_close_matches(name, [found for found in best if found], n=1, cutoff=0.6)
        problems.append({"column": name, "code": "missing"} | ({"nearest": near[0]} if near else {}))
    found = ", ".join(name for name in best if name)[:400]
    return FileUnusable(
        "header_missing",
        f"Tệp {path.name} thiếu cột: {', '.join(missing)}; có: {found}",
        f"The file {path.name} lacks columns: {', '.join(missing)}; it has: {found}",
        problems,
    )


def _same_as_required(name: str, required: Sequence[str]) -> str:
    folded = _fold(name)
    return next((wanted for wanted in required if _fold(wanted) == folded), name)


def _fold(name: str) -> str:
    return " ".join(name.casefold().split())


def _clean(cell: str) -> str:
    """Trimmed (zero-width marks and hard blanks too) and composed: Windows-1258 spells tones apart."""
    if cell.isascii():
        return cell.strip()
    return unicodedata.normalize("NFC", cell).strip().strip("\u200b\ufeff").strip()
