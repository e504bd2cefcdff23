"""A load client of its own process: tablets that come back with a long queue, or that of an open counter.

    python -m tests.bench.tablets --port 8000 --keys keys.json --answers 200 --within 30
    python -m tests.bench.tablets --port 8000 --keys keys.json --open-seconds 60

Open model: when a tablet begins, or a person answers, does not depend on how the service is doing. A tablet that
is told to wait comes back as the page does; no answer counts as sent without its receipt.
"""

import argparse
import asyncio
import json
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

BATCH = 100  # as the page sends them
CONNECTIONS_MAX = 500
SEED = 20261120
EVERY_SECONDS = 0.25  # somebody answers at the open counter


@dataclass
class Seen:
    """What the tablets saw, together."""

    stored: int = 0
    known: int = 0
    turned_away: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)


def make_queue(tablet: int, answers: int) -> list[dict[str, Any]]:
    """The queue of one tablet after a week; the same ids every time, as on a tablet."""
    chance = random.Random(SEED + tablet)
    start = datetime.combine(datetime.now(UTC), datetime.min.time(), UTC) - timedelta(days=7)
    items = []
    for sequence in range(1, answers + 1):
        at = start + timedelta(days=7 * sequence / (answers + 1))
        level = chance.choice([1, 2, 3, 4, 4, 5, 5, 5])
        given: dict[str, Any] = {"overall": level}
        if level <= 3:
            given |= {"reasons": ["waiting"], "comment": "Chờ hơi lâu, nhưng cán bộ nhiệt tình."}
        items.append(
            {
                "id": str(UUID(int=chance.getrandbits(128), version=4)),
                "sequence": sequence,
                "form": "counter",
                "version": "2026.1",
                "answers": given,
                "language": "vi",
                "started_at": (at - timedelta(seconds=9)).isoformat(),
                "submitted_at": at.isoformat(),
                "procedure": None,
                "completeness": "complete",
                "is_assisted": False,
                "option_order": "ascending",
                "durations": {"overall": 4.5},
                "consent": None,
                "service": None,
            }
        )
    return items


async def post(port: int, path: str, key: str, body: Any) -> tuple[int, dict[str, str], Any]:
    """Status, headers and JSON of one post on a connection of its own."""
    content = json.dumps(body, ensure_ascii=False).encode()
    head = (
        f"POST /api/v1/kiosks/me/{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/json\r\nConnection: close\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(head.encode() + content)
        top, _, rest = (await reader.read()).partition(b"\r\n\r\n")
    finally:
        writer.close()
    lines = top.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    return int(lines[0][9:12]), headers, json.loads(rest)


async def bring_back(
    tablet: int, key: str, *, port: int, answers: int, within: float, gate: asyncio.Semaphore, seen: Seen
) -> None:
    """One tablet: waits its random moment, sends its queue batch by batch, says that it is well."""
    chance = random.Random(SEED * 2 + tablet)
    queue = make_queue(tablet, answers)
    await asyncio.sleep(chance.random() * within)
    while queue:
        batch, now = queue[:BATCH], datetime.now(UTC).isoformat()
        try:
            async with gate:
                status, headers, reply = await post(
                    port, "responses", key, {"sent_at": now, "app_version": "bench", "items": batch}
                )
        except (OSError, ValueError, IndexError):  # the line broke: what arrived is told when it is sent again
            await asyncio.sleep(5 * (0.5 + chance.random() / 2))
            continue
        seen.statuses[status] += 1
        if status != 200:
            seen.turned_away += status == 429
            await asyncio.sleep(float(headers.get("retry-after", 5)) * (1 + chance.random()))
            continue
        found = Counter(result["status"] for result in reply["results"] if result.get("receipt"))
        seen.stored += found["stored"]
        seen.known += found["known"]
        assert sum(found.values()) == found["stored"] + found["known"] == len(batch), reply["results"][:1]
        queue = queue[BATCH:]
    beat = {
        "at": datetime.now(UTC).isoformat(),
        "queue_length": 0,
        "last_sequence": answers,
        "app_version": "bench",
    }
    async with gate:
        status, _, _ = await post(port, "heartbeat", key, beat)
    seen.statuses[status] += 1


async def bring_all_back(port: int, keys: list[str], *, answers: int, within: float) -> dict[str, Any]:
    """Every tablet within ``within`` seconds; what they saw."""
    seen, gate = Seen(), asyncio.Semaphore(CONNECTIONS_MAX)
    began = time.perf_counter()
    await asyncio.gather(
        *(
            bring_back(number, key, port=port, answers=answers, within=within, gate=gate, seen=seen)
            for number, key in enumerate(keys)
        )
    )
    took = time.perf_counter() - began
    return {
        "seconds": took,
        "stored": seen.stored,
        "known": seen.known,
        "turned_away": seen.turned_away,
        "statuses": dict(seen.statuses),
    }


async def keep_open(port: int, key: str, *, seconds: float) -> dict[str, Any]:
    """One person after the other at an open counter, whatever the service does meanwhile; how long each waited."""
    seen, began = Seen(), time.perf_counter()
    items = make_queue(-1, int(seconds / EVERY_SECONDS) + 1)

    async def answer(item: dict[str, Any]) -> None:
        sent_at = time.perf_counter()
        body = {"sent_at": datetime.now(UTC).isoformat(), "app_version": "bench", "items": [item]}
        status, _, reply = await post(port, "responses", key, body)
        seen.seconds.append(time.perf_counter() - sent_at)
        seen.statuses[status] += 1
        seen.stored += status == 200 and reply["results"][0]["status"] == "stored"

    waiting = []
    for number, item in enumerate(items):
        await asyncio.sleep(max(0.0, began + number * EVERY_SECONDS - time.perf_counter()))
        waiting.append(asyncio.create_task(answer(item)))
    await asyncio.gather(*waiting)
    ordered = sorted(seen.seconds)
    return {
        "stored": seen.stored,
        "statuses": dict(seen.statuses),
        "p50_ms": 1000 * ordered[len(ordered) // 2],
        "p95_ms": 1000 * ordered[int(len(ordered) * 0.95)],
        "max_ms": 1000 * ordered[-1],
    }


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--keys", required=True)
    options.add_argument("--answers", type=int, default=200)
    options.add_argument("--within", type=float, default=30)
    options.add_argument("--open-seconds", type=float, default=0)
    given = options.parse_args()
    with open(given.keys, encoding="utf-8") as opened:
        keys = json.load(opened)
    if given.open_seconds:
        report = asyncio.run(keep_open(given.port, keys[0], seconds=given.open_seconds))
    else:
        report = asyncio.run(bring_all_back(given.port, keys[1:], answers=given.answers, within=given.within))
    json.dump(report, sys.stdout)


if __name__ == "__main__":
    main()
