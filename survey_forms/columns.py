"""The columns that the answers to a form become: their names, kinds and wordings."""

from survey_forms.form import Form, Question, QuestionType
from survey_forms.questions import KINDS
from survey_forms.questions.kind import AnswerColumn, missing_column

__all__ = ["AnswerColumn", "answer_columns"]

# One reason for the question as a whole: several options have no reason each, free text has no column.
BY_QUESTION = (QuestionType.MULTIPLE, QuestionType.SHORT_TEXT, QuestionType.LONG_TEXT)


def answer_columns(form: Form) -> tuple[AnswerColumn, ...]:
    """Every column of the form's stored answers in the order they are asked; free text has none.

    Where "don't know" or "not applicable" may be chosen, ``<column>#missing`` follows the column.
    """
    return tuple(column for question in form.questions for column in _question_columns(question))


def _question_columns(question: Question) -> list[AnswerColumn]:
    columns = list(KINDS[question.type].columns(question))
    if not question.missing:
        return columns
    if question.type in BY_QUESTION:
        return [*columns, missing_column(AnswerColumn(question.id, "missing", question.id, None, question.text))]
    return [each for column in columns for each in (column, missing_column(column))]
