"""What every question type provides, and what is read of a response while it is read."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from survey_forms.errors import Problem
from survey_forms.form import LANGUAGES, Question, Text

Value = int | float | bool | str
ColumnKind = Literal["level", "boolean", "option", "number", "date", "missing"]

BETWEEN = " – "  # joins the wording of a question and of its row or option
MISSING_TEXT: Text = {"vi": "lý do không có câu trả lời", "en": "why there is no answer"}


@dataclass(frozen=True)
class AnswerColumn:
    """One column of stored answers. ``part`` is the matrix row or the option; free text has no column."""

    name: str
    kind: ColumnKind
    question: str
    part: str | None
    text: Text


@dataclass
class Reading:
    """The answers of one response so far: stored values by column, free texts, and what is wrong."""

    values: dict[str, Value] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


class QuestionKind(Protocol):
    """One question type: a module of this package."""

    def read(self, question: Question, value: object, into: Reading) -> None:
        """Put the answer ``value`` (never None) into ``into``, or what is wrong with it."""

    def columns(self, question: Question) -> tuple[AnswerColumn, ...]:
        """The columns of the question, without those of missing reasons."""

    def read_posted(self, question: Question, posted: Sequence[str]) -> object:
        """What the fields of a page (never blank ones) say as it would stand in JSON; unclear ones unchanged."""


def missing_column(column: AnswerColumn) -> AnswerColumn:
    """The column that says why ``column`` has no value."""
    return AnswerColumn(
        f"{column.name}#missing", "missing", column.question, column.part, join_text(column.text, MISSING_TEXT)
    )


def join_text(first: Text, second: Text) -> Text:
    """Both wordings in each language."""
    return {language: first[language] + BETWEEN + second[language] for language in LANGUAGES}


def single_posted(posted: Sequence[str]) -> str | list[str]:
    """The one value of a field; a list, which no question of one value accepts, when there are several."""
    return posted[0] if len(set(posted)) == 1 else list(posted)
