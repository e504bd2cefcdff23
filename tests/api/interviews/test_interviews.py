"""Assignments reach a tablet, tries come back once, and nothing of them leads to an answer."""

import csv
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, select
from sqlmodel import Session
from typer.testing import CliRunner

from api.cli.main import app as commands
from api.interviews.importing import Importer, import_assignments
from api.interviews.reporting import list_fieldwork
from api.tables import InterviewAttempt, Response
from api.tabular import FileRejected
from tests.api.kiosks.conftest import make_item
from tests.conftest import NOW

API = "/api/v1/interviews"


def write_list(folder: Path, *rows: dict[str, str]) -> Path:
    file = folder / "list.csv"
    names = ("code", "unit", "place", "device", "note")
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, names)
        writer.writeheader()
        writer.writerows(
            {"code": f"H{number}", "unit": "00004", "place": f"Tổ {number}, ngõ 5"} | row
            for number, row in enumerate(rows, 1)
        )
    return file


def bring(engine: Engine, file: Path) -> tuple[int, int]:
    return import_assignments(engine, file, Importer("test"), survey="2026-q4", today=NOW.date(), now=NOW)


def list_cases(tablet) -> list[dict]:
    reply = tablet.client.get(f"{API}/assignments", headers=tablet.headers)
    assert reply.status_code == 200, reply.text
    return reply.json()["assignments"]


def make_attempt(case: str, outcome: str, **other: object) -> dict[str, object]:
    given = {"id": str(uuid4()), "assignment": case, "outcome": outcome, "at": "2026-11-20T09:30:00+07:00"}
    return given | {"seconds": 40, "consent": "1"} | other


def send(tablet, *attempts: dict) -> list[str]:
    reply = tablet.client.post(f"{API}/attempts", json={"attempts": attempts}, headers=tablet.headers)
    assert reply.status_code == 200, reply.text
    return [result["status"] for result in reply.json()["results"]]


def test_a_tablet_gets_its_cases_and_those_of_its_unit_without_what_else_was_in_the_file(
    engine, tmp_path, tablet, enrol
):
    other = enrol(counter=None)
    rows = [{}, {"device": tablet.id}, {"device": other.id}, {"unit": "00008"}, {"note": "gọi bà Hoa"}]
    assert bring(engine, write_list(tmp_path, *rows)) == (5, 0)
    assert [case["code"] for case in list_cases(tablet)] == ["H1", "H2", "H5"]
    assert set(list_cases(tablet)[0]) == {"id", "code", "place", "outcome", "tries"}


def test_a_list_with_mistakes_is_refused_whole_and_shows_no_number_of_a_person(engine, tmp_path, tablet):
    rows = [{}, {"code": "H1"}, {"unit": "99"}, {"place": "gọi 0912 345 678"}, {"device": "khong"}, {"place": ""}]
    with pytest.raises(FileRejected) as refused:
        bring(engine, write_list(tmp_path, *rows))
    assert [(one.row, one.code) for one in refused.value.row_problems] == [
        (3, "repeated"), (4, "unknown_unit"), (5, "personal_number"), (6, "unknown_device"), (7, "length"),
    ]  # fmt: skip
    assert "0912" not in str(refused.value.problems)
    assert list_cases(tablet) == []


def test_a_try_sent_twice_is_kept_once_and_one_at_another_s_case_is_refused(engine, tmp_path, tablet, enrol):
    bring(engine, write_list(tmp_path, {}, {"unit": "00008"}))
    (case,) = list_cases(tablet)
    stranger = enrol(unit="00008", counter="Q8")
    (theirs,) = list_cases(stranger)
    attempt = make_attempt(case["id"], "non_contact")
    assert send(tablet, attempt) == ["stored"]
    assert send(tablet, attempt, make_attempt(theirs["id"], "refusal")) == ["known", "refused"]
    assert list_cases(tablet)[0] | {"id": ""} == case | {"id": "", "outcome": "non_contact", "tries": 1}


def test_an_interview_wins_over_a_later_try(engine, tmp_path, tablet):
    bring(engine, write_list(tmp_path, {}))
    (case,) = list_cases(tablet)
    send(tablet, make_attempt(case["id"], "complete"))
    send(tablet, make_attempt(case["id"], "non_contact", at="2026-11-20T09:59:00+07:00"))
    assert list_cases(tablet)[0]["outcome"] == "complete"


