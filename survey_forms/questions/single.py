"""One option of several. The words of an option with text come under a key of their own, ``question.option``."""

from collections.abc import Sequence

from survey_forms.form import Question
from survey_forms.questions.kind import AnswerColumn, Reading, single_posted
from survey_forms.questions.wording import unknown_option, wrong_type


def read(question: Question, value: object, into: Reading) -> None:
    if not isinstance(value, str):
        into.problems.append(wrong_type(question, "mã của một lựa chọn", "the id of one option", value))
    elif not any(option.id == value for option in question.options):
        into.problems.append(unknown_option(question, value))
    else:
        into.values[question.id] = value


def columns(question: Question) -> tuple[AnswerColumn, ...]:
    return (AnswerColumn(question.id, "option", question.id, None, question.text),)


def read_posted(question: Question, posted: Sequence[str]) -> object:
    return single_posted(posted)
