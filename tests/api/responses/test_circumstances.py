"""How a response was answered: taken where it is told, stored, no reason to refuse what was known before."""

import hashlib
import json

import pytest
from sqlmodel import Session, select

from api.tables import Response
from tests.api.responses.conftest import make_body

TOLD = {
    "completeness": "flagged",
    "is_assisted": True,
    "option_order": "descending",
    "clock_offset_seconds": -75,
    "durations": {"overall": 2.5},
    "consent": "kiosk-2026.1",
}


def test_the_circumstances_are_stored_as_told(post, session: Session):
    assert post(make_body(**TOLD)).status_code == 201
    stored = session.exec(select(Response)).one()
    assert {name: getattr(stored, name) for name in TOLD} == TOLD


def test_nothing_told_is_a_whole_response_without_help(post, session: Session):
    post(make_body())
    stored = session.exec(select(Response)).one()
    assert {name: getattr(stored, name) for name in TOLD} == {
        "completeness": "complete",
        "is_assisted": False,
        "option_order": None,
        "clock_offset_seconds": None,
        "durations": None,
        "consent": None,
    }


def test_a_response_without_circumstances_keeps_the_hash_it_had_before_they_were_asked_for(post):
    body = make_body()
    content = {
        "id": body["id"], "form": "counter", "version": "2026.1", "answers": {"overall": 5}, "texts": {},
        "unit_filed": "00004", "unit_decided": None, "unit_residence": None, "procedure": None, "counter": None,
        "channel": "kiosk", "selection": "self_selected", "language": "vi", "started_at": None,
        "submitted_at": "2026-11-20T02:59:00+00:00", "device": None, "device_sequence": None,
    }  # fmt: skip
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert post(body).json()["content_hash"] == hashlib.sha256(canonical.encode()).hexdigest()


def test_a_clock_measured_anew_when_it_is_sent_again_is_no_conflict(post):
    body = make_body(clock_offset_seconds=3)
    assert post(body).status_code == 201
    assert post(body | {"clock_offset_seconds": 5}).status_code == 200


def test_other_circumstances_under_one_id_are_a_conflict(post):
    body = make_body()
    assert post(body).status_code == 201
    assert post(body | {"is_assisted": True}).status_code == 409


@pytest.mark.parametrize("completeness", ["partial", "flagged"])
def test_who_left_early_need_not_have_answered_what_is_required(post, session: Session, completeness):
    assert post(make_body(answers={}, completeness=completeness)).status_code == 201
    assert post(make_body(answers={})).json()["problems"][0]["code"] == "required"
    assert session.exec(select(Response)).one().answers == {}


@pytest.mark.parametrize(
    ("told", "codes"),
    [
        ({"completeness": "half"}, {"unknown_completeness"}),
        ({"option_order": "random", "durations": {"q99": 1}}, {"unknown_option_order", "unknown_question"}),
        ({"is_assisted": "yes", "clock_offset_seconds": 1.5}, {"bool_type", "int_type"}),
        ({"durations": {"overall": -1}}, {"greater_than_equal"}),
    ],
)
def test_wrong_circumstances_are_told_together(post, told, codes):
    reply = post(make_body(**told))
    assert reply.status_code == 422
    assert {problem["code"] for problem in reply.json()["problems"]} == codes
