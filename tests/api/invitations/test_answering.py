"""An invited person's way: link, form, thanks; once for each case, known again after a lost reply."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from api.app import create_app
from api.invitations.importing import import_cases
from api.receiving.tokens import find_token
from api.tables import InvitationPending, Response, ResponseText
from tests.api.invitations.people import ANSWERS, answer, code_of, fields_of, follow, respond
from tests.conftest import NOW

MONTH_START = datetime(2026, 10, 31, 17, 0, tzinfo=UTC)  # 01/11/2026 00:00 in Việt Nam
CASES = [(f"HS-{number}", "1.000001", "00004", "2026-11-10") for number in range(4)]


@pytest.fixture
def cases(engine, settings, asking, write_cases):
    import_cases(
        engine, write_cases(*CASES), asking=replace(asking, form="counter"), now=NOW, actor="test",
        zone=settings.zone,
    )  # fmt: skip


@pytest.fixture
def code(engine, cases) -> str:
    return code_of(engine, "HS-1")


def responses(engine) -> list[Response]:
    with Session(engine) as session:
        return list(session.exec(select(Response)))


def test_an_invited_answer_carries_its_place_and_only_the_month(client, engine, code):
    respond(client, code, overall="2", reasons="late", comment="Chờ lâu")

    [row] = responses(engine)
    assert (row.unit_filed, row.procedure, row.counter, row.channel) == ("00004", "1.000001", None, "web")
    assert (row.selection, row.form, row.answers["overall"]) == ("invited", "counter", 2)
    assert row.submitted_at == row.received_at == MONTH_START
    assert (row.local_day, row.month) == (date(2026, 11, 1), "2026-11")
    assert (row.started_at, row.device, row.device_sequence, row.durations) == (None, None, None, None)
    with Session(engine) as session:
        assert [text.text for text in session.exec(select(ResponseText))] == ["Chờ lâu"]


def test_the_thanks_hold_nothing_by_which_the_answer_could_be_found(client, engine, code):
    fields = fields_of(follow(client, code))
    reply = answer(client, fields)

    assert reply.headers["location"] == "/t/thanks?lang=vi"
    page = client.get(reply.headers["location"])
    [row] = responses(engine)
    assert "Cảm ơn" in page.text
    assert str(row.id) not in page.text
    assert "set-cookie" not in page.headers


def test_the_same_page_sent_again_is_thanked_again_and_stored_once(client, engine, code):
    fields = fields_of(follow(client, code))
    assert answer(client, fields).status_code == 303
    assert answer(client, fields).status_code == 303  # the reply to the first was lost
    assert len(responses(engine)) == 1


def test_a_page_sent_again_in_the_next_month_is_still_the_same(client, engine, settings, code):
    fields = fields_of(follow(client, code))
    answer(client, fields)
    later = create_app(settings, clock=lambda: NOW + timedelta(days=20))
    with TestClient(later) as client_later:
        assert answer(client_later, fields).status_code == 303
    later.state.engine.dispose()
    [row] = responses(engine)
    assert row.month == "2026-11"


def test_a_second_answer_of_the_same_case_is_refused_kindly(client, engine, code):
    first, second = fields_of(follow(client, code)), fields_of(follow(client, code))
    answer(client, first, overall="5")

    refused = answer(client, second, overall="1")
    changed = answer(client, first, overall="1")

    for reply in (refused, changed, follow(client, code)):
        assert reply.status_code == 409
        assert "đã được dùng" in reply.text
        assert "/f/counter?unit=00004&amp;procedure=1.000001&amp;lang=vi" in reply.text
    assert [row.answers["overall"] for row in responses(engine)] == [5]


def test_many_codes_at_once_are_stored_each_once(client, engine, cases):
    pages = [fields_of(follow(client, code_of(engine, f"HS-{number}"))) for number in (0, 1, 2, 3)]
    pages[3]["_code"] = pages[2]["_code"]

    told = [answer(client, page).status_code for page in pages]

    assert told == [303, 303, 303, 409]
    assert len(responses(engine)) == 3


def test_an_id_that_is_taken_does_not_cost_the_invitation(client, engine, cases):
    taken = respond(client, code_of(engine, "HS-0"), overall="5")
    code = code_of(engine, "HS-1")
    fields = fields_of(follow(client, code)) | {"_id": taken}
    assert answer(client, fields, overall="1").status_code == 409
    respond(client, code, overall="2")
    assert sorted(row.answers["overall"] for row in responses(engine)) == [2, 5]


@pytest.mark.parametrize("typed", ["", "x", "0" * 28, "-" * 80, "Ư" * 28, "\x00"])
def test_what_is_no_code_is_answered_with_a_page(client, cases, typed):
    reply = follow(client, typed)
    assert reply.status_code == 404
    assert "Không tìm thấy lời mời này" in reply.text
    assert "Nhập lại mã" in reply.text


def test_a_code_is_known_as_people_type_it(client, engine, code):
    typed = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert follow(client, typed).status_code == 200


def test_an_expired_invitation_offers_the_open_form_and_midnight_costs_nobody_the_answers(
    client, engine, settings, code
):
    fields, unsent = (fields_of(follow(client, code_of(engine, dossier))) for dossier in ("HS-1", "HS-2"))
    # 30/11 and 45 days: 14/01/2027 is the last day.
    for at, status_of_unsent in (("2027-01-15T05:00Z", None), ("2027-01-16T05:00Z", 410)):
        late = create_app(settings, clock=lambda at=at: datetime.fromisoformat(at))
        with TestClient(late) as client_late:
            told = follow(client_late, code_of(engine, "HS-2"))
            assert told.status_code == 410
            assert "14/01/2027" in told.text
            assert answer(client_late, fields).status_code == 303  # the second time it is known
            if status_of_unsent:
                assert answer(client_late, unsent).status_code == status_of_unsent
        late.state.engine.dispose()
    assert len(responses(engine)) == 1


def test_wrong_answers_are_shown_again_and_the_invitation_stays_good(client, engine, code):
    fields = fields_of(follow(client, code))
    wrong = answer(client, fields, overall="9", comment="Tôi đã viết rất nhiều")
    assert wrong.status_code == 422
    assert "Tôi đã viết rất nhiều" in wrong.text
    assert answer(client, fields_of(type("Page", (), {"status_code": 200, "text": wrong.text}))).status_code == 303


def test_opening_and_answering_only_ever_take_something_away(client, engine, cases):
    def left(dossier):
        with Session(engine) as session:
            token = find_token(session, code_of(engine, dossier))
            rows = session.exec(select(InvitationPending).where(InvitationPending.token_sha256 == token.sha256))
            return sorted(row.awaits for row in rows)

    assert left("HS-2") == ["answer", "opening"]
    fields = fields_of(follow(client, code_of(engine, "HS-2")))
    assert left("HS-2") == ["answer"]
    answer(client, fields)
    assert left("HS-2") == []


def test_an_open_link_stays_possible_and_is_self_selected(client, engine, code):
    from tests.api.form_pages.test_form_pages import open_page, send

    send(client, open_page(client, "/f/counter?unit=00004") | ANSWERS)
    respond(client, code)
    assert sorted(row.selection for row in responses(engine)) == ["invited", "self_selected"]


def test_the_landing_page_needs_only_its_own_script_and_keeps_the_code_out_of_addresses(client, code):
    page = client.get("/t?lang=en")
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.text.count("<script") == 1
    form = follow(client, code)
    assert 'action="/t/answer"' in form.text
    # The code stands in a hidden field and in no address.
    assert f'name="_code" value="{code}"' in form.text
    assert form.text.count(code) == 1
