"""Completed transactions from counts and from lists of dossiers."""

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from sqlalchemy import Engine, inspect, text
from sqlmodel import Session, select
from typer.testing import CliRunner

from analysis.frames import TRANSACTIONS, check_frame
from api.cli.main import app
from api.releases.queries import read_transactions
from api.tables import AuditEvent, ImportRun, TransactionCount
from api.transactions.importing import TransactionFile, TransactionReport, import_transactions
from tests.stored import make_procedure, make_unit, store
from tests.workbooks import day, number, write_workbook  # fmt: skip
from tests.workbooks import text as cell

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
COUNTS = "month,unit,procedure,channel,completed"
DOSSIERS = "dossier,unit,procedure,channel,completed_on"


@pytest.fixture(autouse=True)
def register(engine: Engine) -> None:
    closed = make_unit("00016", valid_from=date(2004, 7, 8), valid_to=date(2025, 6, 30))
    store(engine, [make_unit("00004"), make_unit("00097"), closed, make_procedure("1.1"), make_procedure("1.2")])


def load(engine: Engine, folder: Path, *lines: str, kind: str = "counts", month: str | None = None):
    path = folder / f"{kind}.csv"
    header = COUNTS if kind == "counts" else DOSSIERS
    path.write_text("\n".join((header, *lines)) + "\n", encoding="utf-8")
    return run(engine, path, kind=kind, month=month)


def run(engine: Engine, path: Path, *, kind: str, month: str | None = None) -> TransactionReport:
    return import_transactions(
        engine, path, kind=TransactionFile(kind), now=NOW, actor="test", zone=ZONE, month=month
    )


def problems_of(report: TransactionReport) -> list[tuple[int, str | None, str]]:
    return [(found.row, found.column, found.code) for found in report.problems]


def stored(engine: Engine) -> list[tuple[str, str, str, str, int]]:
    with engine.connect() as connection:
        frame = pl.concat([read_transactions(connection, "2026-09"), read_transactions(connection, "2026-10")])
    check_frame(frame, TRANSACTIONS, "transactions")
    return [row[:5] for row in frame.iter_rows()]


def test_counts_are_stored_and_known_the_second_time(engine: Engine, tmp_path: Path):
    lines = ("2026-10,00004,1.1,in_person,120", "10/2026,00004,1.1,Trực tuyến,30", "2026-10-01,00097,1.2,postal,0")
    first, second = load(engine, tmp_path, *lines), load(engine, tmp_path, *lines)

    assert (first.rows, first.accepted, first.known, first.rejected) == (3, 3, 0, 0)
    assert (second.rows, second.accepted, second.known, second.rejected) == (3, 0, 3, 0)
    assert stored(engine) == [
        ("2026-10", "00004", "1.1", "in_person", 120),
        ("2026-10", "00004", "1.1", "online", 30),
        ("2026-10", "00097", "1.2", "postal", 0),
    ]
    with Session(engine) as session:
        assert [found.accepted for found in session.exec(select(ImportRun).order_by(ImportRun.id))] == [3, 0]


def test_a_changed_count_replaces_the_old_one_and_is_audited(engine: Engine, tmp_path: Path):
    load(engine, tmp_path, "2026-10,00004,1.1,online,30", "2026-10,00097,1.1,online,7")
    report = load(engine, tmp_path, "2026-10,00004,1.1,online,31", "2026-10,00097,1.1,online,7")

    assert (report.accepted, report.known) == (1, 1)
    assert [(change.old, change.new) for change in report.changed] == [(30, 31)]
    assert [row[-1] for row in stored(engine)] == [31, 7]
    with Session(engine) as session:
        event = session.exec(select(AuditEvent)).one()
        assert (event.action, event.subject) == ("transactions.replaced", "2026-10/00004/1.1/online")
        assert (event.detail["old"], event.detail["new"]) == (30, 31)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        pytest.param("2026-13,00004,1.1,online,1", ("month", "unreadable"), id="no such month"),
        pytest.param("2026-12,00004,1.1,online,1", ("month", "month_out_of_range"), id="future"),
        pytest.param("1970-01,00004,1.1,online,1", ("month", "month_out_of_range"), id="1970"),
        pytest.param("2026-10,99999,1.1,online,1", ("unit", "unit_unknown"), id="unknown unit"),
        pytest.param("2026-10,00016,1.1,online,1", ("unit", "unit_not_valid"), id="unit not valid then"),
        pytest.param("2026-10,00004,9.9,online,1", ("procedure", "procedure_unknown"), id="unknown procedure"),
        pytest.param("2026-10,00004,1.1,fax,1", ("channel", "channel_unknown"), id="unknown channel"),
        pytest.param("2026-10,00004,1.1,online,-1", ("completed", "unreadable"), id="negative"),
        pytest.param("2026-10,00004,1.1,online,1.234", ("completed", "unreadable"), id="thousands or fraction"),
        pytest.param("2026-10,00004,1.1,online,3000000000", ("completed", "unreadable"), id="three billion"),
        pytest.param("2026-10,00004,1.1,online,٣", ("completed", "unreadable"), id="Arabic digit"),
        pytest.param("2026-10,00004,1.1,online,", ("completed", "unreadable"), id="silence is not zero"),
        pytest.param("2026-10,00004,1.1,online", (None, "ragged"), id="too few cells"),
        pytest.param("2026-10,00097,1.1,online,5", (None, "repeated"), id="the same cell twice"),
    ],
)
def test_a_wrong_row_is_rejected_and_the_others_count(
    engine: Engine, tmp_path: Path, line: str, problem: tuple[str | None, str]
):
    report = load(engine, tmp_path, "2026-10,00097,1.1,online,5", line)
    assert (report.accepted, report.rejected) == (1, 1)
    assert (3, *problem) in problems_of(report)
    assert stored(engine) == [("2026-10", "00097", "1.1", "online", 5)]


