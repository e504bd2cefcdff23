"""The boxes of a paper sheet: how they are numbered, and the digits with which staff key them in."""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from survey_forms.form import Form, Missing, Option, Question, QuestionType, Text
from survey_forms.pages.conditions import value_texts
from survey_forms.questions.kind import join_text

UNCLEAR = "0"  # two boxes ticked where one is allowed, or nobody can read it: counts as no answer
ONE_DIGIT_MOST = 7  # options; 8 and 9 stay free for the reasons why there is no answer
_REASON_DIGITS = {Missing.DONT_KNOW: "8", Missing.NOT_APPLICABLE: "9"}
_REASON_SIGNS = {Missing.DONT_KNOW: "*", Missing.NOT_APPLICABLE: "-"}  # beside the digits of a keypad
_ROWS = "abcdefghijklmnopqrstuvwxyz"


class FieldKind(StrEnum):
    """What is written on the paper: one code, several, a number, a day, words."""

    CODE = "code"
    CODES = "codes"
    NUMBER = "number"
    DATE = "date"
    WORDS = "words"


@dataclass(frozen=True)
class Code:
    """``keyed`` is typed for ``value``, as a page of the form posts it."""

    keyed: str
    value: str
    text: Text


@dataclass(frozen=True)
class SheetField:
    """One box. ``name`` is as on the form's page: the question, ``question.row``, ``question.option``."""

    name: str
    number: str
    question: Question
    text: Text
    kind: FieldKind
    codes: tuple[Code, ...] = ()
    part: str | None = None  # row or option

    @property
    def width(self) -> int:
        """Digits of each code."""
        return max((len(code.keyed) for code in self.codes), default=1)

    @property
    def is_summable(self) -> bool:
        """Whether what is keyed adds up to a control total."""
        return self.kind is FieldKind.NUMBER or (
            self.kind is FieldKind.CODE and self.question.type in (QuestionType.RATING, QuestionType.MATRIX)
        )

    @property
    def is_counted(self) -> bool:
        """Whether it counts when keying errors are counted: two people never write the same words alike."""
        return self.kind is not FieldKind.WORDS


@lru_cache(maxsize=256)
def list_fields(form: Form) -> tuple[SheetField, ...]:
    """Every box of ``form`` in the order of the paper."""
    return tuple(field for number, question in enumerate(form.questions, 1) for field in _fields(question, number))


def _fields(question: Question, number: int) -> list[SheetField]:
    if question.type is QuestionType.MATRIX:
        return [_row_field(question, number, place, row) for place, row in enumerate(question.rows)]
    kinds = {
        QuestionType.MULTIPLE: FieldKind.CODES,
        QuestionType.NUMBER: FieldKind.NUMBER,
        QuestionType.DATE: FieldKind.DATE,
        QuestionType.SHORT_TEXT: FieldKind.WORDS,
        QuestionType.LONG_TEXT: FieldKind.WORDS,
    }
    kind = kinds.get(question.type, FieldKind.CODE)
    fields = [SheetField(question.id, str(number), question, question.text, kind, _codes(question))]
    for option in question.options:
        if option.with_text:
            text = join_text(question.text, option.text)
            name, shown = f"{question.id}.{option.id}", f"{number}…"
            fields.append(SheetField(name, shown, question, text, FieldKind.WORDS, part=option.id))
    return fields


def _row_field(question: Question, number: int, place: int, row: Option) -> SheetField:
    letter = _ROWS[place] if place < len(_ROWS) else f".{place + 1}"
    name, text = f"{question.id}.{row.id}", join_text(question.text, row.text)
    return SheetField(name, f"{number}{letter}", question, text, FieldKind.CODE, _codes(question), row.id)


def _codes(question: Question) -> tuple[Code, ...]:
    texts = {language: dict(value_texts(question, language)) for language in question.text}
    reasons = {str(reason) for reason in question.missing}
    values = [value for value in texts["vi"] if value not in reasons]
    width = 1 if len(values) <= ONE_DIGIT_MOST else 2
    codes = [(str(place).zfill(width), value) for place, value in enumerate(values, 1)]
    for reason in question.missing:
        codes.append((_REASON_DIGITS[reason].rjust(width, "9") if values else _REASON_SIGNS[reason], str(reason)))
    return tuple(
        Code(keyed, value, {language: of_value[value] for language, of_value in texts.items()})
        for keyed, value in codes
    )
