"""The form of an invited person comes question by question; what is filled in stays with the person until sent."""

import re
from dataclasses import replace
from datetime import datetime

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from api.app import create_app
from api.invitations.importing import import_cases
from api.tables import InvitationPending, Response
from tests.api.invitations.attacker import read_tables
from tests.api.invitations.people import answer, code_of, fields_of, follow
from tests.conftest import NOW

CASES = [(f"HS-{number}", "1.000001", "00004", "2026-11-10") for number in range(4)]
TYPED = {"q1": "2", "overall": "4", "comment": "Chờ lâu ở ghế số chín"}


@pytest.fixture
def codes(engine, settings, asking, write_cases) -> list[str]:
    import_cases(engine, write_cases(*CASES), asking=asking, now=NOW, actor="test", zone=settings.zone)
    return [code_of(engine, dossier) for dossier, *_ in CASES]


def press(client, fields, turn: str):
    """A button that shows the page in another way."""
    return client.post("/t/answer", data=fields | TYPED | {"_turn": turn})


def left(engine) -> tuple[int, int]:
    """Responses stored, answers still awaited."""
    with Session(engine) as session:
        awaited = select(InvitationPending).where(InvitationPending.awaits == "answer")
        return len(session.exec(select(Response)).all()), len(session.exec(awaited).all())


def test_each_question_is_a_step_with_its_place_among_them(client, codes):
    page = follow(client, codes[0]).text
    steps = re.findall(r'<div class="step(?: first)?" id="(s-\w+)"', page)
    assert steps == ["s-start", *(f"s-q{n}" for n in range(1, 10)), "s-overall", "s-trips", "s-comment", "s-end"]
    assert page.count("<progress ") == 12
    assert 'name="_turn" value="review"' in page


@pytest.mark.parametrize(
    ("turn", "shown"),
    [
        pytest.param("lang.en", '<html lang="en"', id="language"),
        pytest.param("mode.simple", 'class="simple ', id="easy to read"),
        pytest.param("contrast.high", 'class="contrast ', id="contrast"),
        pytest.param("review", "Xem lại các câu trả lời</title>", id="review"),
        pytest.param("edit", 'class="stepped"', id="back from the review"),
    ],
)
def test_a_button_keeps_what_was_typed_and_spends_nothing(client, engine, codes, turn, shown):
    fields = fields_of(follow(client, codes[0]))
    page = press(client, fields, turn)
    assert page.status_code == 200
    assert shown in page.text
    assert TYPED["comment"] in page.text
    kept = dict(re.findall(r'<input type="hidden" name="(_[^"]+)" value="([^"]*)">', page.text))
    assert {name: kept[name] for name in ("_id", "_code", "_kept")} == {
        name: fields[name] for name in ("_id", "_code", "_kept")
    }
    assert left(engine) == (0, 4)


def test_what_is_only_filled_in_is_nowhere_on_the_server(client, engine, codes):
    fields = fields_of(follow(client, codes[0]))
    before = read_tables(engine)
    for turn in ("lang.en", "mode.simple", "review", "edit"):
        press(client, fields, turn)
    assert read_tables(engine) == before


def test_a_form_read_over_in_english_is_stored_once_in_english(client, engine, codes):
    fields = fields_of(press(client, fields_of(follow(client, codes[0])), "lang.en"))
    sent = {name: value for name, value in fields_of(press(client, fields, "review")).items() if name != "_turn"}
    assert [answer(client, sent).status_code for _ in range(2)] == [303, 303]
    assert left(engine) == (1, 3)
    with Session(engine) as session:
        [row] = session.exec(select(Response))
    assert (row.language, row.answers["overall"], row.started_at) == ("en", 4, None)


def test_a_review_of_mistakes_is_the_page_again(client, engine, codes):
    page = client.post("/t/answer", data=fields_of(follow(client, codes[0])) | {"q1": "9", "_turn": "review"})
    assert page.status_code == 422
    assert left(engine) == (0, 4)


def test_a_language_without_words_of_the_service_is_taken_too(client, engine, codes):
    fields = fields_of(press(client, fields_of(follow(client, codes[0])), "lang.km"))
    assert fields["_lang"] == "km"
    assert answer(client, fields | TYPED).status_code == 303
    assert "đã được dùng" in answer(client, fields | {"q1": "1"}).text


def test_each_invitation_has_its_own_name_on_the_device_however_its_code_is_typed(client, codes):
    names = [fields_of(follow(client, code))["_kept"] for code in codes]
    assert len(set(names)) == 4
    assert fields_of(follow(client, codes[0].lower().replace("-", " ")))["_kept"] == names[0]


def test_a_spent_invitation_says_what_the_device_may_forget(client, codes):
    fields = fields_of(follow(client, codes[0]))
    answer(client, fields, **TYPED)
    used = follow(client, codes[0])
    assert used.status_code == 409
    assert f'data-over="{fields["_kept"]}"' in used.text
    assert codes[0] not in used.text


@pytest.mark.parametrize(("at", "is_over"), [("2027-01-15T05:00Z", False), ("2027-01-16T05:00Z", True)])
def test_an_expired_one_is_kept_as_long_as_it_can_still_be_sent(settings, codes, at, is_over):
    app = create_app(replace(settings), clock=lambda: datetime.fromisoformat(at))
    with TestClient(app) as late:
        expired = follow(late, codes[0])
    app.state.engine.dispose()
    assert expired.status_code == 410
    assert ("data-over" in expired.text) is is_over


def test_the_address_of_a_form_opened_again_leads_to_the_code(client):
    for path in ("/t/form", "/t/answer"):
        reply = client.get(path, follow_redirects=False)
        assert (reply.status_code, reply.headers["location"]) == (303, "/t?lang=vi")
