"""Bad input: refused with a reason, or kept as it is; never our crash."""

import json
import unicodedata
from uuid import UUID

import pytest
from sqlmodel import Session, select

from api.tables import Response, ResponseText
from tests.api.responses.conftest import make_body

JSON = {"Content-Type": "application/json"}


def raw(**fields: object) -> bytes:
    return json.dumps(make_body(**fields)).encode()


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"{", id="cut off"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"null", id="null"),
        pytest.param(b'"text"', id="a text"),
        pytest.param(b"\xff\xfe{}", id="UTF-16"),
        pytest.param(b"\xef\xbb\xbf{}", id="BOM"),
        pytest.param(raw().replace(b"counter", b"c\xffunter", 1), id="invalid UTF-8"),
        pytest.param(b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", id="deep"),
        pytest.param(raw(answers={"overall": "@"}).replace(b'"@"', b"NaN"), id="NaN"),
        pytest.param(raw(answers={"overall": "@"}).replace(b'"@"', b"1e999"), id="infinite"),
        pytest.param(raw(answers={"overall": "@"}).replace(b'"@"', b"9" * 5000), id="5,000 digits"),
        pytest.param(raw(answers={"overall": 10**400}), id="400 digits"),
        pytest.param(raw(answers={"overall": "@"}).replace(b'"@"', b"[" * 150 + b"]" * 150), id="150 deep"),
        pytest.param(raw(answers={"overall": "@"}).replace(b'"@"', b'"\\ud800"'), id="half a surrogate pair"),
        pytest.param(raw(answers={"overall": 5, "comment": "a\x00b"}), id="NUL in a text"),
        pytest.param(raw(answers={"overall": 5, "a\x00b": 1}), id="NUL in a question"),
        pytest.param(raw(answers={"overall": "5"}), id="number as text"),
        pytest.param(raw(answers={"overall": 5.0}), id="number with a point"),
        pytest.param(raw(answers={"overall": True}), id="true for a level"),
        pytest.param(raw(answers={"overall": {"a": 1}}), id="an object for a level"),
        pytest.param(raw(answers={"overall": 5, "reasons": ["waiting"]}), id="answer to a question not asked"),
        pytest.param(raw(answers={"overall": 1, "reasons": {"waiting": True}}), id="object for options"),
        pytest.param(raw(answers={"overall": 1, "reasons": ["waiting"] * 1000}), id="an option a thousand times"),
        pytest.param(raw(answers={"overall": 1, "comment": "x" * 10_000}), id="10,000 letters"),
        pytest.param(raw(answers={"overall": 1, "comment": 5}), id="number for a text"),
        pytest.param(raw(answers=[]), id="list of answers"),
        pytest.param(raw(answers={}), id="nothing answered"),
        pytest.param(raw(id="1"), id="id is no UUID"),
        pytest.param(raw(id=5), id="id is a number"),
        pytest.param(raw(form=""), id="form empty"),
        pytest.param(raw(unit_filed="x" * 10_000), id="long unit"),
        pytest.param(raw(unit_filed="a\x00"), id="NUL in a unit"),
        pytest.param(raw(unit_filed=4), id="unit as a number"),
        pytest.param(raw(device="a\x00"), id="NUL in a device"),
        pytest.param(raw(device="x" * 61), id="long device"),
        pytest.param(raw(device_sequence=-1), id="negative sequence"),
        pytest.param(raw(device_sequence=2**31), id="sequence too large"),
        pytest.param(raw(device_sequence="7"), id="sequence as text"),
        pytest.param(raw(device_sequence=True), id="sequence is true"),
        pytest.param(raw(submitted_at="2026-11-20T10:00:00"), id="no zone"),
        pytest.param(raw(submitted_at="0001-01-01T00:00:00+07:00"), id="off the calendar"),
        pytest.param(raw(submitted_at="9999-12-31T23:59:59-07:00"), id="off the calendar, late"),
        pytest.param(raw(submitted_at=1763600000), id="seconds since 1970"),
        pytest.param(raw(submitted_at="1763600000"), id="seconds since 1970 as text"),
        pytest.param(raw(submitted_at="20/11/2026"), id="a Vietnamese date"),
        pytest.param(raw(started_at="hôm qua"), id="a word for an instant"),
        pytest.param(raw(score=5), id="a field that is not there"),
        pytest.param(raw().replace(b'"channel"', b'"unit_filed": "00008", "channel"'), id="a field twice"),
        pytest.param(raw(answers={"overall": "@"}).replace(b'"@"', b'5, "overall": 1'), id="an answer twice"),
    ],
)
def test_bad_body_is_refused_with_a_reason_and_stores_nothing(client, session: Session, body: bytes):
    reply = client.post("/api/v1/responses", content=body, headers=JSON)
    assert reply.status_code == 422, reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json()["problems"]
    assert len(reply.content) < 20_000
    assert session.exec(select(Response)).all() == []


