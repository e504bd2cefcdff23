"""Responses keyed elsewhere: each row accepted, known or rejected, with every reason."""

import csv
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, func
from sqlmodel import Session, select

from api.errors import FileUnusable
from api.responses.importing import ImportReport, ResponseMapping, import_responses, read_mapping, run
from api.tables import ImportRun, Response, ResponseText
from survey_forms.loader import CATALOGUE, Catalogue, load_form, load_scales
from tests.stored import make_procedure, make_unit, store
from tests.workbooks import day, number, text, write_workbook

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
HERE = Path(__file__).parent
FORMS = Catalogue([load_form(HERE / "form_all.yaml", load_scales(CATALOGUE / "scales.yaml"))])
SOUND = {"sheet": "1", "date": "05/10/2026", "unit": "BD", "procedure": "1.1", "level": "4"}
COLUMNS = (
    *("sheet", "date", "unit", "procedure", "level", "paid", "trips", "visited", "sex"),
    *("reasons", "reason_text", "row_a", "row_b", "comment"),
)


@pytest.fixture(autouse=True)
def register(engine: Engine) -> None:
    closed = make_unit("10097", valid_from=date(2004, 7, 8), valid_to=date(2025, 6, 30))
    store(engine, [make_unit("10004"), closed, make_procedure("1.1")])


@pytest.fixture
def mapping() -> ResponseMapping:
    return read_mapping(HERE / "mapping_all.yaml", FORMS)


def load(
    engine: Engine, mapping: ResponseMapping, folder: Path, *rows: dict[str, str], is_dry_run: bool = False
) -> ImportReport:
    path = folder / "keyed.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return load_file(engine, mapping, path, is_dry_run=is_dry_run)


def load_file(engine: Engine, mapping: ResponseMapping, path: Path, *, is_dry_run: bool = False) -> ImportReport:
    return import_responses(engine, path, mapping, forms=FORMS, now=NOW, zone=ZONE, is_dry_run=is_dry_run)


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.rows, report.accepted, report.known, report.rejected


def rejected(report: ImportReport) -> list[dict[str, str]]:
    assert report.rejected_file is not None
    with report.rejected_file.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_every_kind_of_answer_is_stored_as_the_form_asks(engine: Engine, mapping: ResponseMapping, tmp_path: Path):
    row = SOUND | {
        "paid": "2", "trips": "2,5", "visited": "01/10/2026", "sex": "Nữ", "reasons": "1, 3", "reason_text": "xa",
        "row_a": "5", "row_b": "8", "comment": "Tốt",
    }  # fmt: skip
    assert counts(load(engine, mapping, tmp_path, row)) == (1, 1, 0, 0)
    with Session(engine) as session:
        response = session.exec(select(Response)).one()
        assert response.answers == {
            "level": 4, "paid": False, "trips": 2.5, "visited": "2026-10-01", "sex": "f", "reasons.waiting": True,
            "reasons.fee": False, "reasons.other": True, "rows.a": 5, "rows.b#missing": "not_applicable",
        }  # fmt: skip
        assert (response.unit_filed, response.procedure, response.channel) == ("10004", "1.1", "paper")
        assert (response.local_day, response.month) == (date(2026, 10, 5), "2026-10")
        assert not response.is_clock_doubted
        texts = {found.question: found.text for found in session.exec(select(ResponseText))}
        assert texts == {"comment": "Tốt", "reasons.other": "xa"}


def test_missing_codes_mean_what_the_mapping_says(engine: Engine, mapping: ResponseMapping, tmp_path: Path):
    load(engine, mapping, tmp_path, SOUND | {"level": "9", "sex": "NA"})
    with Session(engine) as session:
        assert session.exec(select(Response)).one().answers == {"level#missing": "dont_know"}


def test_a_second_import_knows_every_row(engine: Engine, mapping: ResponseMapping, tmp_path: Path):
    rows = [SOUND | {"sheet": str(sheet)} for sheet in range(5)]
    assert counts(load(engine, mapping, tmp_path, *rows)) == (5, 5, 0, 0)
    assert counts(load(engine, mapping, tmp_path, *rows, SOUND | {"sheet": "9"})) == (6, 1, 5, 0)


