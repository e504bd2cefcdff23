"""A level of a scale, 1 the worst. 4.0 and "4" are no levels: a client that sends them is to be mended."""

import re
from collections.abc import Sequence

from survey_forms.form import Question
from survey_forms.questions.kind import AnswerColumn, Reading, single_posted
from survey_forms.questions.wording import out_of_range, wrong_type

DIGITS = re.compile(r"[0-9]{1,3}")


def read(question: Question, value: object, into: Reading) -> None:
    read_level(question, value, question.id, None, into)


def read_level(question: Question, value: object, column: str, part: str | None, into: Reading) -> None:
    """A level of the question's scale as the value of ``column``."""
    assert question.scale is not None
    levels = question.scale.levels
    if not isinstance(value, int) or isinstance(value, bool):
        vi, en = f"số nguyên 1–{levels}", f"a whole number 1–{levels}"
        into.problems.append(wrong_type(question, vi, en, value, part))
    elif not 1 <= value <= levels:
        into.problems.append(out_of_range(question, f"1–{levels}", value, part))
    else:
        into.values[column] = value


def columns(question: Question) -> tuple[AnswerColumn, ...]:
    return (AnswerColumn(question.id, "level", question.id, None, question.text),)


def read_posted(question: Question, posted: Sequence[str]) -> object:
    value = single_posted(posted)
    return int(value) if isinstance(value, str) and DIGITS.fullmatch(value) else value
