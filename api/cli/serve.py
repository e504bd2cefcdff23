"""``hailong serve``."""

import gc
from typing import Annotated

import typer
import uvicorn

from api.app import create_app
from api.cli.addresses import list_addresses
from api.cli.opened import opened_engine
from api.settings import read_settings


def serve(
    host: Annotated[str, typer.Option(help="Địa chỉ / Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Cổng / Port to listen on.")] = 8000,
) -> None:
    """Phục vụ phiếu, kết quả và API / Serve forms, results and API."""
    settings = read_settings()
    with opened_engine(settings) as engine:  # no service on a database that cannot store what it takes
        addresses = list_addresses(engine, settings, f"http://{host}:{port}")
    app = create_app(settings)
    for line in addresses:
        typer.echo(line)
    gc.collect()
    gc.freeze()  # modules and forms stay for good: looking through them again took 0,3 s with every post waiting
    uvicorn.run(app, host=host, port=port, log_level="warning")