def test_all_problems_of_a_row_are_told(engine: Engine, tmp_path: Path):
    report = load(engine, tmp_path, "x,99999,9.9,fax,y")
    assert {column for _, column, _ in problems_of(report)} == {
        "month",
        "unit",
        "procedure",
        "channel",
        "completed",
    }


def test_dossiers_become_counts_and_their_codes_are_forgotten(engine: Engine, tmp_path: Path):
    lines = (
        "H01-1,00004,1.1,online,05/10/2026",
        "H01-2,00004,1.1,online,2026-10-31 16:59",
        "h01-1,00004,1.1,online,06/10/2026",
        "H01-3,00004,1.1,online,01/11/2026",
        "H01-4,00004,1.1,online,21/11/2026",
        ",00004,1.1,online,05/10/2026",
    )
    report = load(engine, tmp_path, *lines, kind="dossiers", month="2026-10")

    assert (report.rows, report.accepted, report.rejected) == (6, 2, 4)
    assert problems_of(report) == [
        (4, "dossier", "duplicate_dossier"),
        (5, "completed_on", "out_of_period"),
        (6, "completed_on", "in_the_future"),
        (7, "dossier", "empty"),
    ]
    assert stored(engine) == [("2026-10", "00004", "1.1", "online", 2)]
    with engine.connect() as connection:
        for table in inspect(engine).get_table_names():
            rows = connection.execute(text(f"SELECT * FROM {table}")).all()
            assert "H01" not in str(rows).upper(), table


def test_a_longer_list_of_the_month_replaces_the_count(engine: Engine, tmp_path: Path):
    load(engine, tmp_path, "a,00004,1.1,online,05/10/2026", kind="dossiers")
    lines = ("a,00004,1.1,online,05/10/2026", "b,00004,1.1,online,06/10/2026")
    report = load(engine, tmp_path, *lines, kind="dossiers")
    assert [(change.old, change.new) for change in report.changed] == [(1, 2)]


def test_a_workbook_with_vietnamese_headers(engine: Engine, tmp_path: Path):
    header = {"A": cell("Mã hồ sơ"), "B": cell("Đơn vị"), "C": cell("Thủ tục"), "D": cell("Hình thức"), "E": cell("Ngày trả kết quả")}  # fmt: skip  # noqa: E501
    row = {"A": number(17), "B": cell("00004"), "C": cell("1.1"), "D": cell("Trực tiếp"), "E": day(46300)}
    path = write_workbook(tmp_path / "a.xlsx", {1: {"A": cell("DANH SÁCH HỒ SƠ")}, 3: header, 4: row})
    assert run(engine, path, kind="dossiers", month="2026-10").accepted == 1
    assert stored(engine) == [("2026-10", "00004", "1.1", "in_person", 1)]


def test_a_real_count_takes_the_place_of_a_demonstration(engine: Engine, tmp_path: Path):
    store(engine, [TransactionCount(month="2026-10", unit="00004", procedure="1.1", channel="online", completed=5, is_demo=True)])  # fmt: skip  # noqa: E501
    assert load(engine, tmp_path, "2026-10,00004,1.1,online,5").accepted == 1
    with Session(engine) as session:
        assert not session.exec(select(TransactionCount)).one().is_demo


def test_no_transactions_give_a_typed_frame(engine: Engine):
    assert stored(engine) == []


def test_exit_codes_of_the_command(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HAILONG_DATABASE_URL", database_url)
    path = tmp_path / "counts.csv"
    arguments = ["import", "transactions", str(path), "--as", "counts"]
    path.write_text(f"{COUNTS}\n2026-10,00004,1.1,online,30\n", encoding="utf-8")
    assert CliRunner().invoke(app, arguments).exit_code == 0
    path.write_text(f"{COUNTS}\n2026-10,00004,1.1,online,31\n2026-10,9,1.1,online,1\n", encoding="utf-8")
    some = CliRunner().invoke(app, arguments)
    assert some.exit_code == 3
    assert "30 → 31" in some.output
    assert "unit_unknown" in (tmp_path / "counts.csv.problems.csv").read_text(encoding="utf-8-sig")
    assert CliRunner().invoke(app, [*arguments, "--month", "October"]).exit_code == 2
