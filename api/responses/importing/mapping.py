"""What a mapping says: from which column each fact of a response comes. Knows no file and no database."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID, uuid5

from survey_forms.form import Form, Question

UNANSWERED = "unanswered"
# The name space of all imported ids; the source and its id columns do the rest.
_IMPORTED = UUID("5a1c1f7e-0d0e-5b53-9b66-8d0b0a4f5e21")


@dataclass(frozen=True)
class Picked:
    """A fact taken from ``column`` (through ``values``, if there are any), or the same for every row."""

    column: str | None = None
    constant: str | None = None
    values: Mapping[str, str] | None = None


@dataclass(frozen=True)
class AnswerRule:
    """How one answer is read. ``part`` is a matrix row, or the option whose text this is.

    ``ticks``: a multiple choice kept as one column per option, column → option id, ticked when the cell is among
    ``ticked``; else the one ``column``, cut at ``separator`` for a multiple choice."""

    question: Question
    column: str | None
    part: str | None = None
    values: Mapping[str, str] | None = None
    missing: Mapping[str, str] | None = None
    separator: str = ";"
    ticks: Mapping[str, str] | None = None
    ticked: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ResponseMapping:
    """``source`` names where the rows come from: with the id columns it makes the id of every response, so that a
    second import of the same row finds the first."""

    source: str
    form: Form
    id_columns: tuple[str, ...]
    submitted: Picked
    facts: Mapping[str, Picked]  # field of a submission → where it is taken from
    answers: tuple[AnswerRule, ...]
    sha256: str

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column a file must have."""
        names = [*self.id_columns, self.submitted.column, *(fact.column for fact in self.facts.values())]
        for rule in self.answers:
            names += [rule.column, *(rule.ticks or ())]
        return tuple(dict.fromkeys(name for name in names if name is not None))

    def column_of(self, field: str | None, question: str | None, part: str | None = None) -> str | None:
        """The column a problem of that field or question is about."""
        if field is not None:
            return self.facts[field].column if field in self.facts else None
        of_question = [rule for rule in self.answers if rule.question.id == question]
        exact = [rule for rule in of_question if rule.part == part]
        return next((rule.column for rule in exact or of_question if rule.column), None)

    def response_id(self, cells: tuple[str, ...]) -> UUID:
        """The id of the response in a row, from its id cells; the same on every machine."""
        return uuid5(uuid5(_IMPORTED, self.source), "\x1f".join(cells))
