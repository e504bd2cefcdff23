"""One posted response: stored once, acknowledged after the commit, refused with every reason."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from sqlmodel import Session, select

from api.tables import Response, ResponseText
from tests.api.responses.conftest import make_body
from tests.conftest import NOW


def test_new_response_is_stored_whole_and_acknowledged(post, session: Session):
    body = make_body(
        answers={"overall": 2, "reasons": ["waiting", "other"], "reasons.other": "Ồn", "comment": "Chờ lâu"},
        unit_decided="01",
        unit_residence="00008",
        procedure="1.000001",
        counter="Q1",
        language="en",
        started_at="2026-11-20T09:58:20+07:00",
        device="kiosk-7",
        device_sequence=41,
    )
    reply = post(body)
    assert reply.status_code == 201, reply.text
    assert reply.json()["received_at"] == NOW.isoformat()
    stored = session.get(Response, UUID(body["id"]))
    assert stored.answers["overall"] == 2
    assert stored.answers["reasons.waiting"] is True
    assert stored.answers["reasons.fee"] is False
    assert not {"comment", "reasons.other#text"} & stored.answers.keys()
    assert (stored.unit_filed, stored.unit_decided, stored.unit_residence) == ("00004", "01", "00008")
    assert (stored.procedure, stored.counter, stored.language) == ("1.000001", "Q1", "en")
    assert (stored.device, stored.device_sequence) == ("kiosk-7", 41)
    assert stored.submitted_at == datetime(2026, 11, 20, 2, 59, tzinfo=UTC)
    assert stored.started_at == datetime(2026, 11, 20, 2, 58, 20, tzinfo=UTC)
    assert (stored.local_day, stored.month, stored.received_at) == (date(2026, 11, 20), "2026-11", NOW)
    texts = session.exec(select(ResponseText)).all()
    assert {text.question: text.text for text in texts} == {"comment": "Chờ lâu", "reasons.other": "Ồn"}


def test_same_submission_sent_twice_is_stored_once_and_gets_the_first_receipt(post, session: Session):
    body = make_body()
    first, second = post(body), post(body)
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json() == first.json()
    assert len(session.exec(select(Response)).all()) == 1


def test_same_content_written_otherwise_is_the_same_submission(post):
    body = make_body(answers={"overall": 4, "comment": "tốt"}, procedure="1.000001")
    assert post(body).status_code == 201
    again = body | {"submitted_at": "2026-11-20T02:59:00Z", "answers": {"comment": "tốt", "overall": 4}}
    assert post(again).status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"answers": {"overall": 1}}, id="another answer"),
        pytest.param({"answers": {"overall": 5, "comment": "thêm"}}, id="a text more"),
        pytest.param({"unit_filed": "00008"}, id="another unit"),
        pytest.param({"submitted_at": "2026-11-20T09:59:01+07:00"}, id="another second"),
        pytest.param({"device_sequence": 2}, id="another sequence number"),
    ],
)
def test_same_id_with_other_content_is_refused_and_overwrites_nothing(post, session: Session, change):
    body = make_body(device_sequence=1)
    post(body)
    reply = post(body | change)
    assert reply.status_code == 409
    assert reply.json()["code"] == "conflicting_response"
    stored = session.exec(select(Response)).one()
    assert (stored.answers, stored.unit_filed, stored.device_sequence) == ({"overall": 5}, "00004", 1)
    assert session.exec(select(ResponseText)).all() == []


def test_one_id_posted_by_twenty_threads_at_once_is_stored_once(post, session: Session):
    body = make_body(answers={"overall": 5, "comment": "một lần"})
    with ThreadPoolExecutor(20) as threads:
        replies = list(threads.map(lambda _: post(body), range(20)))
    assert sorted(reply.status_code for reply in replies) == [200] * 19 + [201]
    assert len({reply.text for reply in replies}) == 1
    assert len(session.exec(select(Response)).all()) == 1


def test_twenty_threads_with_other_answers_leave_the_first(post, session: Session):
    body = make_body()
    with ThreadPoolExecutor(20) as threads:
        replies = list(threads.map(lambda n: post(body | {"device_sequence": n}), range(20)))
    assert sorted(reply.status_code for reply in replies) == [201] + [409] * 19
    assert len(session.exec(select(Response)).all()) == 1


def test_all_problems_of_fields_and_answers_come_together(post, session: Session):
    reply = post(
        make_body(
            answers={"overall": 9, "waiting": 1},
            unit_filed="99999",
            unit_decided="001",
            procedure="9.9",
            counter="Q8",
            channel="fax",
            language="fr",
        )
    )
    assert reply.status_code == 422
    assert reply.headers["content-type"] == "application/problem+json"
    problems = reply.json()["problems"]
    fields = {problem["field"]: problem["code"] for problem in problems if "field" in problem}
    assert fields == {
        "channel": "unknown_channel",
        "language": "unknown_language",
        "unit_filed": "unknown_unit",
        "unit_decided": "unit_not_valid_on_day",
        "procedure": "unknown_procedure",
        "counter": "counter_of_other_unit",
    }
    assert {problem["question"] for problem in problems if "question" in problem} == {"overall", "waiting"}
    assert all(problem["vi"] and problem["en"] for problem in problems)
    assert session.exec(select(Response)).all() == []


def test_unknown_form_version_is_told_the_known_ones(post):
    reply = post(make_body(version="1999.1"))
    assert (reply.status_code, reply.json()["code"]) == (404, "unknown_form")
    assert "2026.1" in reply.json()["known"]


def test_a_unit_is_judged_by_the_local_day(post):
    # 30/06/2025 23:30 in Việt Nam is 16:30 UTC: the district still stood; half an hour later it did not.
    body = make_body(unit_filed="001")
    assert post(body | {"submitted_at": "2025-06-30T16:30:00Z"}).status_code == 201
    reply = post(make_body(unit_filed="001", submitted_at="2025-06-30T17:00:00Z"))
    assert [problem["code"] for problem in reply.json()["problems"]] == ["unit_not_valid_on_day"]


@pytest.mark.parametrize(
    ("submitted_at", "doubted", "month"),
    [
        pytest.param("1970-01-01T00:00:00Z", True, "2026-11", id="a clock never set"),
        pytest.param("2019-12-31T23:59:59Z", True, "2026-11", id="last second not believed"),
        pytest.param("2030-01-01T00:00:00Z", True, "2026-11", id="years ahead"),
        pytest.param("0002-01-01T00:00:00+07:00", True, "2026-11", id="year two"),
        pytest.param("9997-12-31T00:00:00-12:00", True, "2026-11", id="year 9997"),
        pytest.param("2026-11-21T03:00:00Z", False, "2026-11", id="one day ahead"),
        pytest.param("2026-10-31T16:59:59Z", False, "2026-10", id="last second of October in Viet Nam"),
        pytest.param("2026-10-31T17:00:00Z", False, "2026-11", id="local midnight starts November"),
    ],
)
def test_a_kiosk_with_a_wrong_clock_loses_nothing(post, session: Session, submitted_at, doubted, month):
    reply = post(make_body(submitted_at=submitted_at))
    assert reply.status_code == 201, reply.text
    stored = session.exec(select(Response)).one()
    assert (stored.is_clock_doubted, stored.month) == (doubted, month)


@pytest.mark.parametrize(
    ("started_at", "doubted", "month"),
    [
        pytest.param("2026-10-31T09:00:00+07:00", False, "2026-10", id="same instant"),
        pytest.param("2026-10-31T09:00:01+07:00", True, "2026-11", id="set back meanwhile"),
        pytest.param("1970-01-01T00:00:00Z", False, "2026-10", id="set right meanwhile"),
    ],
)
def test_a_response_begun_after_it_was_sent_counts_on_the_day_it_came(post, session, started_at, doubted, month):
    reply = post(make_body(started_at=started_at, submitted_at="2026-10-31T09:00:00+07:00"))
    assert reply.status_code == 201, reply.text
    stored = session.exec(select(Response)).one()
    assert (stored.is_clock_doubted, stored.month) == (doubted, month)


def test_the_public_cannot_claim_to_be_a_sample_nor_an_office(post, new_key, session: Session):
    body = make_body(selection="sample")
    post(body)
    assert session.get(Response, UUID(body["id"])).selection == "self_selected"
    reply = post(make_body(channel="phone"))
    assert [problem["code"] for problem in reply.json()["problems"]] == ["channel_needs_key"]
    keyed = make_body(channel="phone", selection="sample")
    assert post(keyed, key=new_key("batch")).status_code == 201
    session.rollback()  # a new transaction sees what was committed since
    assert session.get(Response, UUID(keyed["id"])).selection == "sample"


def test_a_unit_registered_a_moment_ago_is_found(post, app, session: Session):
    app.state.receiver.codes._miss_seconds = 0
    assert post(make_body(unit_filed="00025")).status_code == 422
    from api.tables import Unit

    session.add(Unit(code="00025", name="Phường Giảng Võ", kind="commune", valid_from=date(2025, 7, 1)))
    session.commit()
    assert post(make_body(unit_filed="00025")).status_code == 201


def test_reply_says_what_a_page_may_do(post):
    headers = post(make_body()).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
