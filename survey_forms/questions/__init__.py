"""One small file per question type: how it reads an answer, and which columns it becomes."""

from collections.abc import Mapping

from survey_forms.form import QuestionType
from survey_forms.questions import date, matrix, multiple, number, rating, single, text, yes_no
from survey_forms.questions.kind import QuestionKind

KINDS: Mapping[QuestionType, QuestionKind] = {
    QuestionType.RATING: rating,
    QuestionType.SINGLE: single,
    QuestionType.MULTIPLE: multiple,
    QuestionType.NUMBER: number,
    QuestionType.DATE: date,
    QuestionType.SHORT_TEXT: text,
    QuestionType.LONG_TEXT: text,
    QuestionType.YES_NO: yes_no,
    QuestionType.MATRIX: matrix,
}
