"""The answers as the person gave them, in words, for reading over before they are sent."""

from collections.abc import Iterator, Mapping, Sequence

from survey_forms.form import Form, QuestionType
from survey_forms.logic import is_asked
from survey_forms.pages.said import Said
from survey_forms.pages.view import Choice, QuestionView, ReviewedQuestion, SectionView
from survey_forms.questions.kind import Value

TYPED = (QuestionType.NUMBER, QuestionType.DATE, QuestionType.SHORT_TEXT, QuestionType.LONG_TEXT)


def list_reviewed(
    form: Form, sections: Sequence[SectionView], values: Mapping[str, Value]
) -> tuple[ReviewedQuestion, ...]:
    """Every question asked of somebody who answered ``values``, with the answers shown in ``sections``."""
    return tuple(
        reviewed
        for section in sections
        for view in section.questions
        if is_asked(form.question(view.question.id), values)
        for reviewed in _review(view)
    )


def _review(view: QuestionView) -> Iterator[ReviewedQuestion]:
    if view.question.type is QuestionType.MATRIX:
        for row in view.rows:
            yield ReviewedQuestion(row.id, row.text, tuple(_chosen((*row.choices, *row.missing))))
        return
    typed = (view.typed,) if view.question.type in TYPED and view.typed.strip() else ()
    yield ReviewedQuestion(view.id, view.text, (*typed, *_chosen((*view.choices, *view.missing))))


def _chosen(choices: Sequence[Choice]) -> Iterator[str | Said]:
    for choice in choices:
        if choice.is_chosen:
            yield choice.text
            if choice.other_text.strip():
                yield choice.other_text
