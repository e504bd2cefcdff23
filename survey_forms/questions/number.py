"""A finite number. On a page 2,5 and 2.5 are the same, but 1.000 is refused: it is a thousand here, one there."""

import math
import re
from collections.abc import Sequence

from survey_forms.form import Question
from survey_forms.questions.kind import AnswerColumn, Reading, single_posted
from survey_forms.questions.wording import out_of_range, wrong_type

LARGEST = 10**15  # beyond it a float no longer tells whole numbers apart
POSTED = re.compile(r"-?[0-9]{1,15}(?:[.,][0-9]{1,10})?")
AMBIGUOUS = re.compile(r"-?[1-9][0-9]{0,2}[.,][0-9]{3}")


def read(question: Question, value: object, into: Reading) -> None:
    if not isinstance(value, int | float) or isinstance(value, bool) or not _is_finite(value):
        into.problems.append(wrong_type(question, "một số", "a number", value))
        return
    least = -LARGEST if question.minimum is None else question.minimum
    most = LARGEST if question.maximum is None else question.maximum
    if least <= value <= most:
        into.values[question.id] = float(value)
    else:
        into.problems.append(out_of_range(question, f"{_write(least)}–{_write(most)}", value))


def columns(question: Question) -> tuple[AnswerColumn, ...]:
    return (AnswerColumn(question.id, "number", question.id, None, question.text),)


def read_posted(question: Question, posted: Sequence[str]) -> object:
    value = single_posted(posted)
    if not isinstance(value, str) or not POSTED.fullmatch(value) or AMBIGUOUS.fullmatch(value):
        return value
    return float(value.replace(",", "."))


def _is_finite(value: float) -> bool:
    return isinstance(value, int) or math.isfinite(value)


def _write(bound: float) -> str:
    return f"{bound:.15g}".replace(".", ",")
