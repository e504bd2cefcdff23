"""Staff see the cases and rates of their units, bring in a list for them, and nothing about their own counter."""

from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from api.interviews.importing import Importer, import_assignments
from api.tables import AuditEvent, InterviewAssignment, InterviewAttempt, KioskDevice
from tests.api.interviews.test_interviews import write_list
from tests.api.staff.people import add_staff, csrf_in, sign_in
from tests.conftest import NOW
from tests.stored import store

PAGE = "/staff/interviews"


@pytest.fixture
def join(app, engine, tablet):
    def sign(*roles: str, own_counters: tuple[str, ...] = ()) -> TestClient:
        add_staff(engine, *roles, own_counters=own_counters)
        client = TestClient(app, raise_server_exceptions=False)
        assert sign_in(client).status_code == 303
        return client

    return sign


def bring(engine, folder, *rows: dict[str, str], survey: str = "2026-q4") -> None:
    file = write_list(folder, *rows)
    import_assignments(engine, file, Importer("test"), survey=survey, today=NOW.date(), now=NOW)


def add_try(engine, code: str, outcome: str, why: str | None = None) -> None:
    with Session(engine) as session:
        case = session.exec(select(InterviewAssignment.id).where(InterviewAssignment.code == code)).one()
    given = {"assignment": case, "outcome": outcome, "why": why, "local_day": NOW.date()}
    store(engine, [InterviewAttempt(id=uuid4(), **given)])


def upload(client, file, survey: str = "2026-q4", name: str = "list.csv"):
    csrf = csrf_in(client.get(PAGE))
    return client.post(
        PAGE, data={"csrf": csrf, "survey": survey}, files={"file": (name, file.read_bytes())},
        follow_redirects=False,
    )  # fmt: skip


def stored_codes(engine) -> list[str]:
    with Session(engine) as session:
        return sorted(session.exec(select(InterviewAssignment.code)))


def test_outcomes_and_rates_of_a_unit_are_told_with_their_n(engine, tmp_path, join):
    bring(engine, tmp_path, {}, {}, {}, {})
    for code, outcome in (("H1", "complete"), ("H2", "break_off"), ("H3", "not_eligible")):
        add_try(engine, code, outcome, "no_time" if outcome == "break_off" else None)
    page = join("unit_head 00004").get(f"{PAGE}?survey=2026-q4").text
    # Of 4 one is not eligible: n = 3, RR1 = 1/3; reached are 2: COOP1 = 1/2, CON1 = 2/3.
    for column, figure in (("n (nơi thuộc diện)", "3"), ("Tỷ lệ trả lời", "33,3 %"), ("Tỷ lệ hợp tác", "50,0 %")):
        assert f'data-label="{column}">{figure}<' in page
    assert "dừng giữa chừng: hết thời gian" in page
    assert "20/11/2026" in page
    assert "ngõ 5" in page


def test_a_head_sees_only_the_places_of_their_unit(engine, tmp_path, join):
    bring(engine, tmp_path, {"place": "Ngõ ta"}, {"unit": "00008", "place": "Ngõ người"})
    client = join("unit_head 00004")
    for address in (f"{PAGE}?survey=2026-q4", f"{PAGE}?survey=2026-q4&unit=00008"):
        assert "Ngõ người" not in client.get(address).text
    assert "Ngõ ta" in client.get(f"{PAGE}?survey=2026-q4").text


def test_a_survey_of_other_units_is_not_named(engine, tmp_path, join):
    bring(engine, tmp_path, {"unit": "00008"}, survey="đợt của người khác")
    assert "đợt của người khác" not in join("unit_head 00004").get(PAGE).text


def test_places_of_a_tablet_at_one_s_own_counter_are_neither_shown_nor_counted(engine, tmp_path, join, tablet):
    bring(engine, tmp_path, {"place": "Ngõ ta"}, {"device": tablet.id, "place": "Ngõ của quầy"})
    counter = counter_of(engine, tablet)
    page = join("unit_head 00004", own_counters=(counter,)).get(f"{PAGE}?survey=2026-q4").text
    assert "Ngõ của quầy" not in page
    assert 'data-label="n (nơi thuộc diện)">1<' in page


def test_a_head_brings_in_a_list_and_it_is_audited(engine, tmp_path, join):
    done = upload(join("unit_head 00004"), write_list(tmp_path, {}, {}))
    assert (done.status_code, done.headers["location"]) == (303, f"{PAGE}?survey=2026-q4&done=imported")
    assert stored_codes(engine) == ["H1", "H2"]
    with Session(engine) as session:
        deeds = [row.actor for row in session.exec(select(AuditEvent)) if row.action == "interviews.import"]
    assert len(deeds) == 1
    assert deeds[0].startswith("staff ")


@pytest.mark.parametrize(
    ("row", "told"),
    [
        pytest.param({"unit": "00008"}, "không thuộc phạm vi", id="into another unit"),
        pytest.param({"code": "H9"}, "đã dùng ở đơn vị khác", id="a case of another unit"),
        pytest.param({"place": "gọi 0912 345 678"}, "số điện thoại", id="a number of a person"),
    ],
)
def test_a_list_that_reaches_beyond_one_s_units_is_refused_whole(engine, tmp_path, join, row, told):
    bring(engine, tmp_path, {"code": "H9", "unit": "00008"})
    reply = upload(join("unit_head 00004"), write_list(tmp_path, {}, row))
    assert reply.status_code == 422
    assert told in reply.text
    assert "0912" not in reply.text
    assert stored_codes(engine) == ["H9"]


def test_nobody_gives_places_to_the_tablet_of_their_own_counter(engine, tmp_path, join, tablet):
    client = join("unit_head 00004", own_counters=(counter_of(engine, tablet),))
    reply = upload(client, write_list(tmp_path, {"device": tablet.id}))
    assert reply.status_code == 422
    assert "quầy bạn phục vụ" in reply.text


@pytest.mark.parametrize(("survey", "name"), [("", "list.csv"), ("2026-q4", "list.exe")])
def test_what_is_no_list_is_told_kindly(engine, tmp_path, join, survey, name):
    reply = upload(join("unit_head 00004"), write_list(tmp_path, {}), survey=survey, name=name)
    assert reply.status_code == 422
    assert "tệp CSV hoặc XLSX" in reply.text


def test_an_operator_sees_the_list_and_brings_in_none(engine, tmp_path, join):
    bring(engine, tmp_path, {})
    client = join("operator 00004")
    page = client.get(PAGE)
    assert page.status_code == 200
    assert "Nhập danh sách" not in page.text
    reply = client.post(PAGE, data={"survey": "x"}, files={"file": ("a.csv", b"code")})
    assert reply.status_code == 403


def counter_of(engine, tablet) -> str:
    with Session(engine) as session:
        return session.get(KioskDevice, tablet.id).counter
