"""Rows of the first sheet (or a named one) of an XLSX workbook.

The reader below gives the values Excel stored. Two kinds of cell would silently come back empty, and an empty
answer is a meaning of its own, so the file is refused instead: a formula that was never calculated, and an error
such as #N/A.
"""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import fastexcel

from api.errors import FileUnusable

UNPACKED_BYTES_MAX = 512 << 20  # some 300 000 rows; more belongs in CSV or Parquet
CELLS_LISTED_MAX = 20
_SHEET = re.compile(rb'<(?:\w+:)?sheet\b[^>]*?\bname="([^"]*)"[^>]*?\b\w+:id="([^"]*)"')
_RELATION = re.compile(rb"<Relationship\b[^>]*>")
_CELL = re.compile(rb"<(?:\w+:)?c\b((?:[^>/]|/(?!>))*)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_PLACE = re.compile(rb'\br="([A-Z]+)([0-9]+)"')
_VALUE = re.compile(rb"<(?:\w+:)?(?:v|t)\b[^>/]*>[^<]")
_FORMULA = re.compile(rb"<(?:\w+:)?f\b")


def read_workbook(path: Path, sheet: str | None) -> Iterator[list[str]]:
    """Every row of the sheet from the first row of the file on; dates as ISO, 4.0 as 4, numbers as written."""
    try:
        first_row = _look_inside(path, sheet)
        loaded = fastexcel.read_excel(path).load_sheet(
            sheet if sheet is not None else 0, header_row=None, dtypes="string"
        )
        frame = loaded.to_polars()
    except (fastexcel.FastExcelError, zipfile.BadZipFile, KeyError) as error:
        raise FileUnusable(
            "workbook_broken",
            f"Không mở được bảng tính {path.name}; hãy lưu lại dưới dạng .xlsx",
            f"The workbook {path.name} cannot be opened; save it again as .xlsx ({error})",
        ) from error
    for _ in range(first_row - 1):
        yield []
    for cells in frame.iter_rows():
        yield ["" if cell is None else cell.removesuffix(" 00:00:00") for cell in cells]


def _look_inside(path: Path, sheet: str | None) -> int:
    """The row number of the first cell that holds something; FileUnusable for cells that would read as empty."""
    with zipfile.ZipFile(path) as archive:
        if sum(part.file_size for part in archive.infolist()) > UNPACKED_BYTES_MAX:
            raise FileUnusable(
                "workbook_too_large",
                f"Bảng tính {path.name} quá lớn; hãy dùng CSV hoặc Parquet",
                f"The workbook {path.name} is too large; use CSV or Parquet",
            )
        content = archive.read(_find_sheet(archive, path, sheet))
    if re.search(rb'\bt="e"', content) or _FORMULA.search(content):
        _refuse_unreadable_cells(path, content)
    for cell in _CELL.finditer(content):
        place = _PLACE.search(cell[1])
        if place and cell[2] and _VALUE.search(cell[2]):
            return int(place[2])
    raise FileUnusable("file_empty", f"Bảng tính {path.name} rỗng", f"The workbook {path.name} is empty")


def _find_sheet(archive: zipfile.ZipFile, path: Path, sheet: str | None) -> str:
    listed = _SHEET.findall(archive.read("xl/workbook.xml"))
    names = [name.decode() for name, _ in listed]
    if not listed or (sheet is not None and sheet not in names):
        raise FileUnusable(
            "sheet_unknown",
            f"Không có trang tính {sheet!r}; có: {', '.join(names)}",
            f"There is no sheet {sheet!r}; there are: {', '.join(names)}",
        )
    wanted = listed[names.index(sheet) if sheet is not None else 0][1]
    for relation in _RELATION.findall(archive.read("xl/_rels/workbook.xml.rels")):
        target = re.search(rb'\bTarget="([^"]*)"', relation)
        if target and re.search(rb'\bId="' + re.escape(wanted) + rb'"', relation):
            place = target[1].decode()
            return place.lstrip("/") if place.startswith("/") else f"xl/{place}"
    raise KeyError("xl/_rels/workbook.xml.rels")


def _refuse_unreadable_cells(path: Path, content: bytes) -> None:
    found = []
    for cell in _CELL.finditer(content):
        inside = cell[2] or b""
        is_error = re.search(rb'\bt="e"', cell[1]) is not None
        is_text = re.search(rb'\bt="str"', cell[1]) is not None  # a formula may well give an empty text
        if not is_error and (is_text or not _FORMULA.search(inside) or _VALUE.search(inside)):
            continue
        place = _PLACE.search(cell[1])
        name = (place[1] + place[2]).decode() if place else "?"
        found.append({"cell": name, "code": "error_value" if is_error else "formula_without_value"})
    if found:
        raise FileUnusable(
            "cells_without_value",
            f"{len(found)} ô của {path.name} là công thức chưa tính hoặc lỗi; mở bằng Excel, tính lại rồi dán "
            "giá trị",
            f"{len(found)} cells of {path.name} are formulas never calculated or errors; open it, recalculate, "
            "paste as values",
            found[:CELLS_LISTED_MAX],
        )
