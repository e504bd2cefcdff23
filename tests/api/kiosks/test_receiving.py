"""What a tablet sends arrives exactly once: stored, known, or kept in quarantine with its reason."""

import base64
import json
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, select

from api.kiosks.receipts import signed_text
from api.tables import KioskRefusal, Response, ResponseText
from tests.api.kiosks.conftest import make_item
from tests.conftest import NOW


def results_of(reply) -> list[dict]:
    assert reply.status_code == 200, reply.text
    return reply.json()["results"]


def statuses(reply) -> list[str]:
    return [found["status"] for found in results_of(reply)]


def test_a_rating_is_stored_with_where_and_how_it_was_given(tablet, session: Session):
    item = make_item(7, answers={"overall": 2, "comment": "chờ lâu"}, is_assisted=True, procedure="1.000001")
    assert statuses(tablet.send(item)) == ["stored"]
    stored = session.exec(select(Response)).one()
    assert str(stored.id) == item["id"]
    assert (stored.unit_filed, stored.counter, stored.channel) == ("00004", "Q1", "kiosk")
    assert (stored.device, stored.device_sequence) == (tablet.id, 7)
    assert (stored.is_assisted, stored.option_order, stored.durations) == (True, "ascending", {"overall": 2.5})
    assert session.exec(select(ResponseText)).one().text == "chờ lâu"


def test_an_acknowledgement_that_was_lost_costs_nothing(tablet, session: Session):
    item = make_item()
    first = results_of(tablet.send(item))[0]
    later = results_of(tablet.send(item, sent_at=(NOW - timedelta(seconds=3)).isoformat()))[0]
    assert later == first | {"status": "known"}
    assert len(session.exec(select(Response)).all()) == 1


def test_which_of_these_do_you_have_is_answered_with_their_receipts(tablet):
    here, refused, elsewhere = make_item(1), make_item(2, version="1999.1"), str(uuid4())
    sent = results_of(tablet.send(here, refused))
    told = tablet.post("known", {"ids": [elsewhere, here["id"], refused["id"]]}).json()
    assert told["known"] == [sent[0]["receipt"], sent[1]["receipt"]]
    assert told["unknown"] == [elsewhere]


def test_a_receipt_can_be_checked_with_the_public_key(tablet, client):
    receipt = results_of(tablet.send(make_item()))[0]["receipt"]
    jwk = client.get("/api/v1/receipts/key").json()["key"]
    assert "d" not in jwk
    key = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(jwk["x"] + "="))
    signature = base64.urlsafe_b64decode(receipt["signature"] + "==")
    key.verify(signature, signed_text(receipt["id"], receipt["content_hash"], receipt["received_at"]))


REFUSED = {
    "unknown form version": make_item(1, version="2031.7"),
    "answers that do not fit": make_item(2, answers={"overall": 9}),
    "a field nobody knows": make_item(3) | {"mood": "tốt"},
    "no id": {"sequence": 4},
    "no object": "phiếu",
    "nothing": None,
    "a NUL": make_item(5, answers={"overall": 5, "comment": "a\x00b"}, language="x\x00"),
}


