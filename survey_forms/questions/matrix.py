"""Several things rated on one scale: ``{row: level}``. Required means every row; a null row is no answer."""

from collections.abc import Mapping, Sequence

from survey_forms.errors import Problem
from survey_forms.form import Missing, Question
from survey_forms.questions.kind import AnswerColumn, Reading, join_text
from survey_forms.questions.rating import read_level
from survey_forms.questions.wording import show, show_key, wrong_type

MOST_UNKNOWN_ROWS = 5


def read(question: Question, value: object, into: Reading) -> None:
    if not isinstance(value, Mapping):
        into.problems.append(wrong_type(question, "{hàng: mức}", "{row: level}", value))
        return
    for row in question.rows:
        level, column = value.get(row.id), f"{question.id}.{row.id}"
        if level is None:
            continue
        if isinstance(level, str) and level in question.missing:
            into.values[f"{column}#missing"] = str(Missing(level))
        else:
            read_level(question, level, column, row.id, into)
    _refuse_unknown_rows(question, value, into)


def find_open_rows(question: Question, value: object) -> list[Problem]:
    """A problem for every row without an answer."""
    given = value if isinstance(value, Mapping) else {}
    return [
        Problem(
            question.id,
            "required",
            f"Chưa trả lời dòng “{row.text['vi']}”",
            f"The row “{row.text['en']}” has no answer",
            row.id,
        )
        for row in question.rows
        if given.get(row.id) is None
    ]


def columns(question: Question) -> tuple[AnswerColumn, ...]:
    return tuple(
        AnswerColumn(f"{question.id}.{row.id}", "level", question.id, row.id, join_text(question.text, row.text))
        for row in question.rows
    )


def read_posted(question: Question, posted: Sequence[str]) -> object:
    # The rows come as fields of their own, ``question.row``; a field of the bare name says nothing.
    return list(posted)


def _refuse_unknown_rows(question: Question, value: Mapping[object, object], into: Reading) -> None:
    rows = {row.id for row in question.rows}
    unknown = [key for key in value if key not in rows]
    for key in unknown[:MOST_UNKNOWN_ROWS]:
        vi, en = f"Không có dòng {show(key)}", f"There is no row {show(key)}"
        into.problems.append(Problem(question.id, "unknown_row", vi, en, show_key(key)))
    if len(unknown) > MOST_UNKNOWN_ROWS:
        more = len(unknown) - MOST_UNKNOWN_ROWS
        into.problems.append(
            Problem(question.id, "unknown_row", f"Còn {more} dòng lạ khác", f"{more} more unknown rows")
        )
