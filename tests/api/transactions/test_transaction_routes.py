"""Transactions over HTTP: guarded, and the same rules as the command's."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session

from api.auth import make_key
from tests.conftest import NOW
from tests.stored import make_procedure, make_unit, store

PATH = "/api/v1/import/transactions"
BODY = "month,unit,procedure,channel,completed\n2026-10,00004,1.1,online,30\n2026-10,9,1.1,online,1\n"


@pytest.fixture(autouse=True)
def register(engine: Engine) -> None:
    store(engine, [make_unit("00004"), make_procedure("1.1")])


def key(engine: Engine, *scopes: str, unit: str | None = None) -> dict[str, str]:
    with Session(engine) as session, session.begin():
        made = make_key(session, name="test", scopes=scopes, unit=unit, now=NOW)
    return {"Authorization": f"Bearer {made}"}


def test_sound_rows_are_stored_and_wrong_ones_told(client: TestClient, engine: Engine):
    headers = key(engine, "import")
    reply = client.post(PATH, params={"as": "counts"}, content=BODY, headers=headers)
    assert reply.status_code == 200
    shown = reply.json()
    assert (shown["rows"], shown["accepted"], shown["known"], shown["rejected"]) == (2, 1, 0, 1)
    assert [(found["row"], found["column"], found["code"]) for found in shown["problems"]] == [
        (3, "unit", "unit_unknown")
    ]
    again = client.post(PATH, params={"as": "counts"}, content=BODY.replace(",30", ",31"), headers=headers).json()
    assert [(change["old"], change["new"]) for change in again["counts_replaced"]] == [(30, 31)]


def test_it_needs_a_key_for_all_units_with_the_scope(client: TestClient, engine: Engine):
    def status(headers: dict[str, str]) -> int:
        return client.post(PATH, params={"as": "counts"}, content=BODY, headers=headers).status_code

    assert status({}) == 401
    assert status(key(engine, "batch")) == 403
    assert status(key(engine, "import", unit="00004")) == 403


@pytest.mark.parametrize(
    ("query", "body", "code"),
    [
        pytest.param({}, BODY, "malformed_request", id="counts or dossiers?"),
        pytest.param({"as": "counts", "month": "2026-13"}, BODY, "malformed_request", id="no such month"),
        pytest.param({"as": "counts"}, "", "file_empty", id="nothing"),
        pytest.param({"as": "dossiers"}, BODY, "header_missing", id="other columns"),
    ],
)
def test_a_body_that_cannot_be_used(client: TestClient, engine: Engine, query: dict, body: str, code: str):
    reply = client.post(PATH, params=query, content=body, headers=key(engine, "import"))
    assert (reply.status_code, reply.json()["code"]) == (422, code)
