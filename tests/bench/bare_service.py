"""The yardstick: a bare FastAPI service that validates the same body with pydantic and inserts one row.

    python -m tests.bench.bare_service --port 8001 --database-url sqlite:///…

No checks of form, answers or codes, no receipts, no limits. ``POST /bare`` is how FastAPI's tutorial writes it: a
plain function, one session, one insert, one commit. ``POST /bare-grouped`` shares commits as hailong does, so that
the comparison shows what the checks cost.
"""

import argparse
import asyncio
from datetime import UTC, datetime
from typing import Any

import uvicorn
from fastapi import FastAPI
from sqlmodel import Session

from api.db import begin_write, make_engine
from api.receiving.schemas import PostedResponse
from api.receiving.submission import ReadyResponse
from api.receiving.writer import GroupWriter
from api.tables import Response


def create_bare(database_url: str) -> FastAPI:
    app = FastAPI()
    engine = make_engine(database_url)
    writer = GroupWriter(engine)

    @app.post("/bare", status_code=201)
    def post(body: PostedResponse) -> dict[str, str]:
        with Session(engine) as session, session.begin():
            begin_write(session)
            session.add(Response(**_row(body)))
        return {"id": str(body.id)}

    @app.post("/bare-grouped", status_code=201)
    async def post_grouped(body: PostedResponse) -> dict[str, str]:
        await asyncio.wrap_future(writer.write([ReadyResponse(body.id, _row(body), {})]))
        return {"id": str(body.id)}

    return app


def _row(body: PostedResponse) -> dict[str, Any]:
    now = datetime.now(UTC)
    return body.__dict__ | {
        "form_hash": "0" * 64,
        "content_hash": "0" * 64,
        "received_at": now,
        "local_day": now.date(),
        "month": "2026-11",
        "is_clock_doubted": False,
        "is_demo": False,
        "import_run": None,
    }


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--database-url", required=True)
    given = options.parse_args()
    uvicorn.run(create_bare(given.database_url), port=given.port, log_level="warning")


if __name__ == "__main__":
    main()
