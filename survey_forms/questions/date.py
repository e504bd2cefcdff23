"""A day, "YYYY-MM-DD"; on a page also 20/11/2026, day first."""

import re
from collections.abc import Sequence
from datetime import date

from survey_forms.form import Question
from survey_forms.questions.kind import AnswerColumn, Reading, single_posted
from survey_forms.questions.wording import out_of_range, wrong_type

ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")  # fromisoformat alone also takes 20261120 and weeks
DAY_FIRST = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
FIRST_YEAR, LAST_YEAR = 1900, 2100


def read(question: Question, value: object, into: Reading) -> None:
    try:
        day = date.fromisoformat(value) if isinstance(value, str) and ISO.fullmatch(value) else None
    except ValueError:  # 2026-02-30
        day = None
    if day is None:
        into.problems.append(wrong_type(question, "ngày dạng 2026-11-20", "a date like 2026-11-20", value))
    elif not FIRST_YEAR <= day.year <= LAST_YEAR:
        into.problems.append(out_of_range(question, f"{FIRST_YEAR}–{LAST_YEAR}", value))
    else:
        into.values[question.id] = day.isoformat()


def columns(question: Question) -> tuple[AnswerColumn, ...]:
    return (AnswerColumn(question.id, "date", question.id, None, question.text),)


def read_posted(question: Question, posted: Sequence[str]) -> object:
    value = single_posted(posted)
    found = DAY_FIRST.fullmatch(value) if isinstance(value, str) else None
    return f"{found[3]}-{found[2]:0>2}-{found[1]:0>2}" if found else value
