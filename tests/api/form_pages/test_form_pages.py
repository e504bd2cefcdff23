"""The form page end to end: shown, filled, stored once, kept when something is wrong. On both databases."""

import re
from contextlib import contextmanager
from datetime import date
from html import unescape
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from api.app import create_app
from api.form_pages.queries import UNITS_MAX
from api.receiving.receipt_codes import show_receipt
from api.tables import Counter, Response, ResponseText, Unit
from survey_forms.consent.catalogue import find_consent
from tests.conftest import NOW
from tests.survey_forms.naughty import NAUGHTY

HERE = "unit=00004&procedure=1.000001&counter=Q1&channel=qr"


@contextmanager
def served(settings, clock):
    """A client of a service with other settings or another clock."""
    app = create_app(settings, clock=clock)
    with TestClient(app) as client:
        yield client
    app.state.engine.dispose()


def open_page(client, path):
    """The hidden fields of a page, as a browser would send them back."""
    reply = client.get(path)
    assert reply.status_code == 200, reply.text
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', reply.text))


def send(client, fields, form="counter"):
    return client.post(f"/f/{form}", data=fields, follow_redirects=False)


def stored(engine):
    with Session(engine) as session:
        return list(session.exec(select(Response)))


def test_a_filled_page_is_stored_with_its_place_and_thanked(client, engine):
    fields = open_page(client, f"/f/counter?{HERE}")
    reply = send(
        client, fields | {"overall": "2", "reasons": ["late", "other"], "reasons.other": "Mưa", "comment": " "}
    )
    assert reply.status_code == 303
    [row] = stored(engine)
    assert (row.form, row.version, row.unit_filed, row.procedure, row.counter, row.channel, row.language) == (
        "counter", "2026.1", "00004", "1.000001", "Q1", "qr", "vi",
    )  # fmt: skip
    assert row.answers["overall"] == 2
    assert row.answers["reasons.late"] is True
    assert row.answers["reasons.fee"] is False
    assert row.selection == "self_selected"
    assert row.started_at is not None
    with Session(engine) as session:
        assert [(text.question, text.text) for text in session.exec(select(ResponseText))] == [
            ("reasons.other", "Mưa")
        ]
    thanks = client.get(reply.headers["location"])
    assert thanks.status_code == 200
    assert show_receipt(row.id) in thanks.text
    assert "Đã ghi nhận lúc 10:00 ngày 20/11/2026." in thanks.text


def test_what_was_said_before_the_first_question_is_stored_with_the_answer(client, engine):
    page = client.get(f"/f/counter?{HERE}").text
    said = find_consent("qr", NOW.date())
    assert said["vi"] in unescape(page)
    assert 'href="/privacy"' in page
    fields = open_page(client, f"/f/counter?{HERE}")
    send(client, fields | {"overall": "4"})
    send(client, open_page(client, f"/f/counter?{HERE}") | {"overall": "4", "_consent": "made up"})
    assert sorted(row.consent or "" for row in stored(engine)) == ["", said["version"]]


def test_the_same_page_sent_twice_is_stored_once(settings, engine):
    ticks = iter(range(1000))
    with served(settings, lambda: NOW.replace(second=next(ticks) % 60)) as client:  # later at every look
        fields = open_page(client, f"/f/counter?{HERE}") | {"overall": "5"}
        first, second = send(client, fields), send(client, fields)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["location"] == second.headers["location"]
    assert len(stored(engine)) == 1


def test_the_same_page_with_other_answers_is_refused_and_nothing_overwritten(client, engine):
    fields = open_page(client, f"/f/counter?{HERE}")
    send(client, fields | {"overall": "5"})
    reply = send(client, fields | {"overall": "1"})
    assert reply.status_code == 409
    assert "đã được ghi nhận trước đó" in reply.text
    assert "/f/counter?" in reply.text
    assert [row.answers["overall"] for row in stored(engine)] == [5]


def test_two_pages_have_two_ids(client):
    pages = [open_page(client, f"/f/counter?{HERE}")["_id"] for _ in range(2)]
    assert len(set(pages)) == 2
    assert all(UUID(page).version == 4 for page in pages)


