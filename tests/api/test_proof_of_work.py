"""Proof of work: asked for only while the rate rises, good for one response, and replaced by a wait for people."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from api.app import create_app
from api.errors import TooMany
from api.proof_of_work import BITS, GOOD_SECONDS, WAIT_SECONDS, Proof, ProofDesk, count_zero_bits
from api.rate_limit import CALM_PART, PATIENT_PER_MINUTE, TOKEN_PER_MINUTE, RateLimit
from api.settings import Settings
from api.tables import Response
from tests.conftest import NOW
from tests.registered import add_register

ID = UUID("7d0b1f5e-7c0f-4a53-9d61-1f1d2ad2a1c5")
UNIT = {"_unit": "00004", "_channel": "qr", "_lang": "vi", "_version": "2026.1"}


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def solve(challenge: str) -> str:
    return next(str(number) for number in count() if count_zero_bits(challenge, str(number)) >= BITS)


@pytest.fixture
def ticking() -> Clock:
    return Clock()


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def crowded(settings: Settings, engine: Engine, ticking: Clock) -> Iterator[TestClient]:
    """The service after so many posts of one address that it is not calm any more."""
    add_register(engine)
    app = create_app(settings, clock=ticking)
    app.state.rate_limit = RateLimit(600, seconds=lambda: ticking.now.timestamp())
    for _ in range(600 // CALM_PART):
        assert app.state.rate_limit.is_calm("testclient")
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client
    app.state.engine.dispose()


def desk_at(now: list[float]) -> ProofDesk:
    return ProofDesk(lambda: "one key for all", seconds=lambda: now[0])


def test_the_work_is_checked():
    desk = desk_at([1000.0])
    given = desk.challenge(ID)
    assert desk.check(ID, given.text, solve(given.text)) is Proof.SOLVED
    wrong = next(str(n) for n in count() if count_zero_bits(given.text, str(n)) < BITS)
    assert desk.check(ID, given.text, wrong) is Proof.NONE


def test_it_is_good_for_one_response_only():
    desk = desk_at([1000.0])
    given = desk.challenge(ID)
    assert desk.check(uuid4(), given.text, solve(given.text)) is Proof.NONE


@pytest.mark.parametrize(
    ("after", "proof"),
    [
        pytest.param(WAIT_SECONDS - 1, Proof.NONE, id="too soon"),
        pytest.param(WAIT_SECONDS, Proof.WAITED, id="waited"),
        pytest.param(GOOD_SECONDS, Proof.WAITED, id="at the last moment"),
        pytest.param(GOOD_SECONDS + 1, Proof.NONE, id="too late"),
    ],
)
def test_who_waits_needs_no_work(after: int, proof: Proof):
    now = [1000.0]
    desk = desk_at(now)
    given = desk.challenge(ID)
    now[0] += after
    assert desk.check(ID, given.text, "") is proof


@pytest.mark.parametrize(
    "text",
    ["", ".", "a.b.c.d", f"{ID.hex}.1000.0.{'0' * 32}", f"{ID.hex}.x.16.{'0' * 32}", "é" * 40],
)
def test_a_challenge_that_is_not_ours_proves_nothing(text: str):
    assert desk_at([1000.0]).check(ID, text, "1") is Proof.NONE


def test_another_process_takes_it_though_its_clock_is_a_little_behind():
    given = desk_at([1000.0]).challenge(ID)
    work = solve(given.text)
    assert desk_at([950.0]).check(ID, given.text, work) is Proof.SOLVED
    assert desk_at([900.0]).check(ID, given.text, work) is Proof.NONE
    assert ProofDesk(lambda: "another", seconds=lambda: 1000.0).check(ID, given.text, work) is Proof.NONE


def test_a_challenge_made_easier_proves_nothing():
    desk = desk_at([1000.0])
    told, _, mac = desk.challenge(ID).text.rpartition(".")
    assert desk.check(ID, f"{told.removesuffix(str(BITS))}0.{mac}", "1") is Proof.NONE


def test_few_wait_at_once_and_get_through():
    limit = RateLimit(600, seconds=lambda: 0.0)
    assert [limit.has_patience_left("203.0.113.5") for _ in range(PATIENT_PER_MINUTE + 1)].count(True) == (
        PATIENT_PER_MINUTE
    )


def test_a_code_is_tried_so_often_and_no_more():
    limit = RateLimit(600, seconds=lambda: 0.0)
    for _ in range(TOKEN_PER_MINUTE):
        limit.take_for_token("a code")
    with pytest.raises(TooMany):
        limit.take_for_token("a code")
    limit.take_for_token("another")


def test_calm_counters_behind_a_crowded_address_are_asked_for_nothing():
    limit = RateLimit(600, seconds=lambda: 0.0)
    while limit.is_calm("203.0.113.5"):
        pass
    assert limit.is_calm("203.0.113.5", counter="Q1")


def post(client: TestClient, id: UUID = ID, **more: str):
    return client.post("/f/counter", data={"overall": "5", "_id": str(id)} | UNIT | more, follow_redirects=False)


def stored(engine: Engine) -> list[Response]:
    with Session(engine) as session:
        return list(session.exec(select(Response)))


def challenge_in(page) -> str:
    found = re.search(r'name="_challenge" value="([^"]+)"', page.text)
    assert found, page.text
    return found[1]


def test_a_calm_service_asks_for_nothing(client: TestClient, engine: Engine):
    add_register(engine)
    assert post(client).status_code == 303
    assert "proof" not in client.get("/f/counter?unit=00004").text


def test_while_much_is_sent_the_page_keeps_what_was_typed_and_stores_it_with_the_work_done(
    crowded: TestClient, engine: Engine
):
    page = post(crowded, comment="Chờ hơi lâu & ồn")
    assert page.status_code == 429
    assert int(page.headers["retry-after"]) == WAIT_SECONDS
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]
    assert 'value="Chờ hơi lâu &amp; ồn"' in page.text
    assert stored(engine) == []
    challenge = challenge_in(page)
    assert post(crowded, _challenge=challenge, _answer=solve(challenge)).status_code == 303
    assert [row.id for row in stored(engine)] == [ID]
    assert stored(engine)[0].is_trapped is False


def test_a_person_without_script_waits_and_presses_the_button(crowded: TestClient, engine: Engine, ticking: Clock):
    challenge = challenge_in(post(crowded))
    for _ in range(600 // CALM_PART):  # others go on
        crowded.app.state.rate_limit.is_calm("testclient")
    ticking.now += timedelta(seconds=WAIT_SECONDS)
    for _ in range(600 // CALM_PART):
        crowded.app.state.rate_limit.is_calm("testclient")
    assert post(crowded, _challenge=challenge, _answer="").status_code == 303
    assert len(stored(engine)) == 1


def test_work_done_for_one_response_stores_no_other(crowded: TestClient, engine: Engine):
    challenge = challenge_in(post(crowded))
    answer = solve(challenge)
    assert post(crowded, uuid4(), _challenge=challenge, _answer=answer).status_code == 429
    assert stored(engine) == []


def test_the_same_work_sent_twice_stores_one_response(crowded: TestClient, engine: Engine):
    challenge = challenge_in(post(crowded))
    answer = solve(challenge)
    for _ in range(2):
        assert post(crowded, _challenge=challenge, _answer=answer).status_code == 303
    assert len(stored(engine)) == 1


def test_a_program_is_told_what_to_work_out(crowded: TestClient, engine: Engine):
    body = {
        "id": str(ID), "form": "counter", "version": "2026.1", "answers": {"overall": 5}, "unit_filed": "00004",
        "channel": "web", "submitted_at": "2026-11-20T09:59:00+07:00",
    }  # fmt: skip
    refused = crowded.post("/api/v1/responses", json=body)
    assert (refused.status_code, refused.json()["code"]) == (429, "proof_needed")
    challenge = refused.json()["challenge"]
    headers = {"X-Proof-Of-Work": f"{challenge}:{solve(challenge)}"}
    assert crowded.post("/api/v1/responses", json=body, headers=headers).status_code == 201
    assert len(stored(engine)) == 1


def test_a_hidden_field_that_is_filled_in_is_kept_with_the_response(
    client: TestClient, engine: Engine, clock: Callable[[], datetime]
):
    add_register(engine)
    assert 'name="_more"' in client.get("/f/counter?unit=00004").text
    assert post(client, _more="http://mua.re").status_code == 303
    (row,) = stored(engine)
    assert row.is_trapped is True
    assert clock() == row.received_at
