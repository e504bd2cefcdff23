"""From the items of a tablet to one result each: stored, known, or kept in quarantine; nothing is ever lost."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi.concurrency import run_in_threadpool
from sqlalchemy import Engine
from sqlmodel import Session

from api.errors import Conflict, HailongError, Unavailable
from api.kiosks.device_guard import FINAL, RETRY, Device
from api.kiosks.items import item_field, read_item
from api.kiosks.receipts import ReceiptSigner
from api.kiosks.refusals import find_kept, keep_refusals
from api.receiving.queries import find_receipts
from api.receiving.receiver import Receiver
from api.receiving.submission import ReadyResponse, Receipt

AT_ONCE = 50  # items of one tablet in the writer's queue: a single post waits for few of them


@dataclass(frozen=True)
class ItemDesk:
    """What it takes to receive items."""

    engine: Engine
    receiver: Receiver
    signer: ReceiptSigner

    async def receive(
        self, device: Device, items: Sequence[Any], *, now: datetime, clock_offset_seconds: int | None
    ) -> list[dict[str, Any]]:
        """A result for each item, in order, after its commit. Unavailable for the whole when the database is away:
        then nobody knows what was stored, and the tablet asks again."""
        results: list[dict[str, Any]] = []
        for start in range(0, len(items), AT_ONCE):
            part = items[start : start + AT_ONCE]
            outcomes = await self._store(device, part, clock_offset_seconds)
            refused = [
                (item, outcome)
                for item, outcome in zip(part, outcomes, strict=True)
                if isinstance(outcome, HailongError) and outcome.status < 500
            ]
            kept = iter(
                await run_in_threadpool(
                    keep_refusals, self.engine, device.id, refused, now=now,
                    clock_offset_seconds=clock_offset_seconds,
                )
            )  # fmt: skip
            for item, outcome in zip(part, outcomes, strict=True):
                results.append(self._result(item, outcome, kept))
        return results

    def find_known(self, device: Device, ids: Sequence[UUID]) -> dict[str, Any]:
        """Which of ``ids`` are here, stored or in quarantine, with their receipts; and which are not."""
        with Session(self.engine) as session:
            stored = find_receipts(session.connection(), ids)
            kept = find_kept(session, device.id, [id for id in ids if id not in stored])
        known = [self.signer.sign(stored[id]) for id in ids if id in stored]
        known += [
            self.signer.sign_words(kept[id].id, kept[id].content_hash, kept[id].received_at.isoformat())
            for id in ids
            if id in kept
        ]
        return {"known": known, "unknown": [str(id) for id in ids if id not in stored and id not in kept]}

    async def _store(
        self, device: Device, items: Sequence[Any], clock_offset_seconds: int | None
    ) -> list[Receipt | HailongError]:
        read: list[ReadyResponse | HailongError] = []
        for item in items:
            try:
                submission = read_item(item, device, clock_offset_seconds=clock_offset_seconds)
                read.append(await self.receiver.read(submission))
            except HailongError as problem:
                read.append(problem)
            await asyncio.sleep(0)  # a long queue lets the other counters through
        ready = [found for found in read if isinstance(found, ReadyResponse)]
        written = await self.receiver.write(ready) if ready else []
        away = next((outcome for outcome in written if isinstance(outcome, Unavailable)), None)
        if away is not None:
            raise away
        outcomes = iter(written)
        return [found if isinstance(found, HailongError) else next(outcomes) for found in read]

    def _result(self, item: Any, outcome: Receipt | HailongError, kept: Any) -> dict[str, Any]:
        if isinstance(outcome, Receipt):
            receipt = self.signer.sign(outcome)
            return {"id": receipt["id"], "status": "stored" if outcome.is_new else "known", "receipt": receipt}
        id = item_field(item, "id")
        shown: dict[str, Any] = {"id": id if isinstance(id, str) else None}
        shown["status"] = "conflict" if isinstance(outcome, Conflict) else "refused"
        if outcome.status < 500:
            row = next(kept)
            shown["receipt"] = self.signer.sign_words(row.id, row.content_hash, row.received_at.isoformat())
        shown["problem"] = outcome.as_problem() | {"action": FINAL if outcome.status < 500 else RETRY}
        return shown
