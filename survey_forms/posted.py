"""The fields of a page as the answers they would be in JSON."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from survey_forms.form import Form, Question, QuestionType
from survey_forms.questions import KINDS, rating


def read_posted(form: Form, pairs: Iterable[tuple[str, str]]) -> dict[str, object]:
    """Raw answers from ``pairs`` of a page's fields, for ``read_answers`` to judge.

    Names: the question id, repeated for several options; ``question.row`` of a matrix; ``question.option`` for
    the words of an option. Blank fields are no answer. Fields of other names belong to the page and are passed
    over. What cannot be understood stays as it was posted and is refused by ``read_answers``.
    """
    posted: dict[str, list[str]] = defaultdict(list)
    for name, value in pairs:
        if value.strip():
            posted[name].append(value)
    raw: dict[str, object] = {}
    for question in form.questions:
        if question.type is QuestionType.MATRIX:
            rows = _read_rows(question, posted)
            raw |= {question.id: rows} if rows else {}
        elif question.id in posted:
            raw[question.id] = _read_question(question, posted[question.id])
        for option in question.options:
            words = posted.get(f"{question.id}.{option.id}") if option.with_text else None
            if words:
                raw[f"{question.id}.{option.id}"] = words[0] if len(words) == 1 else words
    return raw


def _read_question(question: Question, values: list[str]) -> object:
    if question.type in (QuestionType.SHORT_TEXT, QuestionType.LONG_TEXT):
        return KINDS[question.type].read_posted(question, values)
    return KINDS[question.type].read_posted(question, [value.strip() for value in values])


def _read_rows(question: Question, posted: Mapping[str, list[str]]) -> dict[str, object]:
    return {
        row.id: rating.read_posted(question, [value.strip() for value in posted[f"{question.id}.{row.id}"]])
        for row in question.rows
        if f"{question.id}.{row.id}" in posted
    }
