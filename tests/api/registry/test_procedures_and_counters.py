"""Procedures and counters: all of a file or nothing."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from analysis.frames import PROCEDURES, check_frame
from api.registry.import_counters import import_counters
from api.registry.import_procedures import STARTER, import_procedures
from api.releases.queries import read_procedures
from api.tables import AuditEvent, Counter, Procedure
from api.tabular import FileRejected
from tests.stored import make_unit, store

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
PROCEDURE = "1.001193,Đăng ký khai sinh,Hộ tịch,commune"


def write(folder: Path, *lines: str) -> Path:
    path = folder / "list.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def problems_of(caught: pytest.ExceptionInfo[FileRejected]) -> list[tuple[int, str | None, str]]:
    return [(found.row, found.column, found.code) for found in caught.value.row_problems]


def test_starter_procedures_come_in_once_and_are_marked(engine: Engine):
    first = import_procedures(engine, STARTER, now=NOW, actor="test", is_starter=True)
    second = import_procedures(engine, STARTER, now=NOW, actor="test", is_starter=True)
    assert (first.added, second.known, second.is_unchanged) == (26, 26, True)
    with Session(engine) as session:
        assert all(found.is_starter for found in session.exec(select(Procedure)))
    with engine.connect() as connection:
        frame = read_procedures(connection)
    check_frame(frame, PROCEDURES, "procedures")
    assert frame.filter(frame["procedure"] == "1.001193")["procedure_name"].item() == "Đăng ký khai sinh"


def test_an_official_list_takes_over_from_the_starter_and_stays(engine: Engine, tmp_path: Path):
    import_procedures(engine, STARTER, now=NOW, actor="test", is_starter=True)
    official = write(
        tmp_path, "Mã thủ tục,Tên thủ tục,Lĩnh vực,Cấp", PROCEDURE.replace("Đăng ký", "Thủ tục đăng ký")
    )
    assert import_procedures(engine, official, now=NOW, actor="test").changed == 1
    assert import_procedures(engine, STARTER, now=NOW, actor="test", is_starter=True).is_unchanged
    with Session(engine) as session:
        found = session.get_one(Procedure, "1.001193")
        assert (found.name, found.is_starter) == ("Thủ tục đăng ký khai sinh", False)
        assert len(session.exec(select(AuditEvent)).all()) == 1


def test_problems_of_a_procedure_file(engine: Engine, tmp_path: Path):
    lines = [PROCEDURE, PROCEDURE, "2,,Hộ tịch,huyện", "3," + "x" * 501 + ",Hộ tịch,commune"]
    with pytest.raises(FileRejected) as caught:
        import_procedures(engine, write(tmp_path, "code,name,field,level", *lines), now=NOW, actor="test")
    assert problems_of(caught) == [
        (3, "code", "repeated"), (4, "name", "empty"), (4, "level", "level_unknown"), (5, "name", "too_long"),
    ]  # fmt: skip
    with Session(engine) as session:
        assert session.exec(select(Procedure)).all() == []


def test_counters_need_a_unit_valid_on_their_first_day(engine: Engine, tmp_path: Path):
    store(engine, [make_unit("00004", valid_from=date(2025, 7, 1), valid_to=date(2026, 6, 30))])
    header = "code,unit,name,valid_from,valid_to"
    lines = ["q1,00004,Quầy 1,2026-01-01,", "q2,00004,Quầy 2,2026-07-01,", "q3,9,Quầy 3,x,"]
    with pytest.raises(FileRejected) as caught:
        import_counters(engine, write(tmp_path, header, *lines), now=NOW, actor="test")
    assert problems_of(caught) == [
        (3, "unit", "unit_not_valid"), (4, "valid_from", "not_a_day"), (4, "unit", "unit_unknown"),
    ]  # fmt: skip

    assert import_counters(engine, write(tmp_path, header, lines[0]), now=NOW, actor="test").added == 1
    closed = write(tmp_path, header, lines[0] + "2026-03-31")
    assert import_counters(engine, closed, now=NOW, actor="test").changed == 1
    with Session(engine) as session:
        assert session.get_one(Counter, "q1").valid_to == date(2026, 3, 31)
