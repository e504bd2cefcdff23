"""Checks across the questions of one form: ids used once, conditions that look back at something answerable."""

from collections.abc import Mapping, Sequence

from survey_forms.form import Condition, Question, QuestionType
from survey_forms.reading.field import Field

# The columns that stand before the answers in a snapshot, and those the estimators add: an id of a
# question is a column beside them. tests/survey_forms/test_columns.py compares with analysis.frames.
RESERVED_COLUMNS = frozenset(
    {"response_id", "month", "local_day", "unit_filed", "unit_decided", "unit_residence", "procedure", "counter"}
    | {"channel", "selection", "language", "seconds", "is_clock_doubted", "is_demo", "form", "version"}
    | {"completeness", "is_assisted", "option_order"}
    | {"weight", "stratum", "cluster", "population", "domain"}
)
COMPARABLE = (QuestionType.RATING, QuestionType.NUMBER)


def check_questions(questions: Sequence[tuple[Question, Field]]) -> None:
    """Note ids used twice or reserved, and conditions that cannot be decided when the question comes."""
    earlier: dict[str, Question] = {}
    for question, field in questions:
        if question.id in earlier:
            _at(field, "id").fail("mã chưa dùng trong phiếu / an id not used in this form", question.id)
        if question.id in RESERVED_COLUMNS:
            _at(field, "id").fail("mã không trùng cột của hệ thống / an id that is no column name", question.id)
        for number, condition in enumerate(question.asked_if):
            _check_condition(condition, earlier, _at(field, f"asked_if[{number}]"))
        earlier[question.id] = question


def _check_condition(condition: Condition, earlier: Mapping[str, Question], field: Field) -> None:
    looked_at = earlier.get(condition.question)
    if not condition.question:
        return
    if looked_at is None:
        known = ", ".join(earlier) or "–"
        _at(field, "question").fail(f"câu hỏi đứng trước / an earlier question: {known}", condition.question)
        return
    if condition.at_least is not None or condition.at_most is not None:
        if looked_at.type not in COMPARABLE:
            field.fail("at_least/at_most: rating, number", looked_at.type.value)
        elif looked_at.scale and not all(
            bound is None or 1 <= bound <= looked_at.scale.levels
            for bound in (condition.at_least, condition.at_most)
        ):
            field.fail(f"mức / a level 1–{looked_at.scale.levels}", f"{condition.at_least}, {condition.at_most}")
    known_values = _possible_values(looked_at)
    for value in condition.values:
        if not any(value == known and type(value) is type(known) for known in known_values):
            wanted = ", ".join(str(known) for known in known_values) or "at_least, at_most"
            _at(field, "in").fail(f"giá trị của / a value of {looked_at.id}: {wanted}", str(value))


def _possible_values(question: Question) -> list[str | int | bool]:
    values: list[str | int | bool] = []
    if question.type is QuestionType.RATING and question.scale:
        values += range(1, question.scale.levels + 1)
    elif question.type in (QuestionType.SINGLE, QuestionType.MULTIPLE):
        values += [option.id for option in question.options]
    elif question.type is QuestionType.YES_NO:
        values += [True, False]
    return values + [reason.value for reason in question.missing]


def _at(field: Field, key: str) -> Field:
    """The place below ``field``, for a complaint about it."""
    return Field(field.source, f"{field.key}.{key}", None)
