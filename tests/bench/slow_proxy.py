"""A slow line on this machine: a proxy that delays every byte and lets through so many a second."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

PIECE_BYTES = 1400  # what a packet holds
QUEUED_MAX = 64
# A line's own buffer and the growth of TCP's window are left out: the pages measured fit the first window (14 kB).


@dataclass
class Way:
    """One direction of the line, which all connections share."""

    seconds: float
    bytes_per_second: float
    free_at: float = 0.0

    def arrival(self, size: int, *, earliest: float) -> float:
        """When ``size`` bytes sent now, but not before ``earliest``, have arrived."""
        self.free_at = max(self.free_at, earliest) + size / self.bytes_per_second
        return self.free_at + self.seconds


@contextmanager
def slow_line(port: int, *, round_trip: float, bytes_per_second: float) -> Iterator[int]:
    """The port of a slow line to ``port`` of this machine. A connection costs a round trip before its first byte,
    as TCP's handshake does."""
    loop, ready = asyncio.new_event_loop(), threading.Event()
    ports: list[int] = []
    up, down = (Way(round_trip / 2, bytes_per_second) for _ in range(2))

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        opened = loop.time() + round_trip
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(_carry(reader, far_writer, up, opened), _carry(far_reader, writer, down, opened))

    async def listen() -> None:
        server = await asyncio.start_server(connect, "127.0.0.1", 0)
        ports.append(server.sockets[0].getsockname()[1])
        ready.set()

    def run() -> None:
        loop.run_until_complete(listen())
        loop.run_forever()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(10), "the line did not start"
    yield ports[0]
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: Way, opened: float) -> None:
    queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(QUEUED_MAX)
    arriving = asyncio.create_task(_deliver(queue, writer))
    with suppress(ConnectionError):
        while piece := await reader.read(PIECE_BYTES):
            now = asyncio.get_running_loop().time()
            await queue.put((way.arrival(len(piece), earliest=max(now, opened)), piece))
    await queue.put((0.0, b""))
    await arriving


async def _deliver(queue: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while True:
            at, piece = await queue.get()
            if not piece:
                break
            await asyncio.sleep(max(0.0, at - asyncio.get_running_loop().time()))
            writer.write(piece)
            await writer.drain()
    writer.close()
