"""True or false. 0, 1 and "yes" are no answers in JSON; a page posts yes or no."""

from collections.abc import Sequence

from survey_forms.form import Question
from survey_forms.questions.kind import AnswerColumn, Reading, single_posted
from survey_forms.questions.wording import wrong_type

POSTED = {"yes": True, "no": False, "true": True, "false": False}


def read(question: Question, value: object, into: Reading) -> None:
    if isinstance(value, bool):
        into.values[question.id] = value
    else:
        into.problems.append(wrong_type(question, "true hoặc false", "true or false", value))


def columns(question: Question) -> tuple[AnswerColumn, ...]:
    return (AnswerColumn(question.id, "boolean", question.id, None, question.text),)


def read_posted(question: Question, posted: Sequence[str]) -> object:
    value = single_posted(posted)
    return POSTED.get(value, value) if isinstance(value, str) else value
