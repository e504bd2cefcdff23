"""The stream of events as a browser reads it, from the real service in a process of its own."""

import json
from http.client import HTTPConnection
from pathlib import Path

from sqlmodel import Session

from api.auth import make_key
from api.clock import utc_now
from api.db import make_engine
from tests.bench.fleet import enrol_tablets, serve_fleet
from tests.postgres_server import free_port
from tests.served_process import post_once


def test_a_service_that_ended_reaches_the_tablet_and_an_open_stream_does_not_hold_up_the_end(
    client, database_url: str, tmp_path: Path
):
    (key,), port = enrol_tablets(database_url, 1), free_port()
    engine = make_engine(database_url)
    with Session(engine) as session, session.begin():
        queue = make_key(session, name="xếp hàng", scopes=["queue"], now=utc_now())
    engine.dispose()
    with serve_fleet(database_url, port, tmp_path / "served") as process:
        _, body = post_once(port, "/api/v1/kiosks/me/events-ticket", b"{}", Authorization=f"Bearer {key}")
        stream = HTTPConnection("127.0.0.1", port, timeout=20)
        stream.request("GET", f"/api/v1/kiosks/me/events?ticket={json.loads(body)['ticket']}")
        reply = stream.getresponse()
        assert reply.getheader("content-type").startswith("text/event-stream")
        assert reply.readline().startswith(b":")
        assert reply.readline() == b"\n"
        status, ended = post_once(
            port,
            "/api/v1/counters/Q1/service-ended",
            b'{"procedure": "1.000001"}',
            Authorization=f"Bearer {queue}",
        )
        assert status == 202, ended
        assert reply.readline() == b"event: service_ended\n"
        told = json.loads(reply.readline().removeprefix(b"data: "))
        assert (told["service"], told["procedure"]) == (json.loads(ended)["service"], "1.000001")
        process.terminate()
        process.wait(30)  # the stream is still open
    stream.close()
