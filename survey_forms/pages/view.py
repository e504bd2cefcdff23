"""What the templates of the form page are given: words and places only, ready to print."""

from dataclasses import dataclass

from survey_forms.form import Form, Question


@dataclass(frozen=True)
class Choice:
    """One thing to tick. ``marks`` are the conditions it fulfils; ``other_name`` is the field for its text."""

    value: str
    text: str
    is_chosen: bool
    marks: str = ""
    level: int | None = None
    other_name: str = ""
    other_label: str = ""
    other_text: str = ""


@dataclass(frozen=True)
class Row:
    """One line of a matrix."""

    id: str
    name: str
    text: str
    choices: tuple[Choice, ...]
    missing: tuple[Choice, ...]
    mistakes: tuple[str, ...]


@dataclass(frozen=True)
class QuestionView:
    """A question as shown. ``conditions`` are classes that hide it until it is asked (see form.css);
    ``only_if`` says the same in words, for browsers that cannot."""

    id: str
    question: Question
    text: str
    helps: tuple[str, ...]
    choices: tuple[Choice, ...]
    missing: tuple[Choice, ...]
    rows: tuple[Row, ...]
    typed: str
    mistakes: tuple[str, ...]
    conditions: str
    only_if: str

    @property
    def described_by(self) -> str:
        """Ids of what a screen reader reads after the label."""
        parts = (("h", self.helps or self.only_if), ("e", self.mistakes))
        return " ".join(f"{letter}-{self.question.id}" for letter, is_there in parts if is_there)


@dataclass(frozen=True)
class SectionView:
    title: str
    intro: str
    questions: tuple[QuestionView, ...]
    conditions: str  # classes that hide it when none of its questions is asked


@dataclass(frozen=True)
class Mistake:
    """One line of the summary on top; ``target`` is empty when there is nowhere to go."""

    text: str
    target: str


@dataclass(frozen=True)
class UnitChoice:
    """How the person says where they were served: from ``units`` (code, name), or by typing the code."""

    units: tuple[tuple[str, str], ...]
    chosen: str


@dataclass(frozen=True)
class FormPage:
    """Everything on the page."""

    form: Form
    language: str
    title: str
    sections: tuple[SectionView, ...]
    action: str
    hidden: tuple[tuple[str, str], ...]
    place: str
    unit_choice: UnitChoice | None
    mistakes: tuple[Mistake, ...]
    summary: str
    legal_basis: str
    legal_note: str
    is_demonstration: bool
    switch: str  # address of the same page in the other language
    style: str  # address of the style sheet
