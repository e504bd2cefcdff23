import csv
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from api.app import create_app
from api.auth import make_key
from api.db import make_engine
from api.settings import Settings
from tests.api.releases.october import export_october, store_october

NOW = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def released(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """October, stored and released once for all tests here; each gets its copy."""
    folder = tmp_path_factory.mktemp("released")
    shutil.copy(migrated_sqlite, folder / "hailong.sqlite3")
    engine = make_engine(f"sqlite:///{folder / 'hailong.sqlite3'}")
    store_october(engine)
    export_october(engine, folder)
    engine.dispose()
    return folder


@pytest.fixture
def october(released: Path, tmp_path: Path) -> Iterator[TestClient]:
    """The service over October."""
    shutil.copytree(released, tmp_path, dirs_exist_ok=True)
    sqlite_url = f"sqlite:///{tmp_path / 'hailong.sqlite3'}"
    settings = Settings(database_url=sqlite_url, var_folder=tmp_path / "var", exports_folder=tmp_path / "exports")
    app = create_app(settings, clock=lambda: NOW)
    with TestClient(app, raise_server_exceptions=False) as opened:
        yield opened
    app.state.engine.dispose()


def bearer(client: TestClient, scope: str) -> dict[str, str]:
    """The header of a new key with ``scope``."""
    with Session(client.app.state.engine) as session, session.begin():  # type: ignore[attr-defined]
        return {"Authorization": f"Bearer {make_key(session, name='Sở', scopes=[scope], now=NOW)}"}


@pytest.fixture
def keyed(october: TestClient) -> dict[str, str]:
    return bearer(october, "export")


def test_exports_need_a_key_with_the_scope(october: TestClient):
    other = bearer(october, "batch")
    for path in ("/api/v1/exports", "/api/v1/exports/2026-10", "/api/v1/exports/2026-10/r1/indices.csv"):
        assert october.get(path).status_code == 401
        assert october.get(path, headers=other).status_code == 403


def test_every_listed_file_comes_with_its_hash_as_etag(october: TestClient, keyed: dict[str, str]):
    [month] = october.get("/api/v1/exports", headers=keyed).json()["months"]
    [revision] = month["revisions"]
    assert revision["revision"] == "r1"
    assert len(revision["files"]) == 10
    for file in revision["files"]:
        reply = october.get(file["href"], headers=keyed)
        assert (reply.status_code, reply.headers["etag"]) == (200, f'"{file["sha256"]}"')
        held = keyed | {"If-None-Match": reply.headers["etag"]}
        assert october.get(file["href"], headers=held).status_code == 304


@pytest.mark.parametrize(
    "path",
    [
        "2026-10/r1/..%2F..%2F..%2Fhailong.sqlite3",
        "2026-10/r1/%2Fetc%2Fpasswd",
        "2026-10/r1/.lock",
        "2026-10/r1/changes.csv",
        "2026-10/r2/indices.csv",
        "2026-10/..%2Fr1/indices.csv",
        "2026-10/latest/indices.csv",
        "..%2F2026-10/r1/indices.csv",
        "2026-09/r1/indices.csv",
    ],
)
def test_only_files_of_the_manifest_are_served(october: TestClient, keyed: dict[str, str], path: str):
    reply = october.get(f"/api/v1/exports/{path}", headers=keyed)
    assert (reply.status_code, reply.headers["content-type"]) == (404, "application/problem+json")


def test_a_file_cut_short_is_not_served(october: TestClient, keyed: dict[str, str], tmp_path: Path):
    (tmp_path / "exports/2026-10/r1/indices.csv").write_text("month")
    reply = october.get("/api/v1/exports/2026-10/r1/indices.csv", headers=keyed)
    assert (reply.status_code, reply.json()["code"]) == (500, "broken_release")


@pytest.mark.parametrize(
    ("by", "rows"),
    [
        pytest.param("", 2, id="all units: pooled, and mean of units"),
        pytest.param("procedure", 2, id="two procedures"),
        pytest.param("unit,procedure", 6, id="six cells"),
    ],
)
def test_by_says_which_dimensions_are_filled(october: TestClient, by: str, rows: int):
    reply = october.get("/api/v1/indices", params={"by": by, "level": "overall", "form": "one_stop"})
    told = reply.json()
    assert (reply.status_code, told["meta"]["month"], told["meta"]["revision"]) == (200, "2026-10", "r1")
    assert len(told["rows"]) == told["meta"]["total"] == rows
    for row in told["rows"]:
        filled = [name for name in ("unit", "procedure", "channel") if row[name] is not None]
        assert filled == [name for name in by.split(",") if name]


@pytest.mark.parametrize(
    ("asked", "units"),
    [
        pytest.param({"aggregate": "none"}, ["10010", "10025", "10030"], id="units only"),
        pytest.param({"aggregate": "province"}, [], id="provinces: one alone has no row"),
        pytest.param({"province": "01"}, ["10010", "10025", "10030"], id="a province"),
        pytest.param({"province": "02"}, [], id="a province without units"),
    ],
)
def test_units_can_be_asked_for_by_province_and_aggregate(
    october: TestClient, asked: dict[str, str], units: list[str]
):
    reply = october.get("/api/v1/indices", params={"by": "unit", "level": "overall"} | asked)
    assert [row["unit"] for row in reply.json()["rows"]] == units


@pytest.mark.parametrize(
    ("aggregate", "begins"), [("none", "satisfied share"), ("mean_of_units", "mean of units")]
)
def test_pooled_figure_and_mean_of_units_are_told_apart(october: TestClient, aggregate: str, begins: str):
    [row] = october.get("/api/v1/indices", params={"aggregate": aggregate, "level": "overall"}).json()["rows"]
    assert row["method"].startswith(begins)


def test_withheld_figures_stay_withheld(october: TestClient):
    asked = {"by": "unit,procedure", "level": "overall", "unit": "10025", "procedure": "1.000002"}
    [row] = october.get("/api/v1/indices", params=asked).json()["rows"]
    assert (row["suppressed"], row["n"], row["estimate"]) == (True, None, None)


def test_csv_is_the_same_rows_guarded_against_formulas(october: TestClient):
    asked = {"by": "unit", "level": "overall", "unit": "10030", "format": "csv"}
    reply = october.get("/api/v1/indices", params=asked)
    assert reply.headers["content-type"] == "text/csv; charset=utf-8"
    [row] = csv.DictReader(reply.text.splitlines())
    assert row["unit_name"] == '\'=HYPERLINK("x")'


@pytest.mark.parametrize(("lang", "word"), [("vi", "tự nguyện 100,0 %"), ("en", "self-selected 100.0 %")])
def test_notes_come_in_the_language_asked_for(october: TestClient, lang: str, word: str):
    [row, _] = october.get("/api/v1/indices", params={"level": "overall", "lang": lang}).json()["rows"]
    assert word in row["note"]
    assert " / " not in row["note"]


def test_a_page_of_rows_says_how_many_there_are(october: TestClient):
    asked = {"by": "unit,procedure", "limit": "5", "offset": "4"}
    every = october.get("/api/v1/indices", params={"by": "unit,procedure"}).json()
    page = october.get("/api/v1/indices", params=asked).json()
    assert page["rows"] == every["rows"][4:9]
    assert page["meta"]["total"] == every["meta"]["total"]


def test_all_problems_of_a_query_come_together(october: TestClient):
    asked = {"month": "10/2026", "by": "unit,moon", "format": "xml", "limit": "-1", "colour": "red"}
    reply = october.get("/api/v1/indices", params=asked)
    assert reply.status_code == 422
    found = {(problem["parameter"], problem["code"]) for problem in reply.json()["problems"]}
    assert found == {
        ("month", "malformed_month"),
        ("by", "unknown_dimension"),
        ("format", "unknown_format"),
        ("limit", "malformed_number"),
        ("colour", "unknown_parameter"),
    }


def test_unknown_month_and_form_name_the_known_ones(october: TestClient):
    month = october.get("/api/v1/indices", params={"month": "2026-09"})
    assert (month.status_code, month.json()["known"]) == (404, ["2026-10"])
    form = october.get("/api/v1/indices", params={"form": "sipas"})
    assert (form.status_code, form.json()["known"]) == (404, ["one_stop"])


def test_nothing_released_yet_is_said(client: TestClient):
    reply = client.get("/api/v1/indices")
    assert (reply.status_code, reply.json()["known"]) == (404, [])


def test_indices_not_changed_are_not_sent_again(october: TestClient):
    etag = october.get("/api/v1/indices").headers["etag"]
    assert october.get("/api/v1/indices", headers={"If-None-Match": etag}).status_code == 304


def test_indices_are_read_from_a_typed_copy_that_may_be_deleted(october: TestClient, tmp_path: Path):
    asked = {"by": "unit", "limit": "3"}
    first = october.get("/api/v1/indices", params=asked)
    [copied] = (tmp_path / "var/shelf").iterdir()
    copied.unlink()
    assert october.get("/api/v1/indices", params=asked).content == first.content
    assert copied.is_file()