@pytest.mark.parametrize("item", REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_stored_is_kept_whole_with_its_reason(tablet, session: Session, item):
    good = make_item(9)
    body = json.dumps({"sent_at": NOW.isoformat(), "app_version": "1", "items": [item, good]})
    reply = tablet.client.post(
        "/api/v1/kiosks/me/responses",
        content=body,
        headers=tablet.headers | {"Content-Type": "application/json"},
    )
    refused, stored = results_of(reply)
    assert (refused["status"], refused["problem"]["action"], stored["status"]) == ("refused", "final", "stored")
    assert refused["receipt"]["signature"]
    kept = session.exec(select(KioskRefusal)).one()
    assert json.loads(kept.item) == item
    assert (kept.device, kept.problem["code"]) == (tablet.id, refused["problem"]["code"])
    assert kept.content_hash == refused["receipt"]["content_hash"]


def test_half_an_emoji_does_not_hold_up_the_queue_for_ever(tablet, session: Session):
    item = make_item(answers={"overall": 5, "comment": "tốt \ud83d"})  # a text field cut in the middle of one
    body = json.dumps({"sent_at": NOW.isoformat(), "items": [item]})
    reply = tablet.client.post("/api/v1/kiosks/me/responses", content=body, headers=tablet.headers)
    assert statuses(reply) == ["stored"]
    assert session.exec(select(ResponseText)).one().text == "tốt \ufffd"


def test_a_refused_item_sent_again_gets_its_first_receipt(tablet, session: Session):
    item = make_item(version="2031.7")
    assert results_of(tablet.send(item)) == results_of(tablet.send(item))
    assert len(session.exec(select(KioskRefusal)).all()) == 1


def test_other_answers_under_one_id_are_a_conflict_and_both_are_kept(tablet, session: Session):
    item = make_item()
    tablet.send(item)
    result = results_of(tablet.send(item | {"answers": {"overall": 1}}))[0]
    assert (result["status"], bool(result["receipt"])) == ("conflict", True)
    assert session.exec(select(Response)).one().answers == {"overall": 5}
    assert json.loads(session.exec(select(KioskRefusal)).one().item)["answers"] == {"overall": 1}


def test_an_item_twice_in_one_batch_is_stored_once(tablet, session: Session):
    item = make_item()
    assert statuses(tablet.send(item, item)) == ["stored", "known"]
    assert len(session.exec(select(Response)).all()) == 1


def test_a_partial_response_is_stored_as_partial(tablet, session: Session):
    assert statuses(tablet.send(make_item(answers={}, completeness="partial"))) == ["stored"]
    assert session.exec(select(Response)).one().completeness == "partial"


def test_a_tablet_set_back_a_year_counts_on_the_right_day(tablet, session: Session):
    year = timedelta(days=365)
    then = (NOW - year - timedelta(days=1)).isoformat()
    tablet.send(
        make_item(started_at=then, submitted_at=then),
        sent_at=(NOW - year).isoformat(),
    )
    stored = session.exec(select(Response)).one()
    assert (stored.local_day, stored.is_clock_doubted) == (date(2026, 11, 19), True)
    assert stored.clock_offset_seconds == 365 * 86_400
    assert stored.submitted_at == NOW - year - timedelta(days=1)


def test_a_tablet_at_1970_loses_nothing(tablet, session: Session):
    start = datetime(1970, 1, 1, 0, 5, tzinfo=UTC)
    said = {"started_at": start.isoformat(), "submitted_at": (start + timedelta(seconds=9)).isoformat()}
    assert statuses(tablet.send(make_item(**said), sent_at=(start + timedelta(days=1)).isoformat())) == ["stored"]
    assert session.exec(select(Response)).one().local_day == date(2026, 11, 19)


def test_too_many_at_once_are_refused_before_any_is_stored(tablet, session: Session):
    reply = tablet.send(*[make_item(number) for number in range(1, 202)])
    assert (reply.status_code, reply.json()["code"], reply.json()["action"]) == (422, "too_many_items", "final")
    assert session.exec(select(Response)).all() == []


def test_a_body_that_is_no_json_is_final(tablet):
    reply = tablet.client.post("/api/v1/kiosks/me/responses", content=b"{", headers=tablet.headers)
    assert (reply.status_code, reply.json()["action"]) == (422, "final")


def test_a_database_that_goes_away_is_worth_another_try(tablet, app, session: Session):
    def refuse(connection, cursor, statement, parameters, context, executemany):
        if "INSERT INTO response" in statement:
            raise OperationalError(statement, None, Exception("gone"))

    event.listen(app.state.engine, "before_cursor_execute", refuse)
    item = make_item()
    reply = tablet.send(item)
    event.remove(app.state.engine, "before_cursor_execute", refuse)
    assert (reply.status_code, reply.json()["action"]) == (503, "retry")
    assert int(reply.headers["retry-after"]) > 0
    assert statuses(tablet.send(item)) == ["stored"]


def test_a_unit_that_ended_keeps_its_answers_in_quarantine(enrol, engine: Engine, session: Session):
    old = enrol(unit="001", counter=None)  # ended on 30/06/2025
    assert statuses(old.send(make_item())) == ["refused"]
    assert session.exec(select(KioskRefusal)).one().problem["problems"][0]["code"] == "unit_not_valid_on_day"


def test_the_receipt_key_is_made_once_and_for_its_owner_only(tablet, settings):
    tablet.send(make_item())
    file = settings.var_folder / "receipt-key.json"
    assert file.stat().st_mode & 0o077 == 0
    assert UUID(results_of(tablet.send(make_item()))[0]["receipt"]["id"])
