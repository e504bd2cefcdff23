"""Runs steps one after the other and writes down what came of each; knows none of them."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, delete, text
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlmodel import Session, col

from api.clock import Clock
from api.db import begin_write
from api.errors import Conflict, HailongError, database_away
from api.sealing import only_writer
from api.tables import NightlyRun

RUNS_KEPT = timedelta(days=400)  # a year can be held against the one before
LOCK = 0x6861696C6F6E67  # "hailong": a number nobody else on the server takes
BUSY = (
    "nightly_is_running",
    "Việc ban đêm đang chạy ở nơi khác; lần này không làm gì",
    "Nightly work is going on elsewhere; nothing was done this time",
)
Progress = Callable[[str, int, int], None]
_log = logging.getLogger("hailong.nightly")


@dataclass(frozen=True)
class Step:
    """``run`` makes its own transactions and gives counts by their names; both names have words in texts.yaml."""

    name: str
    run: Callable[[Progress], Mapping[str, int]]


def run_nightly(
    engine: Engine,
    steps: Sequence[Step],
    *,
    folder: Path,
    clock: Clock,
    tell: Callable[[dict[str, Any]], None],
    progress: Callable[[str], Any],
) -> NightlyRun:
    """Every step, also after one that failed; ``tell`` hears what came of each. Conflict while another run goes
    on. ``progress``: the name of a step → what shows its progress, a context."""
    with _only_run(engine, folder):
        id = _begin(engine, clock)
        done: list[dict[str, Any]] = []
        for step in steps:
            with progress(step.name) as shown:
                done.append(_run_step(step, shown, clock))
            _write(engine, id, done)
            tell(done[-1])
        return _write(engine, id, done, finished=clock)


def _run_step(step: Step, shown: Progress, clock: Clock) -> dict[str, Any]:
    since, counts, error = clock(), {}, None
    try:
        counts = dict(step.run(shown))
    except HailongError as wrong:
        error = {"code": wrong.code, "vi": wrong.vi, "en": wrong.en}
    except (OperationalError, InterfaceError):
        away = database_away()
        error = {"code": away.code, "vi": away.vi, "en": away.en}
    except OSError as wrong:
        vi, en = f"không đọc hoặc ghi được tệp: {wrong}", f"a file cannot be read or written: {wrong}"
        error = {"code": "file", "vi": vi, "en": en}
    except Exception as bug:  # the edge: what one step does wrong must not keep the others from being done
        _log.exception("nightly step %s", step.name)
        name = type(bug).__name__  # not its text, which may hold data
        error = {
            "code": "bug",
            "vi": f"Lỗi của chương trình ({name}); xem nhật ký của lệnh và báo người phụ trách",
            "en": f"An error of the program ({name}); see what the command logged, and report it",
        }
    seconds = round((clock() - since).total_seconds(), 1)
    return {"name": step.name, "seconds": seconds, "counts": counts, "error": error}


def _begin(engine: Engine, clock: Clock) -> int:
    now = clock()
    with Session(engine) as session, session.begin():
        begin_write(session)
        session.execute(delete(NightlyRun).where(col(NightlyRun.started_at) < now - RUNS_KEPT))
        run = NightlyRun(started_at=now, steps=[])
        session.add(run)
        session.flush()
        assert run.id is not None
        return run.id


def _write(engine: Engine, id: int, done: list[dict[str, Any]], finished: Clock | None = None) -> NightlyRun:
    with Session(engine, expire_on_commit=False) as session, session.begin():
        begin_write(session)
        run = session.get_one(NightlyRun, id)
        run.steps = list(done)
        run.failed = sum(one["error"] is not None for one in done)
        run.finished_at = finished() if finished else None
        session.add(run)
    return run


@contextmanager
def _only_run(engine: Engine, folder: Path) -> Iterator[None]:
    """One run at a time: on PostgreSQL of all machines, on SQLite of this one. A run that dies frees the lock."""
    code, vi, en = BUSY
    if engine.dialect.name != "postgresql":
        with only_writer(folder, code=code, vi=vi, en=en):
            yield
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.execute(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": LOCK}).scalar():
            raise Conflict(code, vi, en)
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": LOCK})
