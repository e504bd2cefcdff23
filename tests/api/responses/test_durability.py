"""Nothing acknowledged is lost when the service is killed under load."""

import json
import subprocess
import sys
import time
from collections import Counter
from uuid import UUID

from sqlmodel import Session, select

from api.db import make_engine
from api.tables import Response
from tests.bench.load import make_body
from tests.bench.receiving import register_codes
from tests.postgres_server import free_port
from tests.served_process import post_once, run_hailong


def test_every_acknowledged_response_survives_a_kill_exactly_once(database_url: str):
    register_codes(database_url)
    port = free_port()
    with run_hailong(database_url, port=port) as service:
        load = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.load", "--port", str(port), "--seconds", "20"],
            stdout=subprocess.PIPE,
        )
        _wait_for_rows(database_url, at_least=200)
        service.kill()  # SIGKILL: no farewell, no flush
        out, _ = load.communicate(timeout=20)
    acknowledged = [UUID(id) for id in json.loads(out)["acknowledged"]]
    assert len(acknowledged) >= 100

    port = free_port()
    with run_hailong(database_url, port=port):
        status, _ = post_once(port, "/api/v1/responses", make_body(1)[1])
    assert status == 201  # the database it left behind is in order
    engine = make_engine(database_url)
    with Session(engine) as session:
        stored = Counter(session.exec(select(Response.id)))
    engine.dispose()
    assert set(acknowledged) <= stored.keys()
    assert set(stored.values()) == {1}


def _wait_for_rows(database_url: str, *, at_least: int) -> None:
    engine = make_engine(database_url)
    deadline = time.monotonic() + 20
    try:
        while time.monotonic() < deadline:
            with Session(engine) as session:
                if len(session.exec(select(Response.id).limit(at_least)).all()) >= at_least:
                    return
            time.sleep(0.05)
    finally:
        engine.dispose()
    raise TimeoutError(f"not {at_least} responses within 20 s")
