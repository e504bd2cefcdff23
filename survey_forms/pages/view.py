"""What the templates of the form page are given: words and places only, ready to print."""

from dataclasses import dataclass

from survey_forms.form import Question
from survey_forms.pages.said import Said


@dataclass(frozen=True)
class Choice:
    """One thing to tick. ``marks`` are the conditions it fulfils; ``other_name`` is the field for its text."""

    value: str
    text: Said
    is_chosen: bool
    marks: str = ""
    level: int | None = None
    other_name: str = ""
    other_label: str | Said = ""
    other_text: str = ""


@dataclass(frozen=True)
class Row:
    """One line of a matrix."""

    id: str
    name: str
    text: Said
    choices: tuple[Choice, ...]
    missing: tuple[Choice, ...]
    mistakes: tuple[Said, ...]


@dataclass(frozen=True)
class QuestionView:
    """A question as shown. ``conditions`` are classes that hide it until it is asked (see form.css);
    ``only_if`` says the same in words, for browsers that cannot."""

    id: str
    question: Question
    text: Said
    helps: tuple[str, ...]
    choices: tuple[Choice, ...]
    missing: tuple[Choice, ...]
    rows: tuple[Row, ...]
    typed: str
    mistakes: tuple[Said, ...]
    conditions: str
    only_if: str

    @property
    def described_by(self) -> str:
        """Ids of what a screen reader reads after the label."""
        parts = (("h", self.helps or self.only_if), ("e", self.mistakes))
        return " ".join(f"{letter}-{self.question.id}" for letter, is_there in parts if is_there)


@dataclass(frozen=True)
class SectionView:
    title: Said
    intro: str | Said
    questions: tuple[QuestionView, ...]
    conditions: str  # classes that hide it when none of its questions is asked


@dataclass(frozen=True)
class Mistake:
    """One line of the summary on top: what it is about, what is wrong; ``target`` is empty when there is nowhere
    to go."""

    subject: str | Said
    text: Said
    target: str


@dataclass(frozen=True)
class UnitChoice:
    """How the person says where they were served: from ``units`` (code, name), or by typing the code."""

    units: tuple[tuple[str, str], ...]
    chosen: str


@dataclass(frozen=True)
class Look:
    """How a page is shown. ``takes_turns``: its address answers buttons that only change how it is shown, or ask
    for the review. ``is_shared``: nothing is kept on the device. ``frame_origin``: of the page it stands in."""

    is_stepped: bool = False
    is_simple: bool = False
    is_contrast: bool = False
    is_shared: bool = False
    has_script: bool = False
    takes_turns: bool = False
    frame_origin: str = ""


@dataclass(frozen=True)
class ReviewedQuestion:
    """One line of the review: where it is changed, what was asked and answered."""

    id: str
    text: Said
    answers: tuple[str | Said, ...]