def test_no_column_of_a_finished_interview_is_shared_with_its_answers(engine, tmp_path, tablet):
    bring(engine, write_list(tmp_path, {}))
    (case,) = list_cases(tablet)
    item = make_item(1, channel="interviewer", consent="1")
    tablet.send(item)
    send(tablet, make_attempt(case["id"], "complete", at=item["submitted_at"]))
    with Session(engine) as session:
        attempt = session.execute(select(InterviewAttempt)).scalar_one()
        response = session.execute(select(Response)).scalar_one()
    assert (attempt.at, attempt.seconds) == (None, None)
    values = {str(value) for name, value in response.model_dump().items() if value is not None}
    assert {str(value) for value in attempt.model_dump().values()} & values <= {
        str(attempt.local_day),
        "1",
        "complete",
    }
    assert response.channel == "interviewer"


def test_without_answers_the_instant_of_a_try_is_kept_but_never_one_in_the_future(engine, tmp_path, tablet):
    bring(engine, write_list(tmp_path, {}))
    (case,) = list_cases(tablet)
    send(tablet, make_attempt(case["id"], "refusal", at="2027-01-01T00:00:00Z"))
    with Session(engine) as session:
        attempt = session.execute(select(InterviewAttempt)).scalar_one()
    assert (attempt.at, attempt.seconds) == (NOW, 40)


@pytest.mark.parametrize(
    "change", [{"outcome": "lost"}, {"id": "1"}, {"seconds": -1}, {"answers": {}}, {"why": "chị Hoa bận"}]
)
def test_what_is_no_try_is_refused(tablet, change):
    body = {"attempts": [make_attempt("x", "refusal") | change]}
    assert tablet.client.post(f"{API}/attempts", json=body, headers=tablet.headers).status_code == 422


def test_why_an_interview_was_broken_off_is_kept_and_of_other_tries_nothing(engine, tmp_path, tablet):
    bring(engine, write_list(tmp_path, {}, {}))
    broken, refused = list_cases(tablet)
    send(tablet, make_attempt(broken["id"], "break_off", why="no_time"))
    send(tablet, make_attempt(refused["id"], "refusal", why="no_time"))
    with Session(engine) as session:
        found = {row.outcome: row.why for row in session.execute(select(InterviewAttempt)).scalars()}
    assert found == {"break_off": "no_time", "refusal": None}


def test_a_list_needs_the_key_of_a_tablet(client):
    assert client.get(f"{API}/assignments").status_code == 401
    assert client.post(f"{API}/attempts", json={"attempts": []}).status_code == 401


def test_the_report_counts_each_case_once(engine, tmp_path, tablet):
    bring(engine, write_list(tmp_path, {}, {}, {}, {}))
    first, second, third, _ = list_cases(tablet)
    send(tablet, make_attempt(first["id"], "non_contact"), make_attempt(first["id"], "complete"))
    send(tablet, make_attempt(second["id"], "refusal"), make_attempt(third["id"], "not_eligible"))
    with Session(engine) as session:
        (line,) = list_fieldwork(session)
    assert line.counts == {"complete": 1, "refusal": 1, "not_eligible": 1, "open": 1}
    assert (line.tries, line.rates.cases, line.rates.response_1) == (4, 3, 1 / 3)


def test_the_same_list_again_moves_a_case_and_keeps_its_tries(engine, tmp_path, tablet):
    bring(engine, write_list(tmp_path, {}))
    (case,) = list_cases(tablet)
    send(tablet, make_attempt(case["id"], "non_contact"))
    assert bring(engine, write_list(tmp_path, {"place": "Tổ 9"})) == (0, 1)
    assert [(one["place"], one["tries"]) for one in list_cases(tablet)] == [("Tổ 9", 1)]


def test_the_commands_bring_a_list_and_report(database_url, tmp_path, monkeypatch, tablet):
    monkeypatch.setenv("HAILONG_DATABASE_URL", database_url)
    file = write_list(tmp_path, {}, {})
    done = CliRunner().invoke(commands, ["import", "assignments", str(file), "--survey", "2026-q4"])
    assert done.exit_code == 0, done.output
    told = CliRunner().invoke(commands, ["interviews"])
    assert "2026-q4" in told.output
