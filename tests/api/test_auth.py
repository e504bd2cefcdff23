"""API keys: shown once, stored hashed, scoped, revoked at once."""

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select
from typer.testing import CliRunner

from api.auth import find_holder, list_keys, make_key, revoke_key
from api.cli.main import app as commands
from api.errors import Conflict, Malformed, NotThere, Unauthorised
from api.tables import ApiKey, AuditEvent
from tests.conftest import NOW

BATCH = "/api/v1/responses/batch"
EMPTY = {"responses": []}


def make(engine: Engine, *scopes: str) -> str:
    with Session(engine) as session, session.begin():
        return make_key(session, name="Trung tâm", scopes=scopes, now=NOW)


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def test_a_key_opens_what_its_scope_says(client, engine):
    assert client.post(BATCH, json=EMPTY, headers=bearer(make(engine, "batch"))).status_code == 200


def test_without_a_key_the_batch_is_closed(client):
    reply = client.post(BATCH, json=EMPTY)
    assert (reply.status_code, reply.json()["code"]) == (401, "key_required")
    assert reply.headers["www-authenticate"] == "Bearer"


def test_another_scope_does_not_open_it(client, engine):
    reply = client.post(BATCH, json=EMPTY, headers=bearer(make(engine, "import", "export")))
    assert (reply.status_code, reply.json()["scope"]) == (403, "batch")


def test_a_revoked_key_is_refused_at_once(client, engine):
    key = make(engine, "batch")
    assert client.post(BATCH, json=EMPTY, headers=bearer(key)).status_code == 200
    with Session(engine) as session, session.begin():
        revoke_key(session, key.split("_")[1], now=NOW)
    assert client.post(BATCH, json=EMPTY, headers=bearer(key)).status_code == 401


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda key: key[:-1] + ("A" if key[-1] != "A" else "B"), id="last letter"),
        pytest.param(lambda key: key.rsplit("_", 1)[0] if key.count("_") == 2 else key[:20], id="no secret"),
        pytest.param(lambda key: key.upper(), id="capitals"),
        pytest.param(lambda key: key.replace("hl_", "", 1), id="no prefix"),
        pytest.param(lambda _: "", id="empty"),
        pytest.param(lambda _: "hl__", id="only marks"),
        pytest.param(lambda _: "hl_\x80_é", id="odd letters"),
    ],
)
def test_a_key_that_is_not_quite_right_is_refused_everywhere(client, engine, spoil):
    headers = {"Authorization": f"Bearer {spoil(make(engine, 'batch'))}".encode("latin-1")}
    for path in (BATCH, "/api/v1/responses"):  # a wrong key is never taken for no key
        assert client.post(path, json=EMPTY, headers=headers).status_code == 401


def test_only_a_hash_of_the_secret_is_stored(engine):
    key = make(engine, "batch")
    secret = key.split("_", 2)[2]
    assert len(secret) >= 43  # 256 bits in base64
    with Session(engine) as session:
        stored = session.exec(select(ApiKey)).one()
        assert secret not in str(stored.model_dump())
        assert key.split("_")[1] == stored.id


def test_making_and_revoking_are_written_down_once_each(session):
    key = make_key(session, name="x", scopes=["batch"], now=NOW, actor="admin")
    id = key.split("_")[1]
    revoke_key(session, id, now=NOW, actor="admin")
    events = session.exec(select(AuditEvent).order_by(AuditEvent.id)).all()
    assert [(event.action, event.subject, event.actor) for event in events] == [
        ("api_key.create", id, "admin"),
        ("api_key.revoke", id, "admin"),
    ]
    assert key not in str([event.detail for event in events])
    with pytest.raises(Conflict):
        revoke_key(session, id, now=NOW)
    with pytest.raises(NotThere):
        revoke_key(session, "0", now=NOW)
    with pytest.raises(Unauthorised):
        find_holder(session, f"Bearer {key}")


@pytest.mark.parametrize(
    ("name", "scopes", "unit"),
    [("x", [], None), ("x", ["all"], None), (" ", ["batch"], None), ("x", ["batch"], "9")],
)
def test_a_key_without_sense_is_not_made(session, name, scopes, unit):
    with pytest.raises(Malformed):
        make_key(session, name=name, scopes=scopes, unit=unit, now=NOW)
    assert list_keys(session) == []


def test_the_command_makes_lists_and_revokes(database_url, monkeypatch):
    monkeypatch.setenv("HAILONG_DATABASE_URL", database_url)
    run = CliRunner().invoke
    made = run(
        commands, ["api-key", "create", "--name", "Bộ phận Một cửa", "--scope", "batch", "--scope", "export"]
    )
    assert made.exit_code == 0, made.output
    key = made.output.strip()
    id = key.split("_")[1]
    listed = run(commands, ["api-key", "list"]).output
    assert id in listed
    assert "batch export" in listed
    assert key not in listed
    assert run(commands, ["api-key", "revoke", id]).exit_code == 0
    assert "revoked" in run(commands, ["api-key", "list"]).output
