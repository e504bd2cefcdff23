"""``hailong kiosk …`` and ``hailong import queue``: what an operator types, on both databases."""

import hashlib
import json
import re
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select
from typer.testing import CliRunner

from api.cli.main import app as hailong
from api.kiosks.devices import revoke_device
from api.tables import KioskRefusal, Response
from tests.api.kiosks.conftest import KIOSKS, make_item
from tests.conftest import NOW


@pytest.fixture
def run(settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HAILONG_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("HAILONG_VAR_FOLDER", str(settings.var_folder))

    def call(*words: str):
        return CliRunner().invoke(hailong, list(words), env={"COLUMNS": "240"})

    return call


def write_queue(folder: Path, device: str, items: list, **head) -> Path:
    lines = "".join(f"{json.dumps(item, ensure_ascii=False)}\n" for item in items)
    told = {
        "kind": "hailong-queue",
        "device": device,
        "number": 1,
        "app_version": "1",
        "exported_at": NOW.isoformat(),
        "count": len(items),
        "sha256": hashlib.sha256(lines.encode()).hexdigest(),
    } | head
    file = folder / "hailong-queue-1.jsonl"
    file.write_text(f"{json.dumps(told)}\n{lines}", encoding="utf-8")
    return file


def test_a_code_is_printed_with_a_pin_and_what_to_open(run, client, clock, tmp_path: Path):
    svg = tmp_path / "qr.svg"
    done = run("kiosk", "enrol", "--unit", "00004", "--counter", "Q1", "--svg", str(svg), "--set", "contrast=high")
    assert done.exit_code == 0, done.output
    code = re.search(r"/kiosk#code=([2-9A-Z]{8})", done.output)[1]
    assert re.search(r"PIN .*: \d{6} ", done.output)
    assert "<svg" in svg.read_text()
    enrolled = client.post(f"{KIOSKS}/enrol", json={"code": code})
    assert enrolled.status_code == 201  # codes made today, read by a clock of November 2026 or later
    assert enrolled.json()["config"]["contrast"] == "high"


@pytest.mark.parametrize(
    "words",
    [
        ["enrol"],
        ["enrol", "--unit", "99999"],
        ["enrol", "--unit", "00004", "--set", "contrast"],
        ["enrol", "--unit", "00004", "--set", "contrast=blue"],
        ["enrol", "--unit", "00004", "--set", "form=nothing"],
        ["configure", "nobody", "--set", "contrast=high"],
    ],
    ids=" ".join,
)
def test_what_cannot_be_is_refused_and_leaves_nothing(run, client, engine: Engine, words):
    assert run("kiosk", *words).exit_code != 0


def test_the_list_names_each_tablet_and_what_is_wrong(run, tablet):
    tablet.send(make_item(1), make_item(3))
    shown = run("kiosk", "list")
    assert shown.exit_code == 0, shown.output
    assert "máy 1" in shown.output
    told = json.loads(run("kiosk", "list", "--json").output)
    assert (told[0]["device"], told[0]["responses"]) == (tablet.id, 2)
    assert "gap" in {found["code"] for found in told[0]["findings"]}


def test_configured_rolled_back_and_revoked_from_the_command_line(run, tablet):
    assert run("kiosk", "configure", tablet.id, "--set", "idle_seconds=60").exit_code == 0
    assert tablet.get("config").json()["idle_seconds"] == 60
    assert run("kiosk", "rollback", tablet.id).exit_code == 0
    assert tablet.get("config").json()["idle_seconds"] == 30
    assert run("kiosk", "pin", tablet.id).exit_code == 0
    assert run("kiosk", "revoke", tablet.id).exit_code == 0
    assert tablet.get("config").status_code == 401


def test_the_quarantine_is_listed_with_its_reasons(run, tablet):
    assert run("kiosk", "quarantine").exit_code == 0
    item = make_item(5, version="2031.7")
    tablet.send(item)
    shown = run("kiosk", "quarantine")
    assert shown.exit_code == 3
    assert item["id"] in shown.output
    assert "2031.7" in shown.output
    assert run("kiosk", "quarantine", "--close", "99").exit_code != 0
    assert "Stored: 0. Còn lại / Left: 1" in run("kiosk", "quarantine", "--retry").output


def test_what_somebody_looked_at_is_told_no_more_and_kept(run, tablet, engine: Engine):
    tablet.send(make_item(5, version="2031.7"))
    number = run("kiosk", "quarantine").output.split("\t")[0].splitlines()[-1]
    assert run("kiosk", "quarantine", "--close", number).exit_code == 0
    with Session(engine) as session:
        assert session.exec(select(KioskRefusal)).one().settled_at is not None


def test_an_exported_queue_is_taken_in_once(run, tablet, tmp_path: Path, engine: Engine):
    items = [make_item(number, answers={"overall": 4, "comment": "được"}) for number in range(1, 251)]
    tablet.send(*items[:100])
    with Session(engine) as session, session.begin():
        revoke_device(session, tablet.id, now=NOW, actor="test")  # its queue still counts
    file = write_queue(tmp_path, tablet.id, items)
    first, second = run("import", "queue", str(file)), run("import", "queue", str(file))
    assert (first.exit_code, second.exit_code) == (0, 0), first.output
    assert "stored 150; đã có / known 100" in first.output
    assert "stored 0; đã có / known 250" in second.output
    with Session(engine) as session:
        numbers = session.exec(select(Response.device_sequence).order_by(Response.device_sequence)).all()
    assert numbers == list(range(1, 251))


def test_a_file_that_was_cut_off_gives_what_is_left_of_it(run, tablet, tmp_path: Path, engine: Engine):
    file = write_queue(tmp_path, tablet.id, [make_item(1), make_item(2), make_item(3)])
    file.write_bytes(file.read_bytes()[:-40])
    done = run("import", "queue", str(file))
    assert (done.exit_code, "stored 2;" in done.output) == (3, True), done.output
    assert "cut or altered" in done.output
    with Session(engine) as session:
        assert len(session.exec(select(KioskRefusal)).all()) == 1


@pytest.mark.parametrize("content", ["", "mã;điểm\n1;2\n", '{"kind": "other"}\n', '{"kind": "hailong-queue"}\n'])
def test_a_file_that_is_no_queue_is_refused(run, client, tmp_path: Path, content):
    file = tmp_path / "x.jsonl"
    file.write_text(content)
    done = run("import", "queue", str(file))
    assert getattr(done.exception, "code", None) == "no_queue_file"


def test_a_queue_of_a_tablet_that_was_never_ours_is_refused(run, client, tmp_path: Path):
    done = run("import", "queue", str(write_queue(tmp_path, "nobody", [make_item()])))
    assert getattr(done.exception, "code", None) == "unknown_device"
