"""Staff see whether the nightly work was done."""

from datetime import timedelta

import pytest

from api.tables import NightlyRun
from tests.api.staff.people import add_second_factor, add_staff, code_of, send, sign_in
from tests.conftest import NOW
from tests.registered import add_register
from tests.stored import store

PAGE = "/staff/nightly"
GOOD = {"name": "comments", "seconds": 1.5, "counts": {"screened": 1200, "masked": 0}, "error": None}
BAD = {"name": "signals", "seconds": 0.0, "counts": {}, "error": {"code": "x", "vi": "Thiếu khóa", "en": "No key"}}


@pytest.fixture
def analyst(client, engine):
    add_register(engine)
    secret = add_second_factor(engine, add_staff(engine, "analyst"))
    sign_in(client)
    send(client, "/staff/code", code=code_of(secret))
    return client


def make_run(hours: float, *steps: dict, has_ended: bool = True) -> NightlyRun:
    at = NOW - timedelta(hours=hours)
    failed = sum(step["error"] is not None for step in steps)
    return NightlyRun(started_at=at, finished_at=at if has_ended else None, failed=failed, steps=list(steps))


def test_before_the_first_run_the_page_says_what_to_do(analyst):
    assert "Hãy đặt lịch cho lệnh hailong nightly" in analyst.get(PAGE).text


def test_the_last_run_is_told_step_by_step_in_words(analyst, engine):
    store(engine, [make_run(30, GOOD)])
    store(engine, [make_run(3, GOOD, BAD)])
    page = analyst.get(PAGE).text
    assert "20/11/2026 07:00" in page
    assert "1.200 lời góp ý đã che" in page
    assert "Thiếu khóa" in page
    assert "1 bước lỗi" in page
    assert "1,200 comments screened" in analyst.get(f"{PAGE}?lang=en").text


@pytest.mark.parametrize(
    ("runs", "is_late"),
    [
        pytest.param([(26, True)], False, id="a night and two hours ago"),
        pytest.param([(26.1, True)], True, id="longer ago"),
        pytest.param([(26.1, True), (1, False)], True, id="one began since and did not end"),
    ],
)
def test_staff_are_warned_when_no_run_ended_for_more_than_a_night(analyst, engine, runs, is_late):
    store(engine, [make_run(hours, GOOD, has_ended=has_ended) for hours, has_ended in runs])
    assert ("hãy báo người giữ máy chủ" in analyst.get(PAGE).text) is is_late


def test_an_operator_has_no_such_page(client, engine):
    add_register(engine)
    add_staff(engine, "operator 00004")
    sign_in(client)
    assert client.get(PAGE).status_code == 403
