"""``hailong serve``."""

from typing import Annotated

import typer
import uvicorn

from api.app import create_app
from api.settings import read_settings


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
) -> None:
    """Phục vụ phiếu, kết quả và API / Serve forms, results and API."""
    uvicorn.run(create_app(read_settings()), host=host, port=port, log_level="warning")
