"""A published survey of real people goes all the way: file → register → responses (→ indices)."""

import csv
import shutil
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import Engine, func
from sqlmodel import Session, select
from typer.testing import CliRunner

from analysis.release.reading import open_release
from api.cli.main import app
from api.registry.import_units import import_units
from api.responses.importing import ImportReport, import_responses, read_mapping
from api.settings import Settings
from api.tables import ImportRun, Response
from survey_forms.form import Form
from survey_forms.loader import CATALOGUE, Catalogue, load_form, load_scales

SURVEY = Path(__file__).parents[3] / "shared" / "data" / "resident_survey_2021q3.csv"
SCENARIO = Path(__file__).parents[1] / "scenarios" / "resident_2021q3"
NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not SURVEY.is_file(), reason="the survey is not committed; it lies in ../shared/data"),
]


@pytest.fixture(scope="module")
def form() -> Form:
    return load_form(SCENARIO / "form.yaml", load_scales(CATALOGUE / "scales.yaml"))


def import_survey(engine: Engine, form: Form, settings: Settings, folder: Path) -> ImportReport:
    """The whole survey through register and mapping, as the command does; ``folder`` gets a copy of it."""
    file = folder / SURVEY.name
    shutil.copy(SURVEY, file)
    forms = Catalogue([form])
    import_units(engine, SCENARIO / "units.csv", now=NOW, actor="test")
    mapping = read_mapping(SCENARIO / "mapping.yaml", forms)
    return import_responses(engine, file, mapping, forms=forms, now=NOW, zone=settings.zone)


def test_all_people_are_accepted_once(engine: Engine, form: Form, settings: Settings, tmp_path: Path):
    first = import_survey(engine, form, settings, tmp_path)
    second = import_survey(engine, form, settings, tmp_path)

    assert (first.rows, first.accepted, first.known, first.rejected) == (1033, 1033, 0, 0)
    assert (second.rows, second.accepted, second.known, second.rejected) == (1033, 0, 1033, 0)
    assert first.rejected_file is None
    with Session(engine) as session:
        assert session.exec(select(func.count()).select_from(Response)).one() == 1033
        runs = session.exec(select(ImportRun).where(ImportRun.kind == "responses").order_by(ImportRun.id)).all()
        assert [(run.accepted, run.known) for run in runs] == [(1033, 0), (0, 1033)]


def test_stored_answers_are_those_of_the_file(engine: Engine, form: Form, settings: Settings, tmp_path: Path):
    import_survey(engine, form, settings, tmp_path)

    in_file: dict[str, Counter[str]] = defaultdict(Counter)
    with SURVEY.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            in_file[f"kcmo-{row['council_district']}"][row["q3_12"]] += 1
    stored: dict[str, Counter[str]] = defaultdict(Counter)
    with Session(engine) as session:
        for response in session.exec(select(Response)):
            level = response.answers.get("q3_12")
            is_unknown = response.answers.get("q3_12#missing") == "dont_know"
            stored[response.unit_filed]["9" if is_unknown else str(level)] += 1
            assert response.month == "2021-09"
        channels = dict(session.exec(select(Response.channel, func.count()).group_by(Response.channel)).all())
    assert stored == in_file
    assert sum(stored["kcmo-1"].values()) == 159
    assert channels == {"web": 624, "mail": 392, "phone": 17}


def keep_as_own_form(form: Form, folder: Path) -> Path:
    """A folder of an office's own questionnaires, in which only ``form`` stands."""
    own = folder / "forms"
    (own / form.id).mkdir(parents=True)
    shutil.copy(SCENARIO / "form.yaml", own / form.id / f"{form.version}.yaml")
    return own


def test_published_month_agrees_with_a_count_by_hand(
    database_url: str, form: Form, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Units, responses, export: the commands a stranger types; then q3_12 by district against the raw file."""
    monkeypatch.setenv("HAILONG_DATABASE_URL", database_url)
    monkeypatch.setenv("HAILONG_FORMS_FOLDER", str(keep_as_own_form(form, tmp_path)))
    monkeypatch.setenv("HAILONG_VAR_FOLDER", str(tmp_path / "var"))
    monkeypatch.setenv("HAILONG_EXPORTS_FOLDER", str(tmp_path / "exports"))
    file = shutil.copy(SURVEY, tmp_path)
    for arguments in (
        ["import", "units", str(SCENARIO / "units.csv")],
        ["import", "responses", str(file), "--mapping", str(SCENARIO / "mapping.yaml")],
        ["export", "--month", "2021-09"],
    ):
        done = CliRunner().invoke(app, arguments)
        assert done.exit_code == 0, done.output
    published = open_release(tmp_path / "exports", "2021-09").indices

    by_hand: dict[str | None, list[bool]] = defaultdict(list)
    with SURVEY.open(encoding="utf-8", newline="") as opened:
        for row in csv.DictReader(opened):
            if row["q3_12"] in {"1", "2", "3", "4", "5"}:
                for unit in (None, f"kcmo-{row['council_district']}"):
                    by_hand[unit].append(int(row["q3_12"]) >= 4)
    item = published.filter(
        (pl.col("code") == "q3_12") & pl.col("channel").is_null() & pl.col("procedure").is_null()
    )
    pooled = item.filter(~pl.col("method").str.starts_with("mean of units"))
    assert {row["unit"]: row["n"] for row in pooled.iter_rows(named=True)} == {
        unit: len(answers) for unit, answers in by_hand.items()
    }
    for row in pooled.iter_rows(named=True):
        answers = by_hand[row["unit"]]
        assert row["estimate"] == pytest.approx(100 * sum(answers) / len(answers), rel=1e-12)
        assert row["low"] < row["estimate"] < row["high"]
    overall = published.filter((pl.col("level") == "overall") & pl.col("unit").is_not_null())
    assert overall.height == 6
    assert overall["suppressed"].sum() == 0


def test_the_command_does_the_same(
    engine: Engine, database_url: str, form: Form, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HAILONG_DATABASE_URL", database_url)
    monkeypatch.setenv("HAILONG_FORMS_FOLDER", str(keep_as_own_form(form, tmp_path)))
    file = shutil.copy(SURVEY, tmp_path)
    run = CliRunner().invoke
    arguments = ["import", "responses", str(file), "--mapping", str(SCENARIO / "mapping.yaml")]

    before_units = run(app, arguments)
    assert before_units.exit_code == 3, before_units.output
    assert "unknown_unit: 1033" in before_units.output
    assert run(app, ["import", "units", str(SCENARIO / "units.csv")]).exit_code == 0
    dry = run(app, [*arguments, "--dry-run"])
    assert dry.exit_code == 0
    assert "accepted 1.033" in dry.output
    done = run(app, arguments)
    assert done.exit_code == 0
    assert "accepted 1.033; đã có / known 0; từ chối / rejected 0" in done.output
    again = run(app, arguments)
    assert "accepted 0; đã có / known 1.033" in again.output
