"""Tells waiting tablets of one process what is new: one look at the database a second for all of them together.

Other processes write services and configurations too; they meet in the database, so any number of processes works.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any

from fastapi.concurrency import run_in_threadpool
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from api.clock import Clock
from api.kiosks.services import Pending, list_pending
from api.tables import KioskDevice

LOOK_SECONDS = 1.0
COMMENT_SECONDS = 15.0


class EventBoard:
    """What hangs on the board now. It looks only while somebody listens."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine, self._clock = engine, clock
        self._pending: dict[str, Pending] = {}
        self._versions: dict[str, int] = {}  # of every tablet that is not revoked
        self._listeners = 0
        self._looking: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self._is_closing = False

    async def close(self) -> None:
        """End every stream."""
        self._is_closing = True
        self._announce()
        if self._looking is not None:
            self._looking.cancel()

    async def listen(
        self, device: str, counter: str | None, is_gone: Callable[[], Any] | None = None
    ) -> AsyncIterator[str]:
        """Server-sent events for ``device`` until it is revoked or we close; a comment keeps the line open."""
        told: set[str] = set()
        self._listeners += 1
        try:
            await self._look()
            version = self._versions.get(device)
            yield ": xin chào\n\n"
            if self._looking is None or self._looking.done():
                self._looking = asyncio.create_task(self._look_again())
            while not self._is_closing and device in self._versions:
                pending = self._pending.get(counter or "")
                if pending and pending.service not in told and pending.ends_at > self._clock():
                    told.add(pending.service)
                    yield _event("service_ended", pending.as_event())
                if self._versions.get(device) != version:
                    version = self._versions.get(device)
                    yield _event("config", {"version": version})
                changed = self._changed
                try:
                    await asyncio.wait_for(changed.wait(), COMMENT_SECONDS)
                except TimeoutError:
                    yield ": còn đây\n\n"
        finally:
            self._listeners -= 1

    async def nudge(self) -> None:
        """Look at once: something was just written by this process."""
        if self._listeners:
            await self._look()

    async def _look_again(self) -> None:
        while self._listeners:
            await asyncio.sleep(LOOK_SECONDS)
            await self._look()

    async def _look(self) -> None:
        try:
            pending, versions = await run_in_threadpool(self._read, self._clock())
        except SQLAlchemyError:
            return  # the next look will tell; the streams stay open
        if (pending, versions) != (self._pending, self._versions):
            self._pending, self._versions = pending, versions
            self._announce()

    def _announce(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    def _read(self, now: datetime) -> tuple[dict[str, Pending], dict[str, int]]:
        with Session(self._engine) as session:
            pending = {found.counter: found for found in list_pending(session, now=now)}
            versions = session.exec(
                select(KioskDevice.id, KioskDevice.config_version).where(col(KioskDevice.revoked_at).is_(None))
            )
            return pending, dict(versions.all())


def _event(name: str, data: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"