def test_same_id_with_other_content_is_rejected_and_nothing_overwritten(
    engine: Engine, mapping: ResponseMapping, tmp_path: Path
):
    load(engine, mapping, tmp_path, SOUND)
    report = load(engine, mapping, tmp_path, SOUND | {"level": "1"})
    assert (counts(report), dict(report.rules)) == ((1, 0, 0, 1), {"conflicting_response": 1})
    with Session(engine) as session:
        assert session.exec(select(Response)).one().answers == {"level": 4}


def test_one_id_twice_in_a_file(engine: Engine, mapping: ResponseMapping, tmp_path: Path):
    rows = [SOUND, SOUND, SOUND | {"level": "1"}]
    dry = load(engine, mapping, tmp_path, *rows, is_dry_run=True)
    assert counts(dry) == counts(load(engine, mapping, tmp_path, *rows)) == (3, 1, 1, 1)


def test_a_dry_run_finds_an_id_again_in_a_later_batch(
    engine: Engine, mapping: ResponseMapping, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(run, "ROWS_AT_ONCE", 1)
    rows = [SOUND, SOUND, SOUND | {"level": "1"}]
    dry = load(engine, mapping, tmp_path, *rows, is_dry_run=True)
    assert counts(dry) == counts(load(engine, mapping, tmp_path, *rows)) == (3, 1, 1, 1)


def test_a_dry_run_counts_the_same_and_stores_nothing(engine: Engine, mapping: ResponseMapping, tmp_path: Path):
    rows = [SOUND, SOUND | {"sheet": "2", "unit": "XX"}]
    report = load(engine, mapping, tmp_path, *rows, is_dry_run=True)
    assert counts(report) == (2, 1, 0, 1)
    assert [row["_row"] for row in rejected(report)] == ["3"]
    with Session(engine) as session:
        assert session.exec(select(func.count()).select_from(Response)).one() == 0
        assert session.exec(select(func.count()).select_from(ImportRun)).one() == 0


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        pytest.param({"sheet": ""}, "sheet", "id_empty", id="no id"),
        pytest.param({"date": "soon"}, "date", "submitted_unreadable", id="no date"),
        pytest.param({"date": "1970-01-01"}, "date", "submitted_out_of_range", id="1970"),
        pytest.param({"date": "22/11/2026"}, "date", "submitted_out_of_range", id="future"),
        pytest.param({"unit": "XX"}, "unit", "value_unknown", id="unit not mapped"),
        pytest.param({"unit": ""}, "unit", "unit_filed_empty", id="no unit"),
        pytest.param({"unit": "HH"}, "unit", "unit_not_valid_on_day", id="unit not valid that day"),
        pytest.param({"procedure": "9.9"}, "procedure", "unknown_procedure", id="unknown procedure"),
        pytest.param({"level": "6"}, "level", "out_of_range", id="level not on the scale"),
        pytest.param({"level": "four"}, "level", "wrong_type", id="a word for a level"),
        pytest.param({"level": ""}, "level", "required", id="required and empty"),
        pytest.param({"sex": "X"}, "sex", "value_unknown", id="option not mapped"),
        pytest.param({"reasons": "1,7"}, "reasons", "value_unknown", id="one of several not mapped"),
        pytest.param({"trips": "two"}, "trips", "wrong_type", id="a word for a number"),
        pytest.param({"row_b": "7"}, "row_b", "out_of_range", id="matrix row"),
        pytest.param({"comment": "a\0b"}, "comment", "nul_letter", id="NUL letter"),
    ],
)
def test_a_wrong_row_is_rejected_with_rule_and_column(
    engine: Engine, mapping: ResponseMapping, tmp_path: Path, cells: dict[str, str], column: str, code: str
):
    report = load(engine, mapping, tmp_path, SOUND | {"sheet": "0"}, SOUND | cells, SOUND | {"sheet": "2"})
    assert counts(report) == (3, 2, 0, 1)
    (row,) = rejected(report)
    assert row["_row"] == "3"
    assert f"{column}: {code}:" in row["_problems"]


def test_all_problems_of_a_row_are_told(engine: Engine, mapping: ResponseMapping, tmp_path: Path):
    report = load(engine, mapping, tmp_path, SOUND | {"procedure": "9.9", "level": "6", "row_a": "0"})
    told = rejected(report)[0]["_problems"]
    assert [part.split(":")[0] for part in told.split(" | ")] == ["procedure", "level", "row_a"]


