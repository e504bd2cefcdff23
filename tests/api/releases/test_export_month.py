import json
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from frictionless import Package, system
from sqlalchemy import Engine, delete

from analysis.indices.policy import IndexPolicy
from analysis.release.reading import broken_files, open_release, read_units
from api.errors import Conflict, Malformed, NotThere
from api.sealing import only_writer
from api.tables import Response
from tests.api.releases.october import (
    CATALOGUE,
    CELLS,
    COUNTER,
    FORM,
    export_october,
    make_responses,
    store_october,
)
from tests.stored import make_response, make_transactions, make_unit, store

FILES = [
    "collapses.csv",
    "datapackage.json",
    "indices.csv",
    "indices.json",
    "manifest.json",
    "responses.csv",
    "responses.parquet",
    "strata.csv",
    "transactions.csv",
    "units.csv",
]


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_a_month_becomes_a_folder_whose_manifest_vouches_for_every_file(engine: Engine, tmp_path: Path):
    store_october(engine)
    report = export_october(engine, tmp_path)
    assert report.folder == tmp_path / "exports/2026-10/r1"
    assert report.contradictions.is_empty()
    assert sorted(contents(report.folder)) == FILES
    release = open_release(tmp_path / "exports", "2026-10")
    assert sorted(release.files) == [name for name in FILES if name != "manifest.json"]
    assert broken_files(release) == []
    assert release.files["responses.csv"]["rows"] == sum(n for n, _ in CELLS.values())
    assert release.manifest["forms"][0]["sha256"] == FORM.sha256


def test_the_data_package_is_valid_and_every_value_keeps_its_field(sqlite_engine: Engine, tmp_path: Path):
    store_october(sqlite_engine)
    store(
        sqlite_engine, [make_response(900 + i, COUNTER, {"overall": 4, "reasons.late": True}) for i in range(12)]
    )
    report = export_october(sqlite_engine, tmp_path)
    with system.use_context(trusted=True):
        checked = Package(report.folder / "datapackage.json").validate()
    assert checked.valid, checked.flatten(["type", "fieldName", "note"])


def test_every_field_is_described_in_both_languages(sqlite_engine: Engine, tmp_path: Path):
    store_october(sqlite_engine)
    package = json.loads((export_october(sqlite_engine, tmp_path).folder / "datapackage.json").read_text())
    tables = [resource for resource in package["resources"] if "schema" in resource]
    assert {table["name"] for table in tables} == {
        *("collapses", "indices", "responses", "strata", "transactions", "units")
    }
    for table in tables:
        for field in table["schema"]["fields"]:
            words = ("title", "title_en", "description", "description_en")
            assert all(field[word].strip() for word in words), (table["name"], field["name"])
    levels = next(field for field in tables[-2]["schema"]["fields"] if field["name"] == "one_stop.q3")
    assert levels["categories"][4]["value"] == 5
    assert levels["categories"][4]["label_en"] == "Very satisfied"


def test_same_data_in_another_order_give_the_same_bytes(engine: Engine, tmp_path: Path):
    store_october(engine)
    first = export_october(engine, tmp_path / "one")
    with engine.begin() as connection:
        connection.execute(delete(Response))
    store(engine, list(reversed(make_responses())))
    second = export_october(engine, tmp_path / "two")
    assert contents(first.folder) == contents(second.folder)


def test_an_unchanged_month_is_not_written_again(engine: Engine, tmp_path: Path):
    store_october(engine)
    first = export_october(engine, tmp_path)
    before = contents(first.folder)
    again = export_october(engine, tmp_path, code={"version": "9.9.9", "commit": "f" * 40})
    assert (again.is_new, again.revision, again.folder) == (False, 1, first.folder)
    assert [found.name for found in first.folder.parent.iterdir() if found.is_dir()] == ["r1"]
    assert contents(first.folder) == before


def test_a_late_response_makes_r2_which_lists_what_changed(engine: Engine, tmp_path: Path):
    store_october(engine)
    first = export_october(engine, tmp_path)
    before = contents(first.folder)
    store(engine, [make_response(999, FORM, {"overall": 5, "q3": 5}, unit_filed="10010", procedure="1.000001")])
    second = export_october(engine, tmp_path)
    assert (second.revision, second.is_new) == (2, True)
    assert contents(first.folder) == before
    changes = pl.read_csv(
        second.folder / "changes.csv", schema_overrides={"unit": pl.String, "procedure": pl.String}
    )
    counts = changes.filter(pl.col("columns") == "rows")
    assert counts.select("table", "n_before", "n_after").rows() == [("responses", 133, 134)]
    cell = changes.filter(unit="10010", procedure="1.000001", level="item", code="q3")
    assert cell.select("change", "n_before", "n_after").rows() == [("changed", 30, 31)]
    untouched = changes.filter(unit="10030", procedure="1.000001")
    assert untouched.is_empty()
    manifest = open_release(tmp_path / "exports", "2026-10", 2).manifest
    assert manifest["previous"]["revision"] == 1
    assert "changes.csv" in {file["name"] for file in manifest["files"]}


