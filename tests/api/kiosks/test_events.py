"""A service that ended at a counter opens the rating on its tablets: by events, or when they ask."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from api.auth import make_key
from api.kiosks.configuring import configure_device
from api.kiosks.devices import revoke_device
from api.kiosks.event_board import EventBoard
from api.kiosks.services import end_service, list_pending, make_ticket, take_ticket
from tests.api.kiosks.conftest import KIOSKS
from tests.conftest import NOW


@pytest.fixture
def end(client, engine: Engine):
    def call(counter="Q1", procedure=None, scopes=("queue",), unit=None):
        with Session(engine) as session, session.begin():
            key = make_key(session, name="xếp hàng", scopes=scopes, unit=unit, now=NOW)
        return client.post(
            f"/api/v1/counters/{counter}/service-ended",
            json={"procedure": procedure},
            headers={"Authorization": f"Bearer {key}"},
        )

    return call


def test_the_tablets_of_that_counter_are_told_and_no_others(enrol, end):
    here, elsewhere = enrol(), enrol(unit="00008", counter="Q8")
    ended = end(procedure="1.000001")
    assert ended.status_code == 202
    service = ended.json()["service"]
    assert here.get("pending").json()["items"] == [
        {
            "service": service,
            "procedure": "1.000001",
            "procedure_name": {"vi": "Đăng ký khai sinh", "en": "Đăng ký khai sinh"},  # no English one is known
            "ends_at": (NOW + timedelta(seconds=120)).isoformat(),
        }
    ]
    assert elsewhere.get("pending").json()["items"] == []


def test_only_the_last_service_of_a_counter_is_asked_about(tablet, end):
    end()
    last = end(procedure="1.000001").json()["service"]
    assert [item["service"] for item in tablet.get("pending").json()["items"]] == [last]


def test_a_service_is_over_after_two_minutes(engine: Engine):
    with Session(engine) as session, session.begin():
        end_service(session, "Q1", None, now=NOW)
        assert list_pending(session, now=NOW + timedelta(seconds=119))
        assert not list_pending(session, now=NOW + timedelta(seconds=120))


@pytest.mark.parametrize(
    ("given", "status", "code"),
    [
        ({"counter": "Q77"}, 404, "unknown_counter"),
        ({"procedure": "9.9"}, 422, "unknown_procedure"),
        ({"scopes": ("batch",)}, 403, "scope_required"),
        ({"unit": "00008"}, 403, "unit_not_yours"),
    ],
)
def test_a_call_that_cannot_be_is_refused(tablet, end, given, status, code):
    reply = end(**given)
    assert (reply.status_code, reply.json()["code"]) == (status, code)
    assert tablet.get("pending").json()["items"] == []


def test_a_ticket_opens_one_stream_once_and_soon(tablet, engine: Engine, client):
    ticket = tablet.post("events-ticket", {}).json()["ticket"]
    with Session(engine) as session, session.begin():
        assert take_ticket(session, ticket, now=NOW + timedelta(seconds=59)) == tablet.id
        assert take_ticket(session, ticket, now=NOW) is None
        late = make_ticket(session, tablet.id, now=NOW)
        assert take_ticket(session, late, now=NOW + timedelta(seconds=60)) is None
    reply = client.get(f"{KIOSKS}/me/events?ticket={ticket}")
    assert (reply.status_code, reply.json()["code"]) == (401, "ticket_used")


def test_events_come_as_they_happen_and_end_with_the_tablet(tablet, engine: Engine):
    def write(deed, *args, **more):
        with Session(engine) as session, session.begin():
            return deed(session, *args, now=NOW, **more)

    async def watch() -> list[str]:
        board = EventBoard(engine, lambda: NOW)
        stream = board.listen(tablet.id, "Q1")
        heard = [await anext(stream)]
        service = write(end_service, "Q1", None)
        await board.nudge()
        heard.append(await anext(stream))
        assert service.service in heard[-1]
        write(configure_device, tablet.id, {"contrast": "high"}, actor="test")  # another process: found by looking
        heard.append(await asyncio.wait_for(anext(stream), 20))
        write(revoke_device, tablet.id, actor="test")
        with pytest.raises(StopAsyncIteration):
            await asyncio.wait_for(anext(stream), 20)
        await board.close()
        return heard

    heard = asyncio.run(watch())
    assert [text.split("\n")[0] for text in heard] == [": xin chào", "event: service_ended", "event: config"]
    assert all(text.endswith("\n\n") for text in heard)


def test_closing_the_service_ends_every_stream(tablet, engine: Engine):
    async def watch() -> None:
        board = EventBoard(engine, lambda: NOW)
        stream = board.listen(tablet.id, "Q1")
        await anext(stream)
        waiting = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0)
        await board.close()
        with pytest.raises(StopAsyncIteration):
            await asyncio.wait_for(waiting, 20)

    asyncio.run(watch())
