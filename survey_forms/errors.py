"""What can be wrong with a questionnaire or with an answer to it.

SurveyFormsError
├── FormErrors      a questionnaire file that cannot be used; holds every FormError of it
│                   (FormError is one thing wrong at one place of one file)
├── UnknownForm     no such questionnaire, or no such version of it
└── AnswersInvalid  answers that do not fit their form; holds every Problem
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


class SurveyFormsError(ValueError):
    """Base of all errors of this package."""


@dataclass(frozen=True)
class FormError:
    """One thing wrong in a questionnaire file; ``line`` is 0 where no line can be named."""

    file: str
    key: str
    expected: str
    got: str
    line: int = 0

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.key}: cần / expected {self.expected}; thấy / got {self.got}"


class FormErrors(SurveyFormsError):
    """All that is wrong with one file, or with all files of a catalogue."""

    def __init__(self, problems: Iterable[FormError]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class UnknownForm(SurveyFormsError):
    """No such form, or no such version; ``known`` are the versions there are, else the forms there are."""

    def __init__(self, form: str, version: str | None, known: Sequence[str]) -> None:
        self.form, self.version, self.known = form, version, list(known)
        asked = form if version is None else f"{form} {version}"
        super().__init__(f"Không có phiếu {asked} / No form {asked}; có / known: {', '.join(self.known) or '–'}")


@dataclass(frozen=True)
class Problem:
    """One thing wrong with one answer; ``part`` is the matrix row or the option it is about."""

    question: str
    code: str
    vi: str
    en: str
    part: str | None = None


class AnswersInvalid(SurveyFormsError):
    """All that is wrong with the answers of one response."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            "; ".join(f"{problem.question}: {problem.vi} / {problem.en}" for problem in self.problems)
        )
