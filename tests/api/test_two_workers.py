"""Two processes of the service on one database: nobody is refused by one for what the other said."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, func, select

from api.proof_of_work import BITS, count_zero_bits
from api.tables import Response
from tests.postgres_server import free_port
from tests.registered import add_register
from tests.served_process import post_once, run_process

pytestmark = pytest.mark.long

SERVE = ["-c", "from api.cli.main import main; main()", "serve", "--port"]
PER_MINUTE = 30  # a fifth is calm: six posts of an address at once, for each process


@pytest.fixture
def workers(engine: Engine, database_url: str, tmp_path: Path) -> Iterator[tuple[int, int]]:
    """The ports of two processes."""
    add_register(engine)
    environment = {
        "HAILONG_DATABASE_URL": database_url,
        "HAILONG_VAR_FOLDER": str(tmp_path / "var"),
        "HAILONG_PUBLIC_POSTS_PER_MINUTE": str(PER_MINUTE),
    }
    ports = free_port(), free_port()
    with ExitStack() as running:
        for port in ports:
            running.enter_context(run_process([*SERVE, str(port)], port=port, **environment))
        yield ports


def body() -> bytes:
    response = {
        "id": str(uuid4()),
        "form": "counter",
        "version": "2026.1",
        "answers": {"overall": 5},
        "unit_filed": "00004",
        "channel": "web",
        "submitted_at": datetime.now(UTC).isoformat(),
    }
    return json.dumps(response).encode()


def post(port: int, content: bytes, **headers: str) -> tuple[int, dict]:
    status, reply = post_once(port, "/api/v1/responses", content, **headers)
    return status, json.loads(reply)


def solve(challenge: str) -> str:
    return next(str(number) for number in count() if count_zero_bits(challenge, str(number)) >= BITS)


def use_up_the_calm(port: int) -> tuple[bytes, str]:
    """Post until work is asked for; the post that was not taken, and its challenge."""
    for _ in range(PER_MINUTE):
        content = body()
        status, reply = post(port, content)
        if status == 429:
            assert reply["code"] == "proof_needed"
            return content, reply["challenge"]
        assert status == 201
    raise AssertionError("no work was asked for")


def test_work_asked_for_by_one_is_taken_by_the_other_and_stored_once(workers, engine: Engine):
    one, other = workers
    from_one, from_other = use_up_the_calm(one), use_up_the_calm(other)
    with Session(engine) as session:
        before = session.exec(select(func.count()).select_from(Response)).one()
    for port, (content, challenge) in ((other, from_one), (one, from_other)):
        proof = {"X-Proof-Of-Work": f"{challenge}:{solve(challenge)}"}
        assert post(port, content, **proof)[0] == 201
        assert {post(again, content, **proof)[0] for again in workers} == {200}
    with Session(engine) as session:
        assert session.exec(select(func.count()).select_from(Response)).one() == before + 2


def test_a_page_of_one_is_sent_to_the_other(workers):
    one, other = workers
    content = body()
    assert post(one, content)[0] == 201
    assert post(other, content)[0] == 200  # the reply was lost, the next try came to the other