def test_corrected_transactions_make_r2(engine: Engine, tmp_path: Path):
    store_october(engine)
    export_october(engine, tmp_path)
    store(engine, [make_transactions("10010", "1.000001", 7, channel="online")])
    assert export_october(engine, tmp_path).revision == 2


def test_nothing_that_leads_to_a_person_is_released(engine: Engine, tmp_path: Path):
    store_october(engine)
    folder = export_october(engine, tmp_path).folder
    header = (folder / "responses.csv").read_text().splitlines()[0].split(",")
    assert header[:10] == [
        "month",
        "form",
        "version",
        "unit",
        "procedure",
        "channel",
        "selection",
        "weight",
        "stratum",
        "is_demo",
    ]
    assert header[10:12] == ["one_stop.q1", "one_stop.q1#missing"]
    assert "one_stop.trips" not in header
    everything = b"".join(contents(folder).values())
    for secret in (b"00000000-0000-0000", b"10099", b"C1,", b"2026-10-05"):
        assert secret not in everything


def test_rows_stand_in_the_order_of_their_own_values(engine: Engine, tmp_path: Path):
    store_october(engine)
    rows = pl.read_parquet(export_october(engine, tmp_path).folder / "responses.parquet")
    assert rows.equals(rows.sort(rows.columns))


def test_the_small_cell_is_withheld_in_every_file(engine: Engine, tmp_path: Path):
    """Three responses in 10025 × 1.000002: neither their figures nor their count can be read anywhere."""
    store_october(engine)
    folder = export_october(engine, tmp_path).folder
    indices = open_release(tmp_path / "exports", "2026-10").indices
    cell = indices.filter(unit="10025", procedure="1.000002", level="overall")
    assert cell.select("suppressed", "n", "estimate").row(0) == (True, None, None)
    rows = pl.read_parquet(folder / "responses.parquet")
    assert rows.filter(unit="10025", procedure="1.000002").is_empty()
    masked = rows.filter(pl.col("procedure").is_null())
    assert masked.height >= 10
    assert masked["weight"].null_count() == masked.height
    strata = pl.read_csv(folder / "strata.csv").filter(pl.col("stratum").str.starts_with("10025|"))
    assert set(strata.select("n", "weight", "suppressed").rows()) == {(None, None, True)}


def test_published_figures_come_out_of_the_released_rows_again(engine: Engine, tmp_path: Path):
    """10030 × 1.000001 is whole: its share of levels 4-5 of q3 is a weighted mean of its rows."""
    store_october(engine, [response for response in make_responses() if response.unit_filed != "10025"])
    folder = export_october(engine, tmp_path).folder
    rows = pl.read_parquet(folder / "responses.parquet").filter(unit="10030")
    satisfied = 100 * (rows["one_stop.q3"] >= 4).cast(pl.Float64)
    [published] = (
        open_release(tmp_path / "exports", "2026-10")
        .indices.filter(pl.col("procedure").is_null(), unit="10030", level="item", code="q3")["estimate"]
        .to_list()
    )
    assert (satisfied * rows["weight"]).sum() / rows["weight"].sum() == pytest.approx(published, abs=1e-9)


def test_a_name_like_a_formula_is_harmless_in_csv_and_whole_when_read(engine: Engine, tmp_path: Path):
    store_october(engine)
    folder = export_october(engine, tmp_path).folder
    assert '"\'=HYPERLINK(""x"")"' in (folder / "indices.csv").read_text()
    names = open_release(tmp_path / "exports", "2026-10").indices["unit_name"].unique().to_list()
    assert '=HYPERLINK("x")' in names


def test_json_has_the_rows_of_the_csv(engine: Engine, tmp_path: Path):
    store_october(engine)
    folder = export_october(engine, tmp_path).folder
    told = json.loads((folder / "indices.json").read_text())
    assert told["meta"]["month"] == "2026-10"
    rows = [dict(zip(told["columns"], row, strict=True)) for row in told["rows"]]
    for row in rows:
        for name in ("method", "note"):
            row[name] = None if row[name] is None else told[name][row[name]]
    assert rows == open_release(tmp_path / "exports", "2026-10").indices.to_dicts()