def test_rejected_rows_are_safe_in_a_spreadsheet_and_import_when_mended(
    engine: Engine, mapping: ResponseMapping, tmp_path: Path
):
    evil = '=HYPERLINK("http://a","b")'
    report = load(engine, mapping, tmp_path, SOUND, SOUND | {"sheet": "2", "level": "6", "comment": evil})
    (row,) = rejected(report)
    assert (row["comment"], row["sheet"], row["date"]) == ("'" + evil, "2", "05/10/2026")
    assert report.rejected_file is not None
    mended = tmp_path / "mended.csv"
    content = report.rejected_file.read_text(encoding="utf-8-sig").replace(",6,", ",5,")
    mended.write_text(content, encoding="utf-8")
    assert counts(load_file(engine, mapping, mended)) == (1, 1, 0, 0)


def test_ragged_rows_are_rejected(engine: Engine, mapping: ResponseMapping, tmp_path: Path):
    path = tmp_path / "keyed.csv"
    sound = ",".join(SOUND.get(column, "") for column in COLUMNS)
    path.write_text(",".join(COLUMNS) + f"\n{sound}\n2,05/10/2026\n", encoding="utf-8")
    report = load_file(engine, mapping, path)
    assert (counts(report), dict(report.rules)) == ((2, 1, 0, 1), {"ragged": 1})


def test_a_file_without_a_mapped_column_is_unusable(engine: Engine, mapping: ResponseMapping, tmp_path: Path):
    path = tmp_path / "keyed.csv"
    path.write_text("sheet,date,unit,procedure\n1,2,3,4\n", encoding="utf-8")
    with pytest.raises(FileUnusable) as caught:
        load_file(engine, mapping, path)
    assert {problem["column"] for problem in caught.value.problems} == set(COLUMNS[4:])
    with Session(engine) as session:
        assert session.exec(select(ImportRun)).all() == []


def test_a_workbook_imports_as_the_csv_does(engine: Engine, mapping: ResponseMapping, tmp_path: Path):
    load(engine, mapping, tmp_path, SOUND)
    letters = dict(zip(COLUMNS, "ABCDEFGHIJKLMN", strict=True))
    cells = {"sheet": number("1.0"), "date": day(46300), "unit": text("BD"), "procedure": text("1.1"), "level": number(4.0)}  # fmt: skip  # noqa: E501
    header = {letters[column]: text(column) for column in COLUMNS}
    path = write_workbook(
        tmp_path / "a.xlsx", {1: header, 2: {letters[name]: cell for name, cell in cells.items()}}
    )
    assert counts(load_file(engine, mapping, path)) == (1, 0, 1, 0)


@pytest.mark.parametrize(
    ("written", "month"),
    [
        pytest.param("2026-10-31T17:30:00Z", "2026-11", id="instant after local midnight"),
        pytest.param("2026-10-31 23:30:00", "2026-10", id="local time"),
        pytest.param("2026-10", "2026-10", id="month only"),
        pytest.param("31/10/2026", "2026-10", id="day first"),
    ],
)
def test_the_month_is_that_of_the_local_day(
    engine: Engine, mapping: ResponseMapping, tmp_path: Path, written: str, month: str
):
    load(engine, mapping, tmp_path, SOUND | {"date": written})
    with Session(engine) as session:
        assert session.exec(select(Response)).one().month == month


def test_a_stopped_import_goes_on_where_it_was(
    engine: Engine, mapping: ResponseMapping, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(run, "ROWS_AT_ONCE", 10)
    rows = [SOUND | {"sheet": str(sheet)} for sheet in range(35)]
    done: list[int] = []

    def stop_after_two_batches(rows_done: int) -> None:
        done.append(rows_done)
        if len(done) == 2:
            raise KeyboardInterrupt

    load(engine, mapping, tmp_path, *rows, is_dry_run=True)
    with pytest.raises(KeyboardInterrupt):
        import_responses(
            engine,
            tmp_path / "keyed.csv",
            mapping,
            forms=FORMS,
            now=NOW,
            zone=ZONE,
            progress=stop_after_two_batches,
        )
    with Session(engine) as session:
        assert session.exec(select(ImportRun.rows, ImportRun.accepted)).one() == (20, 20)
    assert counts(load_file(engine, mapping, tmp_path / "keyed.csv")) == (35, 15, 20, 0)
