"""Signals are computed and kept, with their reasons, and hold no text of a person."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import Engine
from sqlmodel import Session, select

from api.tables import Comment, ImportRun, Response, ResponseText, Signal, SignalResponse
from tests.api.signals.october import compute, store_month
from tests.conftest import NOW
from tests.registered import add_register
from tests.stored import make_transactions, store


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
