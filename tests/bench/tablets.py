"""A load client of its own process: tablets that come back with a long queue, or those of open counters.

    python -m tests.bench.tablets --port 8000 --keys keys.json --answers 200 --within 30
    python -m tests.bench.tablets --port 8000 --keys keys.json --open        (until its input ends)

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
OPEN_COUNTERS = 4  # the first keys; somebody answers at each of them once a second
EVERY_SECONDS = 1.0


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
        items.append(make_item(chance, sequence, start + timedelta(days=7 * sequence / (answers + 1))))
    return items


def make_item(chance: random.Random, sequence: int, at: datetime) -> dict[str, Any]:
    """One response, given at ``at``."""
    level = chance.choice([1, 2, 3, 4, 4, 5, 5, 5])
    given: dict[str, Any] = {"overall": level}
    if level <= 3:
        given |= {"reasons": ["waiting"], "comment": "Chờ hơi lâu, nhưng cán bộ nhiệt tình."}
    return {
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


async def keep_open(port: int, keys: list[str], ended: asyncio.Event) -> dict[str, Any]:
    """People at open counters, one after the other at each, whatever the service does meanwhile, until ``ended``;
    how long each waited for the receipt."""
    seen = Seen()

    async def answer(key: str, item: dict[str, Any]) -> None:
        sent_at = time.perf_counter()
        body = {"sent_at": datetime.now(UTC).isoformat(), "app_version": "bench", "items": [item]}
        status, _, reply = await post(port, "responses", key, body)
        seen.seconds.append(time.perf_counter() - sent_at)
        seen.statuses[status] += 1
        seen.stored += status == 200 and reply["results"][0]["status"] == "stored"

    async def stand_open(number: int, key: str) -> None:
        chance = random.Random(SEED * 3 + number)
        began = time.perf_counter() + number * EVERY_SECONDS / len(keys)
        waiting, sequence = set(), 0
        while not ended.is_set():
            await asyncio.sleep(max(0.0, began + sequence * EVERY_SECONDS - time.perf_counter()))
            sequence += 1
            item = make_item(chance, sequence, datetime.now(UTC))
            waiting.add(asyncio.create_task(answer(key, item)))
        await asyncio.gather(*waiting)

    began = time.perf_counter()
    await asyncio.gather(*(stand_open(number, key) for number, key in enumerate(keys)))
    ordered = sorted(seen.seconds)
    return {
        "seconds": time.perf_counter() - began,
        "stored": seen.stored,
        "statuses": dict(seen.statuses),
        "p50_ms": 1000 * ordered[len(ordered) // 2],
        "p95_ms": 1000 * ordered[int(len(ordered) * 0.95)],
        "max_ms": 1000 * ordered[-1],
    }


async def keep_open_while_input_lasts(port: int, keys: list[str]) -> dict[str, Any]:
    """Open counters until whoever started this closes its standard input."""
    ended = asyncio.Event()

    async def wait_for_the_end() -> None:
        await asyncio.to_thread(sys.stdin.read)
        ended.set()

    _, report = await asyncio.gather(wait_for_the_end(), keep_open(port, keys, ended))
    return report


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--keys", required=True)
    options.add_argument("--answers", type=int, default=200)
    options.add_argument("--within", type=float, default=30)
    options.add_argument("--open", action="store_true")
    given = options.parse_args()
    with open(given.keys, encoding="utf-8") as opened:
        keys = json.load(opened)
    if given.open:
        report = asyncio.run(keep_open_while_input_lasts(given.port, keys[:OPEN_COUNTERS]))
    else:
        report = asyncio.run(
            bring_all_back(given.port, keys[OPEN_COUNTERS:], answers=given.answers, within=given.within)
        )
    json.dump(report, sys.stdout)


if __name__ == "__main__":
    main()
