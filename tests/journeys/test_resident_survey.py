"""A published survey of real people goes all the way: file → register → responses (→ indices)."""

import csv
import shutil
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, func
from sqlmodel import Session, select
from typer.testing import CliRunner

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


def test_the_command_does_the_same(
    engine: Engine, database_url: str, form: Form, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HAILONG_DATABASE_URL", database_url)
    catalogue = tmp_path / "catalogue"
    (catalogue / form.id).mkdir(parents=True)
    shutil.copy(SCENARIO / "form.yaml", catalogue / form.id / f"{form.version}.yaml")
    shutil.copy(CATALOGUE / "scales.yaml", catalogue)
    file = shutil.copy(SURVEY, tmp_path)
    run = CliRunner().invoke
    arguments = ["import", "responses", str(file), "--mapping", str(SCENARIO / "mapping.yaml")]
    arguments += ["--catalogue", str(catalogue)]

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
