"""Steps run one after the other, none stops the others, no two runs overlap, and every run is written down."""

from contextlib import nullcontext
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, select

from api.db import begin_write
from api.errors import Conflict
from api.nightly.running import Step, run_nightly
from api.tables import NightlyRun
from tests.conftest import NOW


def count(_progress) -> dict[str, int]:
    return {"screened": 3}


def refuse(_progress) -> dict[str, int]:
    raise Conflict("no_seal_key", "Chưa có khóa", "There is no key")


def crash(_progress) -> dict[str, int]:
    raise ZeroDivisionError("Chị Hoa 0912 345 678")


def lose_database(_progress) -> dict[str, int]:
    raise OperationalError("SELECT 1", {}, OSError("gone"))


def run(engine, tmp_path, *works, now=NOW, told=None):
    steps = [Step(work.__name__, work) for work in works]
    heard = [] if told is None else told
    return run_nightly(
        engine, steps, folder=tmp_path, clock=lambda: now, tell=heard.append,
        progress=lambda _name: nullcontext(lambda *_step: None),
    )  # fmt: skip


def read_runs(engine) -> list[NightlyRun]:
    with Session(engine) as session:
        return list(session.exec(select(NightlyRun).order_by(NightlyRun.id)))


def test_a_step_that_fails_does_not_keep_the_others_from_being_done(engine, tmp_path):
    told: list[dict] = []
    run(engine, tmp_path, refuse, lose_database, count, told=told)
    (kept,) = read_runs(engine)
    assert [step["name"] for step in kept.steps] == ["refuse", "lose_database", "count"]
    codes = [step["error"] and step["error"]["code"] for step in kept.steps]
    assert codes == ["no_seal_key", "database_unavailable", None]
    assert (kept.failed, kept.started_at, kept.finished_at) == (2, NOW, NOW)
    assert kept.steps[2]["counts"] == {"screened": 3}
    assert told == kept.steps


def test_what_an_error_of_the_program_says_is_logged_and_not_stored(engine, tmp_path, caplog):
    run(engine, tmp_path, crash)
    (step,) = read_runs(engine)[0].steps
    assert step["error"]["code"] == "bug"
    assert "ZeroDivisionError" in step["error"]["vi"]
    assert "0912" not in str(step)
    assert "crash" in caplog.text


def test_two_runs_do_not_overlap(engine, tmp_path):
    def again(_progress) -> dict[str, int]:
        run(engine, tmp_path, count)
        return {}

    run(engine, tmp_path, again, count)
    (kept,) = read_runs(engine)
    assert [step["error"] and step["error"]["code"] for step in kept.steps] == ["nightly_is_running", None]


def test_after_a_run_that_was_cut_off_the_next_one_can_begin(engine, tmp_path):
    def cut_off(_progress) -> dict[str, int]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(engine, tmp_path, count, cut_off)
    run(engine, tmp_path, count)
    first, second = read_runs(engine)
    assert [step["name"] for step in first.steps] == ["count"]
    assert (first.finished_at, second.finished_at) == (None, NOW)


def test_runs_are_forgotten_after_four_hundred_days(engine, tmp_path):
    with Session(engine) as session, session.begin():
        begin_write(session)
        session.add_all(NightlyRun(started_at=NOW - timedelta(days=days), steps=[]) for days in (400, 401))
    run(engine, tmp_path, count)
    assert [kept.started_at for kept in read_runs(engine)] == [NOW - timedelta(days=400), NOW]