@pytest.mark.parametrize(
    ("path", "code"),
    [
        pytest.param("/f/counter?counter=Q8", "00008", id="a counter names its unit"),
        pytest.param("/f/counter?unit=00004&counter=Q8", "00004", id="a counter of another unit is left out"),
        pytest.param("/f/counter?unit=00004&procedure=9.9", "00004", id="an unknown procedure is left out"),
    ],
)
def test_a_misprinted_link_does_not_cost_the_answer(client, engine, path, code):
    assert send(client, open_page(client, path) | {"overall": "4"}).status_code == 303
    [row] = stored(engine)
    assert row.unit_filed == code
    assert row.procedure is None
    assert row.counter == ("Q8" if code == "00008" else None)


def test_without_a_unit_the_page_asks_for_one(client, engine):
    page = client.get("/f/counter").text
    assert re.findall(r'<option value="(\w+)">', page) == ["00004", "00008"]  # those with a counter
    fields = open_page(client, "/f/counter")
    refused = send(client, fields | {"overall": "4", "_unit": "", "comment": "Đã gõ"})
    assert refused.status_code == 422
    assert "Xin cho biết nơi đã làm thủ tục" in refused.text
    assert "Đã gõ" in refused.text
    assert send(client, fields | {"overall": "4", "_unit": "00008"}).status_code == 303
    assert [row.unit_filed for row in stored(engine)] == ["00008"]


def test_a_unit_that_has_ended_is_asked_for_again(client):
    fields = open_page(client, "/f/counter?unit=001")  # a district, until 30/06/2025
    assert "_unit" not in fields
    reply = send(client, fields | {"overall": "4", "_unit": "001"})
    assert reply.status_code == 422
    assert "Không có đơn vị 001 đang hoạt động" in reply.text


def test_too_many_units_for_a_list_are_typed_by_code(client, engine):
    with Session(engine) as session, session.begin():
        for number in range(UNITS_MAX):
            session.add(
                Unit(code=f"D{number}", name="X", kind="commune", valid_from=date(2025, 7, 1), is_demo=True)
            )
    page = client.get("/f/counter").text
    assert "<select" not in page
    assert '<input id="unit-field" name="_unit" type="text"' in page


def test_problems_come_together_and_everything_typed_is_kept(client, engine):
    fields = open_page(client, f"/f/one_stop_enterprise?{HERE}")
    typed = {"size": "over_200", "hours": "nhiều", "q1": "7", "comment": "<b>Chậm</b>"}
    reply = send(client, fields | typed, form="one_stop_enterprise")
    assert reply.status_code == 422
    page = unescape(reply.text)
    assert re.findall(r'<li><a href="#q-(\w+)">', reply.text) == ["q1", "overall", "hours"]
    assert 'value="nhiều"' in page
    assert "&lt;b&gt;Chậm&lt;/b&gt;</textarea>" in reply.text
    assert re.search(r'name="size" value="over_200" checked', page)
    assert open_fields(reply.text)["_id"] == fields["_id"]
    assert stored(engine) == []


def open_fields(html):
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', html))


def test_a_page_without_any_answer_is_not_stored(client, engine):
    reply = send(client, open_page(client, f"/f/sipas?{HERE}"), form="sipas")
    assert reply.status_code == 422
    assert "Phiếu chưa có câu trả lời nào" in reply.text
    assert stored(engine) == []


def test_an_answer_to_a_question_not_asked_is_dropped(client, engine):
    fields = open_page(client, f"/f/counter?{HERE}") | {"overall": "5", "reasons": ["late"], "reasons.other": "x"}
    assert send(client, fields).status_code == 303
    assert [row.answers for row in stored(engine)] == [{"overall": 5}]


@pytest.mark.parametrize("name", NAUGHTY)
def test_odd_texts_come_back_or_are_stored_as_typed(client, engine, name):
    fields = open_page(client, f"/f/counter?{HERE}") | {"overall": "3", "comment": NAUGHTY[name]}
    reply = send(client, fields)
    if name == "10,000 letters":
        assert reply.status_code == 422
        assert NAUGHTY[name] in reply.text
    else:
        assert reply.status_code == 303
        with Session(engine) as session:
            assert len(session.exec(select(ResponseText)).all()) == 1


