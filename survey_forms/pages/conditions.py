"""How the page shows which questions are asked: classes for a style sheet with ``:has()``, words for the others.

Condition number 3 of a form is fulfilled while an input of class ``i3`` is checked; a question of class ``if3`` is
hidden otherwise. The server decides in any case (``drop_unasked``), hiding is only a courtesy.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from survey_forms.form import Condition, Form, Question, QuestionType
from survey_forms.pages.languages import find_language, words_of
from survey_forms.pages.said import Said

NUMBERED_MAX = 12  # form.css knows if1–if12; further conditions are only put in words


@dataclass(frozen=True)
class Conditions:
    """The numbered conditions of one form."""

    numbers: Mapping[Condition, int]
    questions: Mapping[str, Question]

    def marks(self, question: Question, value: str) -> str:
        """Classes of the input that answers ``question`` with ``value``."""
        fulfilled = [
            f"i{number}"
            for condition, number in self.numbers.items()
            if condition.question == question.id and value in _fulfilling(condition, question)
        ]
        return " ".join(fulfilled)

    def classes(self, question: Question) -> frozenset[str]:
        """Classes that hide ``question``: its own conditions and those of the questions it depends on."""
        own = {f"if{self.numbers[condition]}" for condition in question.asked_if if condition in self.numbers}
        for condition in question.asked_if:
            own |= self.classes(self.questions[condition.question])
        return frozenset(own)

    def in_words(self, question: Question, language: str) -> str:
        """``Chỉ trả lời nếu “…” là: …``; empty for a question that is always asked."""
        if not question.asked_if:
            return ""
        words = words_of(language)
        said = [_say(condition, self.questions[condition.question], language) for condition in question.asked_if]
        return f"{words['only_if']} {words['and'].join(said)}."

    def needs(self, question: Question) -> frozenset[int]:
        """The numbers of all conditions that must hold before ``question`` is asked."""
        return frozenset(int(name.removeprefix("if")) for name in self.classes(question))


def number_conditions(form: Form) -> Conditions:
    """Number every condition that a ticked box can fulfil, in the order asked."""
    questions = {question.id: question for question in form.questions}
    numbers: dict[Condition, int] = {}
    for question in form.questions:
        for condition in question.asked_if:
            if any(_fulfilling(condition, questions[condition.question])) and len(numbers) < NUMBERED_MAX:
                numbers.setdefault(condition, len(numbers) + 1)
    return Conditions(numbers, questions)


def _fulfilling(condition: Condition, asked: Question) -> Iterator[str]:
    """The values of inputs that fulfil ``condition``; none where a number is typed."""
    wanted = {str(value).lower() if isinstance(value, bool) else str(value) for value in condition.values}
    yield from wanted
    if asked.type is QuestionType.RATING and asked.scale and not wanted:
        low, high = condition.at_least or 1, condition.at_most or asked.scale.levels
        yield from (str(level) for level in range(low, high + 1))


def _say(condition: Condition, asked: Question, language: str) -> str:
    words = words_of(language)
    values = set(_fulfilling(condition, asked))
    shown = {
        "question": find_language(language).say(asked.text),
        "low": condition.at_least,
        "high": condition.at_most,
    }
    if not values:
        bounds = [("from", condition.at_least), ("to", condition.at_most)]
        return words["and"].join(
            words[f"only_if_{name}"].format(**shown) for name, bound in bounds if bound is not None
        )
    named = [text for value, text in value_texts(asked, language) if value in values]
    return words["only_if_answer"].format(answers=words["or"].join(named), **shown)


def value_texts(question: Question, language: str) -> list[tuple[str, Said]]:
    """The values a question offers to tick, each with its words, the missing reasons last."""
    spoken = find_language(language)
    words = spoken.words
    texts = [(option.id, spoken.say(option.text)) for option in question.options]
    if question.scale:
        texts += [(str(level), spoken.say(label)) for level, label in enumerate(question.scale.labels, 1)]
    if question.type is QuestionType.YES_NO:
        texts += [("true", words["yes"]), ("false", words["no"])]
    return texts + [(reason.value, words[reason.value]) for reason in question.missing]
