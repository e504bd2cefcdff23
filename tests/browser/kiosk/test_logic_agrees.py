"""The page asks exactly the questions the server counts as asked, and sends nothing the server refuses."""

import json
import random
from dataclasses import asdict

import pytest
from fastapi.encoders import jsonable_encoder

from api.catalogue import open_catalogue
from api.settings import Settings
from survey_forms.answers import drop_unasked, read_answers
from survey_forms.form import Form, Question, QuestionType

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

FORMS = open_catalogue(Settings()).forms
TRIES = 60
SEED = 20261120


@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form.id}-{form.version}")
def test_the_page_sends_what_the_server_reads(call, form: Form):
    chance = random.Random(SEED)
    raws = [_fill_in(form, chance) for _ in range(TRIES)]
    document = json.dumps(jsonable_encoder(asdict(form)))
    sent = call("logic.js", f"(m) => {json.dumps(raws)}.map((raw) => m.assembleAnswers({document}, raw))")
    for raw, answers in zip(raws, sent, strict=True):
        expected = read_answers(form, drop_unasked(form, raw))
        assert read_answers(form, answers) == expected


def _fill_in(form: Form, chance: random.Random) -> dict[str, object]:
    """Answers that each fit their question, whether it is asked or not; some optional ones are left empty."""
    raw: dict[str, object] = {}
    for question in form.questions:
        if question.required or chance.random() < 0.8:
            raw[question.id] = _answer(question, chance)
            for option in question.options:
                chosen = raw[question.id]
                is_chosen = option.id == chosen or (isinstance(chosen, list) and option.id in chosen)
                if option.with_text and is_chosen:
                    raw[f"{question.id}.{option.id}"] = "  Ý kiến khác 👍 "
    return raw


def _answer(question: Question, chance: random.Random) -> object:
    if question.missing and chance.random() < 0.2 and question.type is not QuestionType.MATRIX:
        return chance.choice(question.missing).value
    match question.type:
        case QuestionType.RATING:
            return chance.randint(1, question.scale.levels)
        case QuestionType.MATRIX:
            return {row.id: chance.randint(1, question.scale.levels) for row in question.rows}
        case QuestionType.SINGLE:
            return chance.choice(question.options).id
        case QuestionType.MULTIPLE:
            count = question.choose_exactly or question.choose_at_least or min(2, question.choose_at_most or 2)
            return [option.id for option in chance.sample(question.options, count)]
        case QuestionType.YES_NO:
            return chance.random() < 0.5
        case QuestionType.NUMBER:
            return chance.randint(int(question.minimum or 0), int(question.maximum or 50))
        case QuestionType.DATE:
            return "2026-11-20"
        case _:
            return chance.choice(["Cảm ơn", "   ", "dont_know"])
