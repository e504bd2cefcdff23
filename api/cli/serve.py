"""``hailong serve``."""

import gc
import socket
import sys
from contextlib import suppress
from typing import Annotated

import typer
import uvicorn

from api.app import create_app
from api.cli.addresses import list_addresses
from api.cli.opened import opened_engine
from api.errors import NotThere
from api.settings import read_settings

WAITING_MAX = 2048  # connections not taken up yet
STREAMS_END_SECONDS = 5  # streams of events to tablets never end by themselves


def serve(
    host: Annotated[str, typer.Option(help="Địa chỉ / Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Cổng / Port to listen on.")] = 8000,
) -> None:
    """Phục vụ phiếu, kết quả và API / Serve forms, results and API."""
    settings = read_settings()
    with opened_engine(settings) as engine:  # no service on a database that cannot store what it takes
        addresses = list_addresses(engine, settings, f"http://{host}:{port}", program=sys.argv[0])
    app = create_app(settings)
    listening = listen(host, port)
    for line in addresses:
        typer.echo(line)
    gc.collect()
    gc.freeze()  # modules and forms stay for good: looking through them again took 0,3 s with every post waiting
    with suppress(KeyboardInterrupt):
        uvicorn.Server(
            uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=STREAMS_END_SECONDS)
        ).run(sockets=[listening])


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens on ``host`` and ``port``; NotThere when it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named TCP, or the event loop leaves Nagle's delay on and every reply may wait 40 ms.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(WAITING_MAX)
        return listening
    except OSError as error:
        listening.close()
        raise NotThere(
            "address_unusable",
            f"Không phục vụ được tại {host}:{port} ({error.strerror}); hãy chọn --port khác",
            f"{host}:{port} cannot be listened on ({error.strerror}); choose another --port",
        ) from None
