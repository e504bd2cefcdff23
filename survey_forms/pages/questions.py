"""A question of a form as its template shows it, with what was posted and what was wrong with it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from survey_forms.errors import Problem
from survey_forms.form import Form, Option, Question, QuestionType
from survey_forms.pages.conditions import Conditions, number_conditions, value_texts
from survey_forms.pages.languages import Language, find_language
from survey_forms.pages.said import Said
from survey_forms.pages.view import Choice, QuestionView, Row, SectionView

CAN_SKIP = (QuestionType.RATING, QuestionType.SINGLE, QuestionType.YES_NO)  # a ticked radio cannot be unticked


@dataclass(frozen=True)
class Filling:
    """How far the form is filled: values by field name, problems, in which language."""

    language: str
    spoken: Language
    posted: Mapping[str, Sequence[str]]
    problems: Sequence[Problem]
    conditions: Conditions

    def mistakes(self, question: str, parts: Collection[str | None]) -> tuple[Said, ...]:
        """What is wrong with those parts of a question, in words."""
        return tuple(
            tell_problem(problem, self.spoken)
            for problem in self.problems
            if problem.question == question and problem.part in parts
        )


def tell_problem(problem: Problem, spoken: Language) -> Said:
    """What is wrong, in a language that problems are told in."""
    return spoken.say({"vi": problem.vi, "en": problem.en})


def show_sections(
    form: Form, *, language: str, posted: Mapping[str, Sequence[str]], problems: Sequence[Problem]
) -> tuple[SectionView, ...]:
    """The sections of ``form``, filled with what was posted."""
    filling = Filling(language, find_language(language), posted, problems, number_conditions(form))
    return tuple(
        SectionView(
            title=filling.spoken.say(section.title),
            intro=filling.spoken.say(section.intro) if section.intro else "",
            questions=tuple(_show_question(question, filling) for question in section.questions),
            conditions=_join(
                frozenset.intersection(*(filling.conditions.classes(question) for question in section.questions))
            ),
        )
        for section in form.sections
    )


def _show_question(question: Question, filling: Filling) -> QuestionView:
    rows = {row.id for row in question.rows}
    is_matrix = question.type is QuestionType.MATRIX
    others = {problem.part for problem in filling.problems} - rows
    return QuestionView(
        id=f"q-{question.id}",
        question=question,
        text=filling.spoken.say(question.text),
        helps=tell_helps(question, filling.language),
        choices=() if is_matrix else _choices(question, question.id, filling),
        missing=() if is_matrix else _missing(question, question.id, filling),
        rows=tuple(_show_row(question, row, filling) for row in question.rows),
        typed=_typed(question, filling),
        mistakes=filling.mistakes(question.id, {None, *others}),
        conditions=_join(filling.conditions.classes(question)),
        only_if=filling.conditions.in_words(question, filling.language),
    )


def _show_row(question: Question, row: Option, filling: Filling) -> Row:
    name = f"{question.id}.{row.id}"
    return Row(
        id=f"q-{question.id}-{row.id}",
        name=name,
        text=filling.spoken.say(row.text),
        choices=_choices(question, name, filling),
        missing=_missing(question, name, filling),
        mistakes=filling.mistakes(question.id, {row.id}),
    )


def _choices(question: Question, name: str, filling: Filling) -> tuple[Choice, ...]:
    options = {option.id: option for option in question.options}
    posted = filling.posted.get(name, ())
    reasons = {reason.value for reason in question.missing}
    choices = []
    for value, text in value_texts(question, filling.language):
        option = options.get(value)
        other_name = f"{question.id}.{value}" if option and option.with_text else ""
        if value not in reasons:
            choices.append(
                Choice(
                    value=value,
                    text=text,
                    is_chosen=value in posted,
                    marks=filling.conditions.marks(question, value),
                    level=int(value) if question.scale else None,
                    other_name=other_name,
                    other_label=filling.spoken.words["please_specify"].format(option=text),
                    other_text=_last(filling.posted.get(other_name, ())),
                )
            )
    return tuple(choices)


def _missing(question: Question, name: str, filling: Filling) -> tuple[Choice, ...]:
    """The ways to answer without a value; where there is none and nothing forces an answer, a way back."""
    words, posted = filling.spoken.words, filling.posted.get(name, ())
    reasons = tuple(
        Choice(
            reason.value,
            words[reason.value],
            reason.value in posted,
            filling.conditions.marks(question, reason.value),
        )
        for reason in question.missing
    )
    if reasons or question.required or question.type not in CAN_SKIP:
        return reasons
    return (Choice("", words["no_answer"], is_chosen=False),)


def _typed(question: Question, filling: Filling) -> str:
    """What was typed into a field; a reason of the same name is a box beside it."""
    reasons = {reason.value for reason in question.missing}
    is_text = question.type in (QuestionType.SHORT_TEXT, QuestionType.LONG_TEXT)
    return _last([value for value in filling.posted.get(question.id, ()) if is_text or value not in reasons])


def tell_helps(question: Question, language: str) -> tuple[str, ...]:
    """What is said below the text of ``question``: its help, and how many options or which numbers it takes."""
    spoken = find_language(language)
    words = spoken.words
    helps = [spoken.say(question.help)] if question.help else []
    if question.type is QuestionType.MULTIPLE:
        counts = [("exactly", question.choose_exactly), ("at_least", question.choose_at_least)]
        counts.append(("at_most", question.choose_at_most))
        said = [words[f"choose_{name}"].format(count=count) for name, count in counts if count is not None]
        helps += said or [words["choose_any"]]
    if question.type is QuestionType.NUMBER:
        low, high = (_number(bound, language) for bound in (question.minimum, question.maximum))
        which = {(True, True): "between", (True, False): "from", (False, True): "to"}.get((bool(low), bool(high)))
        if which:
            helps.append(words[f"number_{which}"].format(low=low, high=high))
    return tuple(helps)


def _number(bound: float | None, language: str) -> str:
    if bound is None:
        return ""
    shown = f"{bound:.15g}"
    return shown if language == "en" else shown.replace(".", ",")


def _last(values: Sequence[str]) -> str:
    return values[-1] if values else ""


def _join(classes: frozenset[str]) -> str:
    return " ".join(sorted(classes))
