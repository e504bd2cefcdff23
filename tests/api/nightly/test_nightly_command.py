"""``hailong nightly`` does everything that has its time, twice without harm, and says what it could not do."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlmodel import Session, select
from typer.testing import CliRunner

from api.cli.main import app as commands
from api.sealer import make_sealer, new_seal_key
from api.settings import Settings
from api.tables import (
    Comment,
    CommentOriginal,
    KioskDevice,
    KioskEnrolment,
    KioskRefusal,
    NightlyRun,
    ResponseText,
    StaffSession,
)
from tests.api.staff.people import add_staff
from tests.registered import add_register
from tests.stored import make_response, store

STEPS = ["comments", "quarantine", "originals", "signals", "invitations", "staff", "kiosks", "requests"]
LONG_AGO = datetime(2020, 1, 6, 3, 0, tzinfo=UTC)


@pytest.fixture
def settings(database_url: str, tmp_path, monkeypatch) -> Settings:
    key = new_seal_key()
    for name, value in {"DATABASE_URL": database_url, "VAR_FOLDER": str(tmp_path), "SEAL_KEY": key}.items():
        monkeypatch.setenv(f"HAILONG_{name}", value)
    return Settings(database_url=database_url, var_folder=tmp_path, seal_key=key)


@pytest.fixture
def due(engine, settings, app) -> None:
    """Something for each step: a comment that waits, an original, a session and a code past their time."""
    add_register(engine)
    form = app.state.forms.get("counter", "2026.1")
    waiting, old = uuid4(), uuid4()
    store(engine, [make_response(number, form, id=id) for number, id in ((1, waiting), (2, old))])
    sealed = make_sealer(settings).seal("Chị Hoa", place=f"{old}/comment")
    account = add_staff(engine, "operator 00004")
    store(
        engine,
        [
            ResponseText(response_id=waiting, question="comment", text="Gọi 0912 345 678"),
            Comment(response_id=old, question="comment", text="[tên người]", masked={"name": 1}, rules=""),
            CommentOriginal(response_id=old, question="comment", sealed=sealed, keep_until=LONG_AGO.date()),
            StaffSession(token_sha256="t", account_id=account, step="full", started_at=LONG_AGO, seen_at=LONG_AGO),
            KioskEnrolment(
                code_sha256="c", unit="00004", settings={}, pin={}, made_at=LONG_AGO,
                expires_at=LONG_AGO + timedelta(hours=1),
            ),
        ],
    )  # fmt: skip


def nightly():
    return CliRunner().invoke(commands, ["nightly"])


def test_everything_that_is_due_is_done_and_a_second_run_finds_nothing(engine, due):
    first = nightly()
    assert first.exit_code == 0, first.output
    assert "Che lời góp ý: 1 lời góp ý đã che, 1 có thông tin cá nhân" in first.output
    with Session(engine) as session:
        assert session.exec(select(ResponseText)).all() == []
        originals = session.exec(select(CommentOriginal)).all()
        assert [one.keep_until > LONG_AGO.date() for one in originals] == [True]
        assert session.exec(select(StaffSession)).all() == []
        assert session.exec(select(KioskEnrolment)).all() == []
    second = nightly()
    assert second.exit_code == 0, second.output
    with Session(engine) as session:
        runs = session.exec(select(NightlyRun).order_by(NightlyRun.id)).all()
    assert [[step["name"] for step in run.steps] for run in runs] == [STEPS, STEPS]
    assert {name: count for step in runs[1].steps for name, count in step["counts"].items() if count} == {}


def test_without_a_key_for_the_seals_the_words_wait_and_the_rest_is_done(engine, due, monkeypatch):
    monkeypatch.delenv("HAILONG_SEAL_KEY")
    ended = nightly()
    assert ended.exit_code == 3
    assert "HAILONG_SEAL_KEY" in ended.output
    with Session(engine) as session:
        assert len(session.exec(select(ResponseText)).all()) == 1
        run = session.exec(select(NightlyRun)).one()
        assert session.exec(select(StaffSession)).all() == []
    assert [step["name"] for step in run.steps if step["error"]] == ["comments", "quarantine"]


def test_a_folder_that_cannot_be_written_fails_its_step(engine, due, tmp_path):
    (tmp_path / "snapshots").write_text("a file where a folder should be", "utf-8")
    ended = nightly()
    assert ended.exit_code == 3
    assert "không đọc hoặc ghi được tệp" in ended.output


def test_a_step_that_crashes_ends_in_the_exit_code_of_our_bugs(engine, due):
    store(
        engine,
        [
            KioskDevice(id="d", number=1, unit="00004", key_sha256="k", pin={}, enrolled_at=LONG_AGO),
            KioskRefusal(device="d", content_hash="h", item="no JSON", problem={}, received_at=LONG_AGO),
        ],
    )
    ended = nightly()
    assert ended.exit_code == 1
    assert "JSONDecodeError" in ended.output
