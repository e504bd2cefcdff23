"""Both eras from the data package."""

import shutil
from collections.abc import Iterator
from datetime import date

import polars as pl
import pytest
from sqlalchemy import Engine, func, make_url
from sqlmodel import Session, col, select

from analysis.frames import UNITS, check_frame
from api.db import make_engine
from api.registry import queries
from api.registry.official import load_official_units
from api.registry.store import read_units
from api.registry.unit_rows import check_units
from api.releases import queries as queries_of_releases
from api.tables import ImportRun, Unit, UnitSuccession
from tests.postgres_server import execute

NEW, OLD = date(2025, 7, 1), date(2025, 6, 30)

pytestmark = pytest.mark.xdist_group("official units")  # one process loads them for all that only read


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def loaded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A database of each kind with the official units, for tests that change nothing."""
    if request.param == "sqlite":
        file = tmp_path_factory.mktemp("official") / "units.sqlite3"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), file)
        url = f"sqlite:///{file}"
    else:
        server, template = request.getfixturevalue("postgres_server"), request.getfixturevalue("migrated_postgres")
        execute(server, f"CREATE DATABASE official TEMPLATE {template}")
        url = make_url(server).set(database="official").render_as_string(False)
    engine = make_engine(url)
    load_official_units(engine)
    yield engine
    engine.dispose()


def test_all_units_of_both_eras_come_in_and_a_second_time_changes_nothing(engine: Engine):
    steps: list[tuple[int, int]] = []
    first = load_official_units(engine, progress=lambda done, total: steps.append((done, total)))
    second = load_official_units(engine)

    assert (first.added, first.known) == (14149, 0)
    assert (second.added, second.known, second.is_unchanged) == (0, 14149, True)
    assert steps[-1] == (4, 4)
    with Session(engine) as session:
        is_new = col(Unit.valid_from) >= NEW
        counts = session.exec(select(is_new, Unit.kind, func.count()).group_by(is_new, Unit.kind))
        assert {(bool(new), kind): n for new, kind, n in counts} == {
            (True, "province"): 34,
            (True, "commune"): 3321,
            (False, "province"): 63,
            (False, "district"): 696,
            (False, "commune"): 10035,
        }
        # 10 602 communes and island districts, 63 provinces
        assert session.exec(select(func.count()).select_from(UnitSuccession)).one() == 10665
        assert check_units(read_units(session)) == []
        assert len(session.exec(select(ImportRun)).all()) == 1


def test_who_follows_whom(loaded: Engine):
    with Session(loaded) as session:

        def came_from(code: str) -> set[tuple[str, bool]]:
            unit = queries.unit_on(session, code, NEW)
            assert unit is not None
            return {(found.code, link.is_whole) for found, link in queries.predecessors(session, unit)}

        # An Giang (91) is Kiên Giang (91) and An Giang (89); the island Lý Sơn was a district (536).
        assert came_from("91") == {("91", True), ("89", True)}
        assert came_from("21548") == {("536", True)}
        # Ba Đình: two wards whole, the others in part.
        wards = came_from("00004")
        assert {("00004", True), ("00013", True), ("00016", False)} <= wards
        divided = queries.unit_on(session, "00016", OLD)
        assert divided is not None
        assert {found.code for found, _ in queries.successors(session, divided)} >= {"00004", "00008"}
        for unit in session.exec(select(Unit).where(Unit.kind == "commune", Unit.valid_from == NEW)).all()[::400]:
            assert queries.predecessors(session, unit), unit.code


def test_a_code_means_what_it_meant_on_the_day(loaded: Engine):
    with Session(loaded) as session:
        old, new = queries.unit_on(session, "00004", OLD), queries.unit_on(session, "00004", NEW)
        assert (old and old.name, new and new.name) == ("Phường Trúc Bạch", "Phường Ba Đình")
        assert queries.unit_on(session, "001", NEW) is None  # no districts any more


def test_frame_of_a_month_holds_each_unit_with_its_province(loaded: Engine):
    with loaded.connect() as connection:
        now, before = (
            queries_of_releases.read_units(connection, "2025-07"),
            queries_of_releases.read_units(connection, "2025-06"),
        )
    check_frame(now, UNITS, "units")
    assert (now.height, before.height) == (34 + 3321, 63 + 696 + 10035)
    assert now["province"].null_count() == before["province"].null_count() == 0
    assert before.filter(pl.col("unit") == "00004").row(0) == ("00004", "Phường Trúc Bạch", "commune", "01")
    assert now.filter(pl.col("kind") == "province")["unit"].to_list() == sorted(now["province"].unique())


def test_what_an_office_changed_stays(engine: Engine):
    load_official_units(engine)
    with Session(engine) as session, session.begin():
        unit = queries.unit_on(session, "00004", NEW)
        assert unit is not None
        unit.name = "Phường Ba Đình (đã sửa)"
        link = session.exec(select(UnitSuccession).where(UnitSuccession.successor_id == unit.id)).first()
        assert link is not None
        link.is_whole, link.note = not link.is_whole, "sửa tay"
    assert load_official_units(engine).is_unchanged
    with Session(engine) as session:
        kept = queries.unit_on(session, "00004", NEW)
        assert kept is not None
        assert kept.name == "Phường Ba Đình (đã sửa)"


def test_nothing_is_half_loaded(engine: Engine):
    def stop_half_way(done: int, _total: int) -> None:
        if done == 2:  # units written, successions not yet
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load_official_units(engine, progress=stop_half_way)
    with Session(engine) as session:
        assert session.exec(select(func.count()).select_from(Unit)).one() == 0