def test_thousand_unknown_fields_get_a_short_reply_with_their_number(post):
    reply = post(make_body(**{f"field_{n}": n for n in range(1000)}))
    assert reply.status_code == 422
    assert (len(reply.json()["problems"]), reply.json()["problems_total"]) == (50, 1000)


def test_thousand_unknown_questions_get_a_short_reply(post):
    reply = post(make_body(answers={"overall": 5} | {f"q{n}": n for n in range(1000)}))
    assert reply.status_code == 422
    assert len(reply.json()["problems"]) <= 50
    assert len(reply.content) < 20_000


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("😀👩‍👩‍👧‍👦🇻🇳", id="emoji"),
        pytest.param(unicodedata.normalize("NFC", "Thủ tục rườm rà, chờ đợi quá lâu"), id="NFC"),
        pytest.param("עברית ‏و العربية", id="right to left"),
        pytest.param("'; DROP TABLE response; --", id="quotes"),
        pytest.param("=HYPERLINK(1)", id="formula"),
        pytest.param("đ" * 2000, id="2,000 letters"),
        pytest.param("dòng một\ndòng hai\t\\u0000", id="lines and a written escape"),
    ],
)
def test_any_text_comes_back_as_it_was_sent(post, session: Session, text: str):
    body = make_body(answers={"overall": 3, "comment": text})
    assert post(body).status_code == 201
    stored = session.get(ResponseText, (UUID(body["id"]), "comment"))
    assert stored.text == text


def test_decomposed_and_composed_diacritics_are_the_same_text(post):
    composed = "Chờ đợi quá lâu"
    body = make_body(answers={"overall": 3, "comment": unicodedata.normalize("NFD", composed)})
    assert post(body).status_code == 201
    assert post(body | {"answers": {"overall": 3, "comment": composed}}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": ""},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ],
)
def test_other_content_types_are_not_read(client, headers):
    reply = client.post("/api/v1/responses", content=raw(), headers=headers)
    assert (reply.status_code, reply.json()["code"]) == (415, "not_supported")


def test_charset_in_the_content_type_is_fine(client):
    reply = client.post(
        "/api/v1/responses", content=raw(), headers={"Content-Type": "application/json; charset=utf-8"}
    )
    assert reply.status_code == 201


@pytest.mark.parametrize("path", ["/api/v1/responses", "/api/v1/responses/batch"])
@pytest.mark.parametrize("is_chunked", [False, True])
def test_oversized_body_is_refused(client, new_key, path, is_chunked):
    size = 9_000_000 if path.endswith("batch") else 300_000
    chunks = (b" " * 1000 for _ in range(size // 1000))
    reply = client.post(
        path,
        content=chunks if is_chunked else b" " * size,
        headers=JSON | {"Authorization": f"Bearer {new_key('batch')}"},
    )
    assert (reply.status_code, reply.json()["code"]) == (413, "body_too_large")
    assert reply.headers["content-type"] == "application/problem+json"


def test_body_just_below_the_limit_is_read(client, settings):
    body = raw()
    padded = body + b" " * (settings.body_bytes_max - len(body))
    assert client.post("/api/v1/responses", content=padded, headers=JSON).status_code == 201
    assert client.post("/api/v1/responses", content=padded + b" ", headers=JSON).status_code == 413
