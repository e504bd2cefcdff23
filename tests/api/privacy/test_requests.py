"""Requests made at a counter: recorded without a name, due on their day, decided once, both audited."""

import re
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from api.privacy.requests import add_working_days, count_requests
from api.receiving.receipt_codes import show_receipt
from api.tables import AuditEvent, PrivacyRequest, Response
from tests.api.staff.people import add_second_factor, add_staff, code_of, csrf_in, send, sign_in
from tests.conftest import NOW
from tests.registered import add_register
from tests.stored import make_response, store

PAGE = "/staff/privacy"
WHAT = "Đã ghi số 0912 345 678 vào lời góp ý"
WHY = "Đã xóa phiếu theo mã người dân đưa"


@pytest.fixture
def join(app, engine):
    add_register(engine)

    def sign(role: str, email: str, own_counters: tuple[str, ...] = ()) -> TestClient:
        secret = add_second_factor(engine, add_staff(engine, role, email=email, own_counters=own_counters))
        client = TestClient(app, raise_server_exceptions=False)
        sign_in(client, email=email)
        assert send(client, "/staff/code", code=code_of(secret)).status_code == 303
        return client

    return sign


@pytest.fixture
def operator(join) -> TestClient:
    return join("operator 00004", "quay@example.vn")


@pytest.fixture
def analyst(join) -> TestClient:
    return join("analyst", "tinh@example.vn")


def record(client: TestClient, **fields: str):
    given = {"kind": "delete", "unit": "00004", "what": WHAT, "received_on": "2026-11-20"}
    return send(client, PAGE, **(given | fields))


def number_of(reply) -> str:
    assert reply.status_code == 303, reply.text
    return re.search(r"/privacy/(\w+)", reply.headers["location"])[1]


def read_only_request(engine) -> PrivacyRequest:
    with Session(engine) as session:
        return session.exec(select(PrivacyRequest)).one()


def add_response(engine, app, **other: object) -> UUID:
    id, form = uuid4(), app.state.forms.get("counter", "2026.1")
    store(engine, [make_response(1, form, id=id, **({"unit_filed": "00004"} | other))])
    return id


def deeds(engine) -> list[tuple[str, str]]:
    with Session(engine) as session:
        return [(row.action, row.subject) for row in session.exec(select(AuditEvent).order_by(AuditEvent.id))]


@pytest.mark.parametrize(
    ("kind", "due"),
    [
        pytest.param("access", date(2026, 11, 30), id="ten days"),
        pytest.param("correct", date(2026, 11, 30), id="ten days to correct"),
        pytest.param("withdraw", date(2026, 12, 5), id="fifteen days"),
        pytest.param("delete", date(2026, 12, 10), id="twenty days"),
    ],
)
def test_a_request_is_kept_masked_with_its_days_under_a_number(engine, operator, kind, due):
    number = number_of(record(operator, kind=kind))
    kept = read_only_request(engine)
    assert (kept.number, kept.unit, kept.due_on) == (number, "00004", due)
    assert kept.what == "Đã ghi số [số điện thoại] vào lời góp ý"
    assert kept.reply_by == date(2026, 11, 24)  # Friday 20/11: Monday, Tuesday
    assert ("privacy.record", number) in deeds(engine)
    assert number in operator.get(PAGE).text


def test_an_office_sets_the_periods_and_the_page_says_them(app, operator):
    app.state.settings = replace(app.state.settings, privacy_reply_days=1, privacy_deletion_days=7)
    record(operator, kind="delete")
    page = operator.get(PAGE).text
    assert "27/11/2026" in page
    assert "23/11/2026" in page  # the Monday after
    assert "xóa 7 ngày" in page


@pytest.mark.parametrize(
    ("day", "after"), [(date(2026, 11, 18), date(2026, 11, 20)), (date(2026, 11, 21), date(2026, 11, 24))]
)
def test_weekends_are_no_working_days(day, after):
    assert add_working_days(day, 2) == after


@pytest.mark.parametrize(
    ("fields", "status", "told"),
    [
        pytest.param({"kind": "other"}, 422, "loại yêu cầu", id="no such kind"),
        pytest.param({"what": "xóa"}, 422, "từ 10 đến 1000", id="too short"),
        pytest.param({"received_on": "2026-11-21"}, 422, "Ngày nhận", id="in the future"),
        pytest.param({"received_on": "hôm qua"}, 422, "Ngày nhận", id="no day"),
        pytest.param({"unit": "00008"}, 404, "phạm vi của bạn", id="another unit"),
        pytest.param({"what": WHAT + "\x00"}, 404, "phạm vi của bạn", id="no database takes it"),
    ],
)
def test_what_is_no_request_is_told_and_what_was_typed_stays(engine, operator, fields, status, told):
    reply = record(operator, **fields)
    assert reply.status_code == status
    assert told in reply.text
    with Session(engine) as session:
        assert session.exec(select(PrivacyRequest)).all() == []


