"""A batch: each entry answered on its own, in order; nothing acknowledged that is not committed."""

import json
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, select

from api.tables import AuditEvent, Response
from tests.api.responses.conftest import make_body

BATCH = "/api/v1/responses/batch"


@pytest.fixture
def send(post, new_key):
    key = new_key("batch")
    return lambda entries: post({"responses": entries}, key=key, path=BATCH)


def test_each_entry_gets_its_own_answer_in_order(send, post, session: Session):
    known, taken, new = make_body(), make_body(), make_body()
    receipt = post(known).json()
    post(taken)
    entries = [
        make_body(unit_filed="99999"),
        known,
        taken | {"answers": {"overall": 1}},
        new,
        make_body(version="1999.1"),
        "no object",
        None,
        make_body(answers={"overall": 7, "comment": 3}),
    ]
    reply = send(entries)
    assert reply.status_code == 200
    replies = reply.json()["responses"]
    assert [found["status"] for found in replies] == [422, 200, 409, 201, 404, 422, 422, 422]
    assert [found["id"] for found in replies] == [e["id"] if isinstance(e, dict) else None for e in entries]
    assert replies[1]["receipt"] == receipt
    assert {problem["question"] for problem in replies[7]["problem"]["problems"]} == {"overall", "comment"}
    assert {str(stored.id) for stored in session.exec(select(Response))} == {known["id"], taken["id"], new["id"]}


def test_an_id_twice_in_one_batch_is_stored_once(send, session: Session):
    body = make_body()
    replies = send([body, body, body | {"answers": {"overall": 1}}]).json()["responses"]
    assert [found["status"] for found in replies] == [201, 200, 409]
    assert session.exec(select(Response)).one().answers == {"overall": 5}


def test_an_entry_with_a_key_twice_does_not_take_the_others_along(client, new_key, session: Session):
    good, twice = make_body(), make_body()
    ambiguous = json.dumps(twice).replace('"overall": 5', '"overall": 5, "overall": 1')
    reply = client.post(
        BATCH,
        content=f'{{"responses": [{ambiguous}, {json.dumps(good)}]}}',
        headers={"Content-Type": "application/json", "Authorization": f"Bearer {new_key('batch')}"},
    )
    replies = reply.json()["responses"]
    assert [found["status"] for found in replies] == [422, 201]
    assert [found["code"] for found in replies[0]["problem"]["problems"]] == ["repeated_key"]
    assert [str(id) for id in session.exec(select(Response.id))] == [good["id"]]


def test_a_row_the_database_refuses_does_not_take_its_group_along(send, app, session: Session):
    refused = make_body(device="refuse me")

    def refuse(_connection, _cursor, _statement, parameters, _context, _many):
        if "refuse me" in str(parameters):
            from sqlalchemy.exc import DataError

            raise DataError("refused", {}, ValueError("refused"))

    event.listen(app.state.engine, "before_cursor_execute", refuse)
    entries = [make_body(), refused, make_body()]
    replies = send(entries).json()["responses"]
    assert [found["status"] for found in replies] == [201, 500, 201]
    assert {str(stored.id) for stored in session.exec(select(Response))} == {entries[0]["id"], entries[2]["id"]}


def test_a_database_that_goes_away_in_the_middle_leaves_the_rest_to_be_sent_again(send, app, session: Session):
    entries = [make_body() for _ in range(250)]
    commits = []

    def go_away(_connection):
        commits.append(1)
        if len(commits) > 2:  # the audit row and the first hundred entries got through
            raise OperationalError("COMMIT", {}, ConnectionError("gone"))

    send([])  # the key and the codes are read before it goes away
    event.listen(app.state.engine, "commit", go_away)
    replies = send(entries).json()["responses"]
    event.remove(app.state.engine, "commit", go_away)
    assert [found["status"] for found in replies] == [201] * 100 + [503] * 150
    assert replies[-1]["problem"]["code"] == "database_unavailable"
    acknowledged = {UUID(found["id"]) for found in replies if found["status"] == 201}
    assert set(session.exec(select(Response.id))) == acknowledged
    again = send(entries).json()["responses"]
    assert [found["status"] for found in again] == [200] * 100 + [201] * 150


def test_a_restricted_key_sends_only_for_its_unit_and_those_below(post, new_key):
    key = new_key("batch", unit="01")
    entries = [make_body(unit_filed=unit) for unit in ("00004", "01", "79")]
    replies = post({"responses": entries}, key=key, path=BATCH).json()["responses"]
    assert [found["status"] for found in replies] == [201, 201, 403]
    assert replies[2]["problem"]["code"] == "unit_not_yours"
    assert post(make_body(unit_filed="79"), key=key).status_code == 403


def test_a_batch_is_written_down(send, session: Session):
    send([make_body(), make_body()])
    event = session.exec(select(AuditEvent).where(AuditEvent.action == "responses.batch")).one()
    assert event.detail == {"entries": 2}
    assert event.actor.startswith("key ")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"responses": [{}] * 501}, "too_many_items"),
        ({"responses": {}}, "malformed_response"),
        ({}, "malformed_response"),
        ([], "malformed_response"),
        ({"responses": [], "more": 1}, "malformed_response"),
    ],
)
def test_a_batch_that_is_none_is_refused_whole(post, new_key, body, code):
    reply = post(body, key=new_key("batch"), path=BATCH)
    assert (reply.status_code, reply.json()["code"]) == (422, code)


def test_full_batch_of_five_hundred_is_stored(send, session: Session):
    entries = [make_body(id=str(uuid4()), device_sequence=n) for n in range(500)]
    assert {found["status"] for found in send(entries).json()["responses"]} == {201}
    assert len(session.exec(select(Response.id)).all()) == 500