def test_a_nul_byte_is_refused_with_the_page_kept(client, engine):
    reply = send(client, open_page(client, f"/f/counter?{HERE}") | {"overall": "3", "comment": "a\x00b"})
    assert reply.status_code == 422
    assert "NUL" in reply.text
    assert stored(engine) == []


@pytest.mark.parametrize(
    ("path", "status"),
    [
        pytest.param("/f/nothing", 404, id="unknown form"),
        pytest.param("/f/counter?version=1999.1", 404, id="unknown version"),
        pytest.param("/f/counter?unit=%00&lang=%ff&version=", 200, id="nonsense in the address"),
        pytest.param("/f/counter?unit=" + "9" * 500, 200, id="a code without end"),
        pytest.param("/f/counter/thanks?receipt=x", 404, id="no receipt"),
        pytest.param("/f/counter/thanks?receipt=00000000-0000-4000-8000-000000000000", 404, id="unknown receipt"),
    ],
)
def test_what_is_not_there_is_said_on_a_page(client, path, status):
    reply = client.get(path)
    assert reply.status_code == status
    assert reply.headers["content-type"] == "text/html; charset=utf-8"


def test_an_earlier_version_can_still_be_filled(client, engine):
    fields = open_page(client, "/f/sipas?version=2017.1&unit=00004")
    reply = send(client, fields | {"access.c1": "4", "wishes": ["faster", "skill"]}, form="sipas")
    assert reply.status_code == 422
    assert "Chọn đúng 3" in reply.text
    reply = send(client, fields | {"access.c1": "4", "wishes": ["faster", "skill", "online"]}, form="sipas")
    assert reply.status_code == 303
    assert [(row.version, row.answers["access.c1"]) for row in stored(engine)] == [("2017.1", 4)]


def test_tampered_fields_of_the_page_do_no_harm(client, engine):
    fields = open_page(client, f"/f/counter?{HERE}") | {
        "overall": "4", "_id": "no uuid", "_started": "9999-99-99", "_channel": "interviewer", "_more": "x",
    }  # fmt: skip
    assert send(client, fields).status_code == 303
    [row] = stored(engine)
    assert row.channel == "web"
    assert row.started_at is None


def test_only_form_fields_are_read(client):
    reply = client.post("/f/counter", json={"overall": 5})
    assert reply.status_code == 415
    assert reply.headers["content-type"].startswith("text/html")


def test_the_language_is_changed_without_losing_the_place_or_what_was_typed(client):
    fields = open_page(client, f"/f/counter?{HERE}&version=2026.1")
    reply = send(client, fields | {"comment": "Chờ lâu", "_turn": "lang.en"})
    assert reply.status_code == 200
    assert '<html lang="en"' in reply.text
    assert "Chờ lâu</textarea>" in reply.text
    kept = open_fields(reply.text)
    assert kept == fields | {"_lang": "en"}


def test_a_response_for_a_demonstration_unit_is_marked(client, engine):
    with Session(engine) as session, session.begin():
        session.add(Unit(code="DEMO", name="Xã Mẫu", kind="commune", valid_from=date(2025, 7, 1), is_demo=True))
    assert "Bản trình diễn" in client.get("/f/counter?unit=DEMO").text
    reply = send(client, open_page(client, "/f/counter?unit=DEMO") | {"overall": "4"})
    assert [row.is_demo for row in stored(engine)] == [True]
    assert "Bản trình diễn" in client.get(reply.headers["location"]).text


def test_a_response_at_a_demonstration_counter_of_a_real_unit_is_marked(client, engine):
    with Session(engine) as session, session.begin():
        since = date(2025, 7, 1)
        session.add(Counter(code="D1", unit_code="00004", name="Quầy số 1", valid_from=since, is_demo=True))
    page = open_page(client, "/f/counter?unit=00004&counter=D1")
    send(client, page | {"overall": "4"})
    send(client, open_page(client, "/f/counter?unit=00004") | {"overall": "4"})
    assert sorted(row.is_demo for row in stored(engine)) == [False, True]
