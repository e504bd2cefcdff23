"""Signals are computed and kept, looked at by those who may, decided upon with a reason, and taken back."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from analysis.indices.policy import IndexPolicy
from api.catalogue import open_catalogue
from api.releases.computing import compute_month, read_registry
from api.settings import Settings
from api.signals.service import compute_signals
from api.snapshots.service import write_snapshots
from api.tables import (
    AuditEvent,
    Comment,
    ImportRun,
    Response,
    ResponseExclusion,
    ResponseText,
    Signal,
    SignalResponse,
    SignalReview,
)
from tests.api.staff.people import add_second_factor, add_staff, audited, code_of, send, sign_in
from tests.conftest import NOW
from tests.registered import add_register
from tests.stored import make_response, make_transactions, store

MONTH = "2026-10"
REASON = "Cán bộ quầy xác nhận tự bấm thử máy"


@pytest.fixture
def catalogue(settings: Settings):
    return open_catalogue(settings)


def at(day: int, minute: int, second: int = 0) -> datetime:
    return datetime(2026, 10, day, tzinfo=UTC) + timedelta(hours=-7, minutes=minute, seconds=second)


def store_month(engine: Engine, catalogue, *, burst: int = 12, counter: str = "Q1", **other: object) -> None:
    """Two weeks of a response every half hour at each of two counters, and a burst at ``counter`` on 5 October."""
    form = catalogue.get("counter", "2026.1")
    rows, number = [], 0
    for place, unit in (("Q1", "00004"), ("Q8", "00008")):
        for day in (5, 6, 7, 8, 9, 12, 13, 14, 15, 16):
            for minute in range(480, 1020, 30):
                number += 1
                rows.append(
                    make_response(
                        number, form, {"overall": 1 + number * number % 5}, unit_filed=unit, counter=place,
                        submitted_at=at(day, minute), local_day=date(2026, 10, day),
                    )
                )  # fmt: skip
    unit = "00004" if counter == "Q1" else "00008"
    for i in range(burst):
        rows.append(
            make_response(
                9000 + i, form, {"overall": 1 + i % 5}, unit_filed=unit, counter=counter,
                submitted_at=at(5, 601, 20 * i), **other,
            )
        )  # fmt: skip
    store(engine, rows)


def compute(engine: Engine, catalogue, settings: Settings, *, now: datetime = NOW):
    write_snapshots(engine, settings.snapshots_folder, catalogue, months=[MONTH])
    return compute_signals(
        engine, catalogue, month=MONTH, snapshots_folder=settings.snapshots_folder, zone=settings.zone,
        office=(450, 1020), now=now,
    )  # fmt: skip


@pytest.fixture
def found(engine: Engine, catalogue, settings: Settings) -> str:
    """The id of the one burst of the month."""
    add_register(engine)
    store_month(engine, catalogue)
    compute(engine, catalogue, settings)
    with Session(engine) as session:
        (signal,) = session.exec(select(Signal)).all()
        assert signal.kind == "burst"
        return signal.id


@pytest.fixture
def analyst(client: TestClient, engine: Engine, found: str) -> TestClient:
    secret = add_second_factor(engine, add_staff(engine, "analyst"))
    sign_in(client)
    send(client, "/staff/code", code=code_of(secret))
    return client


def excluded(engine: Engine) -> set[UUID]:
    with Session(engine) as session:
        return {row.response_id for row in session.exec(select(ResponseExclusion))}


def test_a_burst_is_stored_with_its_reason_and_its_responses(engine: Engine, found: str):
    with Session(engine) as session:
        signal = session.get(Signal, found)
        assert (signal.unit, signal.counter, signal.local_day) == ("00004", "Q1", date(2026, 10, 5))
        assert "phiếu trong 10 phút" in signal.reason
        assert "responses within 10 minutes" in signal.reason_en
        members = {row.response_id for row in session.exec(select(SignalResponse))}
    assert members >= {UUID(int=9000 + i) for i in range(12)}


def test_computing_again_finds_the_same_signal_and_nothing_new(engine: Engine, catalogue, settings, found: str):
    again = compute(engine, catalogue, settings, now=NOW + timedelta(days=1))
    assert (again.found, again.new, again.gone) == (1, 0, 0)
    with Session(engine) as session:
        assert session.get(Signal, found).found_at == NOW


def test_a_signal_that_is_not_found_any_more_stays_and_says_so(engine: Engine, catalogue, settings, found: str):
    with Session(engine) as session, session.begin():
        for i in range(12):
            row = session.get(Response, UUID(int=9000 + i))
            row.is_clock_doubted = True  # what was learned later: the tablet's clock was wrong
            row.received_at += timedelta(hours=1)
            session.add(row)
    assert compute(engine, catalogue, settings).gone == 1
    with Session(engine) as session:
        assert session.get(Signal, found).is_current is False


def test_times_out_of_a_file_make_no_burst(engine: Engine, catalogue, settings):
    add_register(engine)
    with Session(engine) as session, session.begin():
        session.add(
            ImportRun(
                id=1, kind="responses", file_name="a.csv", file_sha256="0" * 64,
                finished_at=NOW, rows=1, accepted=1, known=0, rejected=0,
            )
        )  # fmt: skip
    store_month(engine, catalogue, import_run=1)
    assert compute(engine, catalogue, settings).found == 0


def test_more_responses_than_cases_are_told(engine: Engine, catalogue, settings):
    add_register(engine)
    store_month(engine, catalogue, burst=0)
    store(engine, [make_transactions("00004", "1.000001", 100), make_transactions("00008", "1.000001", 500)])
    compute(engine, catalogue, settings)
    with Session(engine) as session:
        (signal,) = session.exec(select(Signal)).all()
    assert (signal.kind, signal.unit, signal.figures["responses"], signal.figures["completed"]) == (
        "unserved", "00004", 180, 100,
    )  # fmt: skip


def test_the_list_and_the_signal_are_shown_to_an_analyst(analyst: TestClient, found: str):
    page = analyst.get("/staff/signals")
    assert f"/staff/signals/{found}" in page.text
    assert "Phường Ba Đình (00004), quầy Q1" in page.text
    one = analyst.get(f"/staff/signals/{found}").text
    assert one.count('name="response"') >= 12
    assert "Burst" in analyst.get(f"/staff/signals/{found}?lang=en").text


@pytest.mark.parametrize(
    ("query", "is_shown"),
    [
        pytest.param("kind=burst", True, id="its kind"),
        pytest.param("kind=trap", False, id="another kind"),
        pytest.param("state=open", True, id="not looked at"),
        pytest.param("state=keep", False, id="looked at"),
        pytest.param("unit=00008", False, id="another unit"),
        pytest.param("month=1999-01", True, id="a month that has none: the newest"),
    ],
)
def test_the_list_is_filtered(analyst: TestClient, found: str, query: str, is_shown: bool):
    assert (f"/staff/signals/{found}" in analyst.get(f"/staff/signals?{query}").text) is is_shown


def test_leaving_out_needs_a_reason(analyst: TestClient, engine: Engine, found: str):
    page, to = f"/staff/signals/{found}", f"/staff/signals/{found}/review"
    reply = send(analyst, page, to, verdict="exclude_all", reason="gian lận")
    assert reply.status_code == 422
    assert "Hãy ghi lý do" in reply.text
    assert excluded(engine) == set()


def test_what_is_left_out_is_in_no_figure_is_told_and_can_be_taken_back(
    analyst: TestClient, engine: Engine, catalogue, settings: Settings, found: str
):
    page, to = f"/staff/signals/{found}", f"/staff/signals/{found}/review"
    before = total(engine, catalogue, settings)
    chosen = [str(UUID(int=9000 + i)) for i in range(12)]
    assert send(analyst, page, to, verdict="exclude", reason=REASON, response=chosen).status_code == 303
    assert excluded(engine) == {UUID(one) for one in chosen}
    after = total(engine, catalogue, settings)
    assert (before["n"], after["n"]) == (372, 360)
    assert "12 phiếu bị loại sau khi xem xét dấu hiệu" in after["note"]
    assert "left out of the indices" in analyst.get("/staff/signals?lang=en").text
    assert send(analyst, page, to, verdict="reopen", reason="Xem lại: đây là đoàn khách thật").status_code == 303
    assert excluded(engine) == set()
    assert total(engine, catalogue, settings) == before
    deeds = [action for _, action in audited(engine) if action.startswith("signal.")]
    assert deeds == ["signal.exclude", "signal.reopen"]
    with Session(engine) as session:
        (event,) = session.exec(select(AuditEvent).where(AuditEvent.action == "signal.exclude")).all()
        assert (event.detail["reason"], event.detail["responses"], event.detail["unit"]) == (REASON, 12, "00004")
        assert len(session.exec(select(SignalReview)).all()) == 2


def total(engine: Engine, catalogue, settings: Settings) -> dict:
    (part,) = compute_month(
        read_registry(engine, MONTH), catalogue, month=MONTH, snapshots_folder=settings.snapshots_folder,
        policy=IndexPolicy(),
    )  # fmt: skip
    return part.tables.indices.row(0, named=True)


def test_a_decision_stands_when_the_signals_are_computed_again(
    analyst: TestClient, engine: Engine, catalogue, settings: Settings, found: str
):
    to = f"/staff/signals/{found}/review"
    send(analyst, f"/staff/signals/{found}", to, verdict="exclude_all", reason=REASON)
    held = excluded(engine)
    compute(engine, catalogue, settings)
    assert excluded(engine) == held
    assert "đã loại khỏi chỉ số" in analyst.get("/staff/signals").text


def test_responses_of_another_signal_cannot_be_chosen(analyst: TestClient, engine: Engine, found: str):
    to = f"/staff/signals/{found}/review"
    reply = send(
        analyst, f"/staff/signals/{found}", to, verdict="exclude", reason=REASON, response=str(UUID(int=300))
    )
    assert reply.status_code == 422
    assert excluded(engine) == set()


def test_nothing_can_be_taken_back_that_was_not_decided(analyst: TestClient, found: str):
    reply = send(
        analyst, f"/staff/signals/{found}", f"/staff/signals/{found}/review", verdict="reopen", reason=REASON
    )
    assert reply.status_code == 409


def test_a_head_of_unit_sees_the_signals_of_that_unit_only_and_decides_nothing(
    client: TestClient, engine: Engine, found: str
):
    add_staff(engine, "unit_head 00008")
    sign_in(client)
    assert found not in client.get("/staff/signals").text
    assert client.get(f"/staff/signals/{found}").status_code == 403


def test_a_head_of_the_unit_reads_and_cannot_decide(client: TestClient, engine: Engine, found: str):
    add_staff(engine, "unit_head 00004")
    sign_in(client)
    page = client.get(f"/staff/signals/{found}")
    assert page.status_code == 200
    assert 'name="verdict"' not in page.text
    reply = send(client, "/staff/profile", f"/staff/signals/{found}/review", verdict="keep", reason=REASON)
    assert reply.status_code == 403


def test_nobody_sees_the_signals_of_the_counter_where_they_serve(client: TestClient, engine: Engine, found: str):
    add_staff(engine, "unit_head 00004", own_counters=("Q1",))
    sign_in(client)
    assert found not in client.get("/staff/signals").text
    assert client.get(f"/staff/signals/{found}").status_code == 404


def test_an_operator_has_no_signals(client: TestClient, engine: Engine, found: str):
    add_staff(engine, "operator 00004")
    sign_in(client)
    assert client.get("/staff/signals").status_code == 403


def test_no_text_of_a_person_is_in_a_signal(engine: Engine, found: str):
    with Session(engine) as session:
        signal = session.get(Signal, found)
        assert set(signal.figures) == {"responses", "minutes", "expected", "until"}


def test_the_same_comment_is_found_whether_it_was_screened_or_not(engine: Engine, catalogue, settings):
    add_register(engine)
    store_month(engine, catalogue, burst=0)
    said = "Cán bộ rất nhiệt tình, chu đáo với dân"
    copied = [UUID(int=number) for number in range(1, 11)]
    store(engine, [ResponseText(response_id=id, question="comment", text=said) for id in copied[:5]])
    screened = {"question": "comment", "masked": {}, "rules": "1"}
    store(engine, [Comment(response_id=id, text=said, **screened) for id in copied[5:]])
    others = [
        ResponseText(response_id=UUID(int=number), question="comment", text=f"Ý kiến riêng thứ {number} của tôi")
        for number in range(11, 300)
    ]
    store(engine, others)
    compute(engine, catalogue, settings)
    with Session(engine) as session:
        (signal,) = session.exec(select(Signal)).all()
        members = {row.response_id for row in session.exec(select(SignalResponse))}
    assert (signal.kind, members) == ("same_texts", set(copied))
    assert "nhiệt tình" not in signal.reason
