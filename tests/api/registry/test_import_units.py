"""A units file: all of it or nothing, and every problem with row and column."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, func
from sqlmodel import Session, select

from api.registry import queries
from api.registry.import_units import import_units
from api.registry.report import Report
from api.tables import AuditEvent, Unit
from api.tabular import FileRejected

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
HEADER = "code,name,kind,parent,valid_from,valid_to"
PROVINCE = "15,Tỉnh Lào Cai,province,,2025-07-01,"


def load(engine: Engine, folder: Path, *lines: str, header: str = HEADER) -> Report:
    path = folder / "units.csv"
    path.write_text("\n".join((header, *lines)) + "\n", encoding="utf-8")
    return import_units(engine, path, now=NOW, actor="test")


def refuse(engine: Engine, folder: Path, *lines: str) -> list[tuple[int, str | None, str]]:
    with pytest.raises(FileRejected) as caught:
        load(engine, folder, *lines)
    return [(found.row, found.column, found.code) for found in caught.value.row_problems]


def test_children_may_stand_above_their_parent(engine: Engine, tmp_path: Path):
    lines = ("15-tt,Trung tâm,centre,15,01/07/2025,", PROVINCE)
    assert load(engine, tmp_path, *lines).added == 2
    again = load(engine, tmp_path, *lines)
    assert (again.added, again.changed, again.known) == (0, 0, 2)


def test_a_correction_replaces_and_is_audited(engine: Engine, tmp_path: Path):
    load(engine, tmp_path, PROVINCE)
    assert load(engine, tmp_path, PROVINCE.replace("Tỉnh", "tỉnh")).changed == 1
    with Session(engine) as session:
        event = session.exec(select(AuditEvent)).one()
        assert (event.action, event.subject) == ("unit.changed", "15@2025-07-01")
        assert event.detail == {"name": ["Tỉnh Lào Cai", "tỉnh Lào Cai"]}


def test_vietnamese_headers_are_understood(engine: Engine, tmp_path: Path):
    header = "Mã,Tên,Loại,Mã cấp trên,Hiệu lực từ,Hiệu lực đến"
    assert load(engine, tmp_path, PROVINCE, header=header).added == 1


@pytest.mark.parametrize(
    ("lines", "problems"),
    [
        pytest.param([",Sở,department,,2025-07-01,"], [(2, "code", "code")], id="no code"),
        pytest.param(["=1+1,Sở,department,,2025-07-01,"], [(2, "code", "code")], id="formula"),
        pytest.param(["a/b,Sở,department,,2025-07-01,"], [(2, "code", "code")], id="slash"),
        pytest.param(["s1,Sở,bureau,,2025-07-01,"], [(2, "kind", "kind_unknown")], id="unknown kind"),
        pytest.param(["s1,Sở,department,,2025-13-01,"], [(2, "valid_from", "not_a_day")], id="no such day"),
        pytest.param(
            ["s1,,x,,y,z"],
            [(2, "name", "length"), (2, "kind", "kind_unknown"), (2, "valid_from", "not_a_day"),
             (2, "valid_to", "not_a_day")],
            id="all problems of a row",
        ),
        pytest.param(
            ["s,Sở,department,,2025-07-01,2025-06-30"], [(2, "valid_to", "ends_before_it_begins")], id="ends"
        ),
        pytest.param(["s1,Sở,department,99,2025-07-01,"], [(2, "parent", "parent_unknown")], id="unknown parent"),
        pytest.param(
            [PROVINCE, "s1,Sở,department,15,2025-01-01,"], [(3, "parent", "parent_not_valid")], id="older"
        ),
        pytest.param(
            ["a,A,department,b,2025-07-01,", "b,B,department,a,2025-07-01,"],
            [(2, "parent", "cycle"), (3, "parent", "cycle")],
            id="two above each other",
        ),
        pytest.param(["a,A,department,a,2025-07-01,"], [(2, "parent", "cycle")], id="above itself"),
        pytest.param(
            ["a,A,department,,2020-01-01,", "a,A,department,,2025-07-01,"],
            [(3, "valid_from", "validity_overlaps")],
            id="two validities at once",
        ),
        pytest.param([PROVINCE, PROVINCE], [(3, "code", "repeated")], id="the same twice"),
        pytest.param([PROVINCE, "s1,Sở,department"], [(3, None, "ragged")], id="too few cells"),
    ],
)  # fmt: skip
def test_a_problem_is_told_and_nothing_imported(engine: Engine, tmp_path: Path, lines: list[str], problems: list):
    assert refuse(engine, tmp_path, *lines) == problems
    with Session(engine) as session:
        assert session.exec(select(func.count()).select_from(Unit)).one() == 0


def test_a_parent_may_be_covered_by_two_validities(engine: Engine, tmp_path: Path):
    old = "15,Tỉnh Yên Bái,province,,2004-07-08,2025-06-30"
    assert load(engine, tmp_path, old, PROVINCE, "s1,Sở,department,15,2020-01-01,").added == 3


def test_closing_a_unit_others_hang_on_is_refused(engine: Engine, tmp_path: Path):
    load(engine, tmp_path, PROVINCE, "s1,Sở,department,15,2025-07-01,")
    assert refuse(engine, tmp_path, PROVINCE + "2026-01-31") == [(0, "parent", "parent_not_valid")]


def test_a_new_validity_follows_the_closed_one(engine: Engine, tmp_path: Path):
    load(engine, tmp_path, PROVINCE)
    report = load(engine, tmp_path, PROVINCE + "2026-06-30", "15,Tỉnh mới,province,,2026-07-01,")
    assert (report.added, report.changed) == (1, 1)
    with Session(engine) as session:
        then, now = (queries.unit_on(session, "15", day) for day in (date(2026, 6, 30), date(2026, 7, 1)))
        assert (then and then.name, now and now.name) == ("Tỉnh Lào Cai", "Tỉnh mới")
