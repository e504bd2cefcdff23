"""The address a service listens on."""

import asyncio
import socket

from api.cli.serve import listen
from tests.postgres_server import free_port


def test_replies_are_not_held_back_by_nagle():
    """The event loop switches Nagle's delay off only on sockets that say they are TCP."""
    delays: list[int] = []

    async def accept_one() -> None:
        done = asyncio.Event()

        async def greet(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            accepted = writer.get_extra_info("socket")
            delays.append(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()
            done.set()

        listening = listen("127.0.0.1", free_port())
        port = listening.getsockname()[1]
        async with await asyncio.start_server(greet, sock=listening):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            await done.wait()
            writer.close()

    asyncio.run(accept_one())
    assert delays[0] != 0
