"""A load client of its own process: posts responses over keep-alive connections and prints what it saw as JSON.

    python -m tests.bench.load --port 8000 --path /api/v1/responses --seconds 5 --connections 64

Raw streams, because an HTTP library would be slower than the service. Stops quietly when the service is killed;
``acknowledged`` then holds every id for which a 201 arrived whole.
"""

import argparse
import asyncio
import json
import sys
import time
from uuid import uuid4


def make_body(number: int) -> tuple[str, bytes]:
    """A counter rating as a kiosk sends it; every fourth comes with reasons and a comment."""
    id = str(uuid4())
    answers: dict[str, object] = {"overall": 5 - number % 2}
    if number % 4 == 0:
        answers = {
            "overall": 2,
            "reasons": ["waiting", "guidance"],
            "comment": "Chờ hơi lâu, nhưng cán bộ nhiệt tình.",
        }
    body = {
        "id": id,
        "form": "counter",
        "version": "2026.1",
        "answers": answers,
        "unit_filed": "00004",
        "procedure": "1.000001",
        "counter": "Q1",
        "channel": "kiosk",
        "selection": "self_selected",
        "language": "vi",
        "started_at": "2026-11-20T02:59:40+00:00",
        "submitted_at": "2026-11-20T03:00:00+00:00",
        "device": "kiosk-1",
        "device_sequence": number,
    }
    return id, json.dumps(body, ensure_ascii=False).encode()


class Seen:
    """What the connections saw, together."""

    def __init__(self) -> None:
        self.acknowledged: list[str] = []
        self.seconds: list[float] = []
        self.statuses: dict[int, int] = {}
        self.number = 0


async def post_until(deadline: float, *, port: int, path: str, seen: Seen) -> None:
    """One connection: post, wait for the reply, post again."""
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: "
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() < deadline:
            seen.number += 1
            id, body = make_body(seen.number)
            sent_at = time.perf_counter()
            writer.write(f"{head}{len(body)}\r\n\r\n".encode() + body)
            received = await reader.readuntil(b"\r\n\r\n")
            status = int(received[9:12])
            length = received.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
            await reader.readexactly(int(length))
            seen.seconds.append(time.perf_counter() - sent_at)
            seen.statuses[status] = seen.statuses.get(status, 0) + 1
            if status == 201:
                seen.acknowledged.append(id)
        writer.close()
    except (OSError, asyncio.IncompleteReadError):
        return  # the service was killed; what was acknowledged before counts


async def load(port: int, path: str, *, connections: int, seconds: float) -> dict[str, object]:
    """Load the service for ``seconds`` and report."""
    seen = Seen()
    started_at = time.perf_counter()
    deadline = started_at + seconds
    await asyncio.gather(*(post_until(deadline, port=port, path=path, seen=seen) for _ in range(connections)))
    took = time.perf_counter() - started_at
    ordered = sorted(seen.seconds) or [0.0]
    return {
        "per_second": len(seen.seconds) / took,
        "p50_ms": 1000 * ordered[len(ordered) // 2],
        "p99_ms": 1000 * ordered[int(len(ordered) * 0.99)],
        "statuses": seen.statuses,
        "acknowledged": seen.acknowledged,
    }


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--path", default="/api/v1/responses")
    options.add_argument("--connections", type=int, default=64)
    options.add_argument("--seconds", type=float, default=5)
    given = options.parse_args()
    report = asyncio.run(load(given.port, given.path, connections=given.connections, seconds=given.seconds))
    json.dump(report, sys.stdout)


if __name__ == "__main__":
    main()
