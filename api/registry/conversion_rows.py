"""Reads the statistics office's table of communes before and after 1 July 2025.

Two header rows, a title row before each province, codes in brackets behind names, and notes typed by many hands.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from api.tabular import Row, RowProblem, open_table

COLUMNS = {
    "new_province": "Tỉnh, thành phố",
    "new_name": "Tên Xã mới",
    "new_code": "Mã Xã mới",
    "old_name": "Tên Xã cũ",
    "old_code": "Mã Xã cũ",
    "note": "Ghi chú",
    "district": "Quận/huyện",
    "old_province": "Tỉnh cũ",
}
_NAMED = re.compile(r"(.+?)\s*\((\d{2,3})\)")
# The notes in use, spelling slips included (nhâp). Of what a part was taken stays in the note.
_WHOLE = re.compile(
    r"(nh[ậâ]p toàn bộ|giữ nguyên|đổi tên|đổi loại hình|đổi tên, đổi loại hình|sắp xếp toàn bộ .+)"
)
_PART = re.compile(
    r"(nh[ậâ]p một phần.*|nh[ậâ]p toàn bộ (diện tích|dân số)|phần còn lại .+|đổi .+ từ một phần .+)"
)
_DISTRICT_ITSELF = re.compile(r"sắp xếp toàn bộ huyện .+")


@dataclass(frozen=True)
class Named:
    """A unit as a cell names it."""

    code: str
    name: str


@dataclass(frozen=True)
class ConversionRow:
    """``old`` went into ``new``. ``old_is_district``: an island district without communes."""

    row: int
    new: Named
    new_province: Named
    old: Named
    old_is_district: bool
    district: Named
    old_province: Named
    is_whole: bool
    note: str


def read_conversion(path: Path) -> tuple[str, list[ConversionRow], list[RowProblem], list[RowProblem]]:
    """sha256 of the file, its rows, what cannot be read, and what is only worth a remark."""
    table = open_table(path, required=list(COLUMNS.values()))
    rows: list[ConversionRow] = []
    problems: list[RowProblem] = []
    remarks: list[RowProblem] = []
    for row in table.rows:
        cells = {key: _one_line(row.values[column]) for key, column in COLUMNS.items()}
        if cells["new_province"] and not any(cells[key] for key in COLUMNS if key != "new_province"):
            continue  # title row of a province
        if cells["new_code"] and cells["old_name"] and not cells["old_code"]:
            vi, en = "không có mã xã cũ: không phải đơn vị, bỏ qua", "no old code: not a unit, left out"
            remarks.append(RowProblem(row.number, COLUMNS["old_code"], "no_old_code", vi, en, cells["old_name"]))
            continue
        found = _read_row(row, cells, problems)
        if found is not None:
            rows.append(found)
    return table.sha256, rows, problems, remarks


def _read_row(row: Row, cells: dict[str, str], problems: list[RowProblem]) -> ConversionRow | None:
    before = len(problems)
    problems += row.problems
    named = {
        key: _read_named(row, key, cells[key], problems) for key in ("new_province", "district", "old_province")
    }
    note = cells["note"].casefold()
    old_is_district = not cells["old_code"] and _DISTRICT_ITSELF.fullmatch(note) is not None
    for key in ("new_code", "old_code"):
        if not re.fullmatch(r"\d{5}", cells[key]) and not (key == "old_code" and old_is_district):
            vi, en = "mã xã gồm 5 chữ số", "a commune code has 5 digits"
            problems.append(RowProblem(row.number, COLUMNS[key], "code", vi, en, cells[key]))
    is_part = _PART.fullmatch(note) is not None
    if not is_part and not _WHOLE.fullmatch(note):
        vi, en = "ghi chú không rõ nhập toàn bộ hay một phần", "the note says neither whole nor part"
        problems.append(RowProblem(row.number, COLUMNS["note"], "note_unknown", vi, en, cells["note"]))
    new_province, district, old_province = named["new_province"], named["district"], named["old_province"]
    if len(problems) > before or not (new_province and district and old_province):
        return None
    old = district if old_is_district else Named(cells["old_code"], cells["old_name"])
    return ConversionRow(
        row.number, Named(cells["new_code"], cells["new_name"]), new_province, old, old_is_district, district,
        old_province, not is_part, cells["note"],
    )  # fmt: skip


def _read_named(row: Row, key: str, cell: str, problems: list[RowProblem]) -> Named | None:
    found = _NAMED.fullmatch(cell)
    if found is None:
        vi, en = "cần tên và mã trong ngoặc, như 'Tỉnh Lào Cai (15)'", "expected a name and its code in brackets"
        problems.append(RowProblem(row.number, COLUMNS[key], "code_in_brackets", vi, en, cell))
        return None
    return Named(found[2], found[1])


def _one_line(cell: str) -> str:
    return " ".join(cell.split())


def commonest(names: Sequence[str]) -> str:
    """The name most rows use; of equals, the first in the alphabet."""
    return min(set(names), key=lambda name: (-names.count(name), name))
