"""The statistics office's table of July 2025."""

import csv
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, func
from sqlmodel import Session, select

from api.db import make_engine
from api.registry import queries
from api.registry.import_conversion import import_conversion
from api.registry.official import load_official_units
from api.registry.report import Report
from api.tables import AuditEvent, Unit
from api.tabular import FileRejected

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
NEW, OLD = date(2025, 7, 1), date(2025, 6, 30)
TABLE = Path(__file__).parents[4] / "shared" / "data" / "units" / "conversion_2025_07.csv"
needs_table = pytest.mark.skipif(
    not TABLE.is_file(), reason="the table is not committed; it lies in ../shared/data"
)

TITLES = ["Đơn vị hành chính từ ngày 01/7/2025", "", "", "Đơn vị hành chính trước ngày 01/7/2025"] + [""] * 5
COLUMNS = [
    "Tỉnh, thành phố",
    "Tên Xã mới",
    "Mã Xã mới",
    "Tên Xã cũ",
    "Mã Xã cũ",
    "Ghi chú",
    "Quận/huyện",
    "Tỉnh cũ",
    "",
]


def row(new: tuple[str, str], old: tuple[str, str], note: str, district: str = "Quận A (001)") -> list[str]:
    return ["Tỉnh Mới (15)", new[1], new[0], old[1], old[0], note, district, "Tỉnh Cũ (10)", ""]


def load(engine: Engine, folder: Path, rows: list[list[str]], *, replace_links: bool = False) -> Report:
    path = folder / "conversion.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([TITLES, COLUMNS, ["TỈNH MỚI  "] + [""] * 8, *rows])
    return import_conversion(engine, path, now=NOW, actor="test", replace_links=replace_links)


def links_to(engine: Engine, code: str) -> set[tuple[str, bool]]:
    with Session(engine) as session:
        unit = queries.unit_on(session, code, NEW)
        assert unit is not None
        return {(found.code, link.is_whole) for found, link in queries.predecessors(session, unit)}


@pytest.mark.parametrize(
    ("note", "is_whole"),
    [
        ("Nhập toàn bộ", True),
        ("Giữ nguyên ", True),
        ("Đổi tên", True),
        ("Nhập một phần\n", False),
        ("Nhập một phần diện tích, toàn bộ dân số", False),
        ("Nhâp một  phần  diện tích", False),
        ("Nhập toàn bộ diện tích", False),
        ("Đổi tên, đổi loại hình từ một phần thị trấn Lai Uyên", False),
    ],
)
def test_notes_typed_by_many_hands(sqlite_url: str, tmp_path: Path, note: str, is_whole: bool):
    engine = make_engine(sqlite_url)
    report = load(engine, tmp_path, [row(("00010", "Xã Mới"), ("00001", "Xã Cũ"), note)])
    assert (report.added, report.links_added) == (5, 1)  # two provinces, a district, two communes
    assert links_to(engine, "00010") == {("00001", is_whole)}
    engine.dispose()


def test_one_row_that_cannot_be_read_stops_the_file(engine: Engine, tmp_path: Path):
    rows = [
        row(("00010", "Xã Mới"), ("00001", "Xã Cũ"), "Nhập toàn bộ"),
        row(("1", "Xã"), ("00002", "Xã"), "hả?", "Quận"),
    ]
    with pytest.raises(FileRejected) as caught:
        load(engine, tmp_path, rows)
    assert {(found.row, found.column) for found in caught.value.row_problems} == {
        (5, "Quận/huyện"), (5, "Mã Xã mới"), (5, "Ghi chú"),
    }  # fmt: skip
    with Session(engine) as session:
        assert session.exec(select(func.count()).select_from(Unit)).one() == 0


def test_a_unit_said_to_go_whole_to_two_goes_in_part(engine: Engine, tmp_path: Path):
    old = ("00001", "Xã Cũ")
    rows = [row(("00010", "Xã A"), old, "Nhập toàn bộ"), row(("00011", "Xã B"), old, "Nhập toàn bộ")]
    report = load(engine, tmp_path, rows)
    assert links_to(engine, "00010") == {("00001", False)}
    assert {remark.code for remark in report.remarks} == {"whole_into_several"}


def test_the_table_has_the_last_word_only_when_asked(engine: Engine, tmp_path: Path):
    old = ("00001", "Xã Cũ")
    load(
        engine,
        tmp_path,
        [row(("00010", "Xã A"), old, "Nhập một phần"), row(("00011", "Xã B"), old, "Nhập một phần")],
    )
    table = [
        row(("00010", "Xã A"), old, "Nhập toàn bộ"),
        row(("00011", "Xã B"), ("00002", "Xã Hai"), "Nhập toàn bộ"),
    ]

    report = load(engine, tmp_path, table)
    assert {remark.code for remark in report.remarks} == {"link_only_in_register", "link_differs"}
    assert links_to(engine, "00010") == {("00001", False)}

    load(engine, tmp_path, table, replace_links=True)
    assert links_to(engine, "00010") == {("00001", True)}
    assert links_to(engine, "00011") == {("00002", True)}
    with Session(engine) as session:
        assert session.exec(select(AuditEvent).where(AuditEvent.action == "succession.replaced")).one().detail == {
            "dropped": [["00001", "00010", False], ["00001", "00011", False]]
        }


@needs_table
@pytest.mark.shared
def test_the_whole_table_into_an_empty_register(engine: Engine):
    report = import_conversion(engine, TABLE, now=NOW, actor="test")
    # 34 + 3 321 new units; 63 provinces, 696 districts and 10 033 communes before
    assert report.added == 14147
    again = import_conversion(engine, TABLE, now=NOW, actor="test")
    assert (again.added, again.links_added, again.links_changed) == (0, 0, 0)


@needs_table
@pytest.mark.shared
def test_table_and_package_agree_but_for_what_is_told(engine: Engine):
    load_official_units(engine)
    report = import_conversion(engine, TABLE, now=NOW, actor="test")
    assert (report.added, report.known) == (0, 14147)
    assert (report.links_added, report.links_known) == (1, 10569)
    told: dict[str, set[str]] = {}
    for remark in report.remarks:
        told.setdefault(remark.code, set()).add(str(remark.value))
    # Codes that belong to another commune of the district, found by their names.
    assert told["code_contradicts_name"] == {"Xã Đặng Xá", "Xã Mỹ Hưng", "Xã Phú Thịnh"}
    assert told["no_old_code"] == {"Khu vực bãi bồi ven biển do huyện Kim Sơn quản lý"}
    assert len(told["link_only_in_register"]) == 33
    assert len(told["link_differs"]) == 31
