"""The register for everyone."""

from datetime import date

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session

from api.registry.names import fold_name
from api.tables import UnitSuccession
from tests.stored import make_procedure, make_unit, store

OLD = {"valid_from": date(2004, 7, 8), "valid_to": date(2025, 6, 30)}


@pytest.fixture(autouse=True)
def units(engine: Engine) -> None:
    rows = [
        make_unit("01", name="Thành phố Hà Nội", kind="province", parent_code=None),
        make_unit("00004", name="Phường Trúc Bạch", parent_code="001", **OLD),
        make_unit("00016", name="Phường Ngọc Hà", parent_code="001", **OLD),
        make_unit("00004", name="Phường Ba Đình"),
        make_unit("00097", name="Phường Hồng Hà"),
        make_procedure("1.001193"),
    ]
    store(engine, rows)
    with Session(engine) as session, session.begin():
        old, part, new = rows[1], rows[2], rows[3]
        for found in (old, part, new):
            session.add(found)
        session.add(UnitSuccession(predecessor_id=old.id, successor_id=new.id, is_whole=True))
        session.add(UnitSuccession(predecessor_id=part.id, successor_id=new.id, is_whole=False, note="một phần"))


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        pytest.param("", ["00004", "00097", "01"], id="today"),
        pytest.param("?kind=province", ["01"], id="kind"),
        pytest.param("?parent=01", ["00004", "00097"], id="parent"),
        pytest.param("?day=2025-06-30", ["00004", "00016"], id="day"),
        pytest.param("?q=ba dinh", ["00004"], id="name without tones"),
        pytest.param("?q=BA ĐÌNH", ["00004"], id="name in capitals"),
        pytest.param("?q=0009", ["00097"], id="start of a code"),
        pytest.param("?q=%25", [], id="a wildcard is a letter"),
        pytest.param("?parent=01&limit=1&offset=1", ["00097"], id="page"),
    ],
)
def test_units_are_found(client: TestClient, query: str, codes: list[str]):
    reply = client.get(f"/api/v1/units{query}")
    assert reply.status_code == 200
    assert [unit["code"] for unit in reply.json()["units"]] == codes


def test_a_unit_shows_whom_it_follows(client: TestClient):
    shown = client.get("/api/v1/units/00004").json()
    assert (shown["name"], shown["day"], shown["parent"]) == ("Phường Ba Đình", "2026-11-20", "01")
    assert [(found["name"], found["is_whole"]) for found in shown["predecessors"]] == [
        ("Phường Trúc Bạch", True),
        ("Phường Ngọc Hà", False),
    ]
    before = client.get("/api/v1/units/00016?day=2025-06-30").json()
    assert [found["name"] for found in before["successors"]] == ["Phường Ba Đình"]


def test_a_code_that_means_nothing_that_day_is_not_there(client: TestClient):
    reply = client.get("/api/v1/units/00016")
    assert reply.status_code == 404
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json()["code"] == "unit_unknown"
    assert [found["valid_to"] for found in reply.json()["versions"]] == ["2025-06-30"]


@pytest.mark.parametrize(
    "query", ["?day=yesterday", "?kind=planet", "?limit=0", "?q=" + "x" * 201, "?parent=%00", "/%00"]
)
def test_malformed_questions_are_refused(client: TestClient, query: str):
    assert client.get(f"/api/v1/units{query}").status_code == 422


def test_procedures_are_listed(client: TestClient):
    shown = client.get("/api/v1/procedures").json()
    assert (shown["total"], shown["procedures"][0]["code"]) == (1, "1.001193")


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("Thành phố Đà Nẵng", "thanh pho da nang"),
        ("Xã Cư K'nia", "xa cu k nia"),
        ("BÀ RỊA - VŨNG TÀU", "ba ria vung tau"),
        ("", ""),
    ],
)
def test_names_fold_to_what_people_type(name: str, folded: str):
    assert fold_name(name) == folded
