"""A questionnaire as data: Form, Section, Question, Scale, Recipe. Frozen; loader.py makes them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

LANGUAGES = ("vi", "en")
MORE_LANGUAGES = ("tyz", "blt", "hmn", "km", "cjm")  # a questionnaire may add them: Tày, Thái, Mông, Khmer, Chăm

Text = Mapping[str, str]  # language → wording; "vi" and "en" are always there


class QuestionType(StrEnum):
    RATING = "rating"
    SINGLE = "single"
    MULTIPLE = "multiple"
    NUMBER = "number"
    DATE = "date"
    SHORT_TEXT = "short_text"
    LONG_TEXT = "long_text"
    YES_NO = "yes_no"
    MATRIX = "matrix"


class Missing(StrEnum):
    """Why a question asked has no value though the person answered it. Reserved words in every answer."""

    DONT_KNOW = "dont_know"
    NOT_APPLICABLE = "not_applicable"


class OnIdle(StrEnum):
    """What becomes of the answers when somebody walks away from a kiosk before the end."""

    DISCARD = "discard"
    PARTIAL = "partial"
    FLAGGED = "flagged"


class Measure(StrEnum):
    """How one item becomes a number of 0-100; METHODS 1.1-1.3."""

    SATISFIED_SHARE = "satisfied_share"
    RESCALED_MEAN = "rescaled_mean"
    ZERO_BASED_MEAN = "zero_based_mean"


class Aggregation(StrEnum):
    """How a node of the recipe follows from what is below it; METHODS 1.4."""

    EQUAL_GROUPS = "equal_groups"
    EQUAL_ITEMS = "equal_items"
    FIXED_WEIGHTS = "fixed_weights"


@dataclass(frozen=True)
class Scale:
    """Ordered levels 1..k, worst first, each with its label and (for faces) its symbol name."""

    id: str
    labels: tuple[Text, ...]
    style: str  # buttons, stars, faces

    @property
    def levels(self) -> int:
        return len(self.labels)


@dataclass(frozen=True)
class Option:
    id: str
    text: Text
    with_text: bool = False


@dataclass(frozen=True)
class Condition:
    """True when the answer to ``question`` is among ``values`` / at least / at most the given level."""

    question: str
    values: tuple[str | int | bool, ...] = ()
    at_least: int | None = None
    at_most: int | None = None


@dataclass(frozen=True)
class Question:
    id: str
    type: QuestionType
    text: Text
    help: Text | None = None
    required: bool = False
    scale: Scale | None = None  # rating, matrix
    options: tuple[Option, ...] = ()  # single, multiple
    rows: tuple[Option, ...] = ()  # matrix
    choose_exactly: int | None = None
    choose_at_least: int | None = None
    choose_at_most: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    max_letters: int = 2000
    missing: tuple[Missing, ...] = ()
    asked_if: tuple[Condition, ...] = ()  # all must hold; empty: always asked
    is_about_person: bool = False  # gender, age, health: the answers never leave in released microdata


@dataclass(frozen=True)
class Section:
    id: str
    title: Text
    questions: tuple[Question, ...]
    intro: Text | None = None


@dataclass(frozen=True)
class LegalBasis:
    document: str
    issued_on: date | None
    valid_from: date
    valid_to: date | None
    note: Text | None = None


@dataclass(frozen=True)
class IndexNode:
    """A node of the recipe: either an item (``item`` names a rating question, or ``matrix.row``) or the
    aggregate of ``children`` by ``aggregation``. ``weight`` counts only below FIXED_WEIGHTS."""

    id: str
    title: Text
    level: str  # overall, content, group, item
    item: str | None = None
    children: tuple["IndexNode", ...] = ()
    aggregation: Aggregation = Aggregation.EQUAL_GROUPS
    weight: float = 1.0

    def walk(self) -> Iterator["IndexNode"]:
        """This node and all below it, top first."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True)
class Recipe:
    """How the answers become an index: the measure of each item and the tree above the items.

    ``asked_overall`` names a rating question that asks for overall satisfaction; it is published beside the
    computed one, never mixed into it.
    """

    measure: Measure
    satisfied_from: int
    root: IndexNode
    asked_overall: str | None = None


@dataclass(frozen=True)
class Form:
    """One version of one questionnaire. ``sha256`` is that of its file and of the scales it names."""

    id: str
    version: str
    title: Text
    intro: Text
    thanks: Text
    audience: str  # citizen, enterprise
    is_representative: bool
    legal_basis: LegalBasis
    sections: tuple[Section, ...]
    recipe: Recipe | None
    sha256: str
    on_idle: OnIdle = OnIdle.PARTIAL

    def __hash__(self) -> int:
        return hash((self.id, self.version, self.sha256))

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """All questions in the order they are asked."""
        return tuple(question for section in self.sections for question in section.questions)

    def question(self, id: str) -> Question:
        """The question called ``id``; KeyError if there is none."""
        return self._by_id[id]

    @cached_property
    def _by_id(self) -> Mapping[str, Question]:
        return {question.id: question for question in self.questions}