def test_the_units_of_the_month_are_named_with_their_provinces(sqlite_engine: Engine, tmp_path: Path):
    store_october(sqlite_engine)
    store(sqlite_engine, [make_unit("20001", parent_code="02")])  # no transactions, no responses: not spoken of
    export_october(sqlite_engine, tmp_path)
    units = read_units(open_release(tmp_path / "exports", "2026-10"))
    assert units.select("unit", "kind", "province", "province_name").rows() == [
        ("01", "province", "01", "Tỉnh Một"),
        *((unit, "commune", "01", "Tỉnh Một") for unit in ("10010", "10025", "10030")),
    ]


def test_demonstration_is_said_in_manifest_and_package(sqlite_engine: Engine, tmp_path: Path):
    store_october(sqlite_engine)
    store(sqlite_engine, [make_response(999, FORM, {"overall": 5}, is_demo=True)])
    folder = export_october(sqlite_engine, tmp_path).folder
    assert json.loads((folder / "manifest.json").read_text())["is_demonstration"] is True
    assert json.loads((folder / "datapackage.json").read_text())["description"].startswith("DỮ LIỆU TRÌNH DIỄN")


def test_two_versions_of_one_form_keep_their_columns_apart(sqlite_engine: Engine, tmp_path: Path):
    store_october(sqlite_engine)
    store(sqlite_engine, [make_response(800 + i, _sipas("2017.1"), {"access.c1": 4}) for i in range(12)])
    store(sqlite_engine, [make_response(850 + i, _sipas("2023.1"), {"q1.economy": 4}) for i in range(12)])
    rows = pl.read_parquet(export_october(sqlite_engine, tmp_path).folder / "responses.parquet")
    assert {"sipas@2017.1.access.c1", "sipas@2023.1.q1.economy", "one_stop.q1"} <= set(rows.columns)
    assert not [name for name in rows.columns if "gender" in name or "age_band" in name]


@pytest.mark.parametrize(
    ("now", "month"),
    [
        pytest.param(datetime(2026, 10, 31, 16, 59, tzinfo=UTC), "2026-10", id="a minute is left of it"),
        pytest.param(datetime(2026, 10, 31, 17, 0, tzinfo=UTC), "2026-11", id="it has just begun"),
        pytest.param(datetime(2026, 10, 31, 17, 0, tzinfo=UTC), "2030-01", id="future"),
    ],
)
def test_a_month_that_is_not_over_is_refused(sqlite_engine: Engine, tmp_path: Path, now: datetime, month: str):
    store_october(sqlite_engine)
    with pytest.raises(Conflict, match="chưa kết thúc"):
        export_october(sqlite_engine, tmp_path, now=now, month=month)
    assert not (tmp_path / "exports").exists()


def test_a_month_is_exported_from_its_last_local_midnight_on(sqlite_engine: Engine, tmp_path: Path):
    store_october(sqlite_engine)
    assert export_october(sqlite_engine, tmp_path, now=datetime(2026, 10, 31, 17, 0, tzinfo=UTC)).is_new


@pytest.mark.parametrize("month", ["2026-13", "26-10", "../2026-10", "2026-10\n", ""])
def test_what_is_no_month_is_refused(sqlite_engine: Engine, tmp_path: Path, month: str):
    with pytest.raises(Malformed):
        export_october(sqlite_engine, tmp_path, month=month)


def test_a_month_without_responses_is_refused(sqlite_engine: Engine, tmp_path: Path):
    store_october(sqlite_engine)
    with pytest.raises(NotThere, match="2026-09"):
        export_october(sqlite_engine, tmp_path, month="2026-09")


def test_of_two_exports_at_once_the_second_is_refused(sqlite_engine: Engine, tmp_path: Path):
    store_october(sqlite_engine)
    with (
        only_writer(tmp_path / "exports/2026-10", code="held", vi="bận", en="busy"),
        pytest.raises(Conflict, match="Another process is exporting"),
    ):
        export_october(sqlite_engine, tmp_path)


def test_another_confidence_level_is_another_revision(sqlite_engine: Engine, tmp_path: Path):
    store_october(sqlite_engine)
    export_october(sqlite_engine, tmp_path)
    assert export_october(sqlite_engine, tmp_path, policy=IndexPolicy(confidence=0.9)).revision == 2


def _sipas(version: str):
    return CATALOGUE.get("sipas", version)
