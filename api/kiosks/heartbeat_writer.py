"""Writes heartbeats in groups, so that a thousand tablets that come back at once do not hold up the responses."""

import logging
import queue
import threading
from concurrent.futures import Future
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from api.db import begin_write
from api.errors import database_away
from api.kiosks.heartbeats import Beat, record_heartbeats

GROUP_MAX = 100

_LOG = logging.getLogger("hailong")
_Waiting = tuple[Beat, Future[None]]


class HeartbeatWriter:
    """One thread; it starts with the first heartbeat and ends with ``close``."""

    def __init__(self, engine: Engine, zone: ZoneInfo) -> None:
        self._engine, self._zone = engine, zone
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def write(self, beat: Beat) -> Future[None]:
        """Fulfilled after the commit; Unavailable when there was none."""
        written: Future[None] = Future()
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="heartbeat writer", daemon=True)
                self._thread.start()
        self._queue.put((beat, written))
        return written

    def close(self) -> None:
        """Write what is queued, then end the thread."""
        with self._starting:
            if self._thread is not None:
                self._queue.put(None)
                self._thread.join()
                self._thread = None

    def _run(self) -> None:
        is_open = True
        while is_open:
            group, is_open = self._take_group()
            failed = self._write_group([beat for beat, _ in group]) if group else None
            for _, written in group:
                if written.set_running_or_notify_cancel():
                    written.set_exception(failed) if failed else written.set_result(None)

    def _take_group(self) -> tuple[list[_Waiting], bool]:
        group: list[_Waiting] = []
        while len(group) < GROUP_MAX:
            try:
                waiting = self._queue.get(block=not group)
            except queue.Empty:
                break
            if waiting is None:
                return group, False
            group.append(waiting)
        return group, True

    def _write_group(self, beats: list[Beat]) -> Exception | None:
        try:
            with Session(self._engine) as session, session.begin():
                begin_write(session)
                record_heartbeats(session, beats, self._zone)
        except SQLAlchemyError:
            _LOG.exception("heartbeats could not be written")
            return database_away()
        except (
            Exception
        ) as error:  # the edge of this thread: if it died, every later heartbeat would wait for ever
            _LOG.exception("heartbeats could not be written")
            return error
        return None
