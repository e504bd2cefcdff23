"""Signals are looked at by those who may, decided upon with a reason, and taken back."""

from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from analysis.indices.policy import IndexPolicy
from api.releases.computing import compute_month, read_registry
from api.settings import Settings
from api.tables import AuditEvent, ResponseExclusion, SignalReview
from tests.api.signals.october import MONTH, compute
from tests.api.staff.people import add_staff, audited, send, sign_in

REASON = "Cán bộ quầy xác nhận tự bấm thử máy"


def excluded(engine: Engine) -> set[UUID]:
    with Session(engine) as session:
        return {row.response_id for row in session.exec(select(ResponseExclusion))}


def total(engine: Engine, catalogue, settings: Settings) -> dict:
    (part,) = compute_month(
        read_registry(engine, MONTH), catalogue, month=MONTH, snapshots_folder=settings.snapshots_folder,
        policy=IndexPolicy(),
    )  # fmt: skip
    return part.tables.indices.row(0, named=True)


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
