"""Writes responses in groups: what arrives while one commit is on its way shares the next one.

One disk flush then serves many responses, and SQLite's single write lock is never fought over. A result is
given out only after the COMMIT of its group; when the commit fails, everybody of the group is told so.
"""

import logging
import queue
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from sqlalchemy import Engine
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlmodel import Session

from api.db import begin_write
from api.errors import HailongError, database_away
from api.receiving.service import record_all
from api.receiving.submission import ReadyResponse, Receipt

GROUP_MAX = 256  # responses in one transaction

Outcome = Receipt | HailongError
_LOG = logging.getLogger("hailong")


@dataclass
class _Waiting:
    ready: Sequence[ReadyResponse]
    outcomes: Future[list[Outcome]] = field(default_factory=Future)


class GroupWriter:
    """The one thread that stores posted responses. It starts with the first response and ends with ``close``."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def write(self, ready: Sequence[ReadyResponse]) -> Future[list[Outcome]]:
        """Queue ``ready`` for one transaction; an outcome for each, in order, after the commit."""
        waiting = _Waiting(ready)
        if self._thread is None:
            self._start()
        self._queue.put(waiting)
        return waiting.outcomes

    def close(self) -> None:
        """Write what is queued, then end the thread."""
        with self._starting:
            if self._thread is not None:
                self._queue.put(None)
                self._thread.join()
                self._thread = None

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="response writer", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        is_open = True
        while is_open:
            group, is_open = self._take_group()
            try:
                outcomes = self._write_group([ready for waiting in group for ready in waiting.ready])
            except Exception:  # the edge of this thread: if it died, every later post would wait for ever
                _LOG.exception("responses could not be written")
                outcomes = [_our_fault() for waiting in group for _ in waiting.ready]
            start = 0
            for waiting in group:
                end = start + len(waiting.ready)
                if waiting.outcomes.set_running_or_notify_cancel():
                    waiting.outcomes.set_result(outcomes[start:end])
                start = end

    def _take_group(self) -> tuple[list[_Waiting], bool]:
        group: list[_Waiting] = []
        size = 0
        while size < GROUP_MAX:
            try:
                waiting = self._queue.get(block=not group)
            except queue.Empty:
                break
            if waiting is None:
                return group, False
            group.append(waiting)
            size += len(waiting.ready)
        return group, True

    def _write_group(self, ready: Sequence[ReadyResponse]) -> list[Outcome]:
        try:
            return self._commit(ready)
        except (OperationalError, InterfaceError) as error:
            _LOG.error("the database is away: %s", error)
            return [database_away() for _ in ready]
        except SQLAlchemyError:  # one bad row must not take the others of its group with it
            if len(ready) == 1:
                raise
            return [self._write_alone(response) for response in ready]

    def _write_alone(self, response: ReadyResponse) -> Outcome:
        try:
            return self._write_group([response])[0]
        except SQLAlchemyError:
            _LOG.exception("response %s could not be written", response.id)
            return _our_fault()

    def _commit(self, ready: Sequence[ReadyResponse]) -> list[Outcome]:
        if not ready:
            return []
        with Session(self._engine) as session, session.begin():
            begin_write(session)
            outcomes = record_all(session, ready)
        return list(outcomes)


def _our_fault() -> HailongError:
    problem = HailongError(
        "internal_error", "Lỗi của hệ thống; phiếu này chưa được lưu", "Our fault; this response was not stored"
    )
    problem.status = 500
    return problem