def test_a_decision_deletes_the_responses_whose_codes_the_person_has(engine, app, operator, analyst):
    one, two, kept_one = add_response(engine, app), add_response(engine, app), add_response(engine, app)
    number = number_of(record(operator))
    typed = f"{show_receipt(one)}\n\n {two} \r\n{one}"
    done = send(analyst, f"{PAGE}/{number}", verdict="done", reason=WHY, receipts=typed)
    assert done.status_code == 303
    kept = read_only_request(engine)
    assert (kept.verdict, kept.reason, kept.decided_at) == ("done", WHY, NOW)
    with Session(engine) as session:
        assert session.exec(select(Response.id)).all() == [kept_one]
        rows = [row for row in session.exec(select(AuditEvent)) if row.action == "privacy.decide"]
    assert [(row.subject, row.detail["erased"]) for row in rows] == [(number, 2)]
    assert str(one) not in str([row.model_dump() for row in rows])


def test_a_request_is_decided_once(engine, operator, analyst):
    number = number_of(record(operator))
    assert send(analyst, f"{PAGE}/{number}", verdict="not_found", reason=WHY).status_code == 303
    again = send(analyst, PAGE, f"{PAGE}/{number}", verdict="done", reason=WHY)
    assert again.status_code == 409
    assert read_only_request(engine).verdict == "not_found"


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        pytest.param({"verdict": "done", "reason": "ok"}, 422, id="no reason"),
        pytest.param({"verdict": "perhaps", "reason": WHY}, 422, id="no such outcome"),
        pytest.param({"verdict": "done", "reason": WHY, "receipts": "7d0b1f5e"}, 422, id="half a code"),
        pytest.param({"verdict": "done", "reason": WHY, "receipts": "mã"}, 422, id="no code"),
        pytest.param({"verdict": "done", "reason": WHY, "receipts": str(UUID(int=7))}, 404, id="nobody's code"),
    ],
)
def test_what_is_no_decision_changes_nothing(engine, operator, analyst, fields, status):
    number = number_of(record(operator))
    assert send(analyst, f"{PAGE}/{number}", **fields).status_code == status
    assert read_only_request(engine).verdict is None


@pytest.mark.parametrize("other", [{"unit_filed": "00008"}, {"counter": "Q1"}], ids=["unit", "own counter"])
def test_nobody_deletes_what_is_not_theirs_to_see(engine, app, join, operator, other):
    id, number = add_response(engine, app, **other), number_of(record(operator))
    client = join("analyst 00004", "rieng@example.vn", own_counters=("Q1",))
    reply = send(client, f"{PAGE}/{number}", verdict="done", reason=WHY, receipts=str(id))
    assert reply.status_code == 404
    with Session(engine) as session:
        assert session.get(Response, id) is not None
    assert read_only_request(engine).verdict is None


def test_an_operator_records_and_does_not_decide(engine, operator):
    number = number_of(record(operator))
    page = operator.get(f"{PAGE}/{number}")
    assert 'name="verdict"' not in page.text
    csrf = csrf_in(page)
    reply = operator.post(f"{PAGE}/{number}", data={"csrf": csrf, "verdict": "done", "reason": WHY})
    assert reply.status_code == 403


def test_requests_of_other_units_are_not_shown(operator, join):
    number = number_of(record(operator))
    other = join("operator 00008", "khac@example.vn")
    assert number not in other.get(PAGE).text
    assert other.get(f"{PAGE}/{number}").status_code == 404


def test_what_is_past_its_day_is_counted_and_marked(engine, operator):
    record(operator, received_on="2026-10-30", kind="delete")  # due on 19/11
    record(operator, received_on="2026-10-31", kind="delete")  # due on 20/11, today
    with Session(engine) as session:
        counted = count_requests(session, today=NOW.date())
        later = count_requests(session, today=NOW.date() + timedelta(days=1))
    assert (counted.open, counted.overdue, later.overdue) == (2, 1, 2)
    assert operator.get(PAGE).text.count("quá hạn</span>") == 1
