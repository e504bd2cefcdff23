"""One question for each step of a page, and the ways between them: which step comes next, by what is ticked."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from survey_forms.form import Form, QuestionType
from survey_forms.pages.conditions import Conditions, number_conditions
from survey_forms.pages.view import QuestionView, SectionView

FEW = 3  # a form of so few questions stays on one page
START, END = "s-start", "s-end"
UNSURE_MAX = 6  # conditions between one step and the next; beyond, the next is shown with "only if" in words


@dataclass(frozen=True)
class Way:
    """A link to the step ``target``; or, ``condition`` being the number of a condition, ``yes`` where it holds and
    ``no`` where not. The style sheet shows one of the two (classes ``if3`` and ``un3``)."""

    target: str = ""
    condition: int = 0
    yes: "Way | None" = None
    no: "Way | None" = None


@dataclass(frozen=True)
class Step:
    """One question, or in simple mode one row of a matrix. ``begins`` is its section if it is the first there."""

    id: str
    at: int
    of: int
    view: QuestionView
    section: SectionView
    begins: bool
    forward: Way
    back: Way


def is_short(form: Form) -> bool:
    """Whether ``form`` is asked on one page in any case."""
    return len(form.questions) <= FEW


def list_steps(form: Form, sections: Sequence[SectionView], *, row_by_row: bool) -> tuple[Step, ...]:
    """The steps of ``form`` in order. ``row_by_row``: each row of a matrix is a step of its own."""
    pieces = [
        (piece, section, place == 0)
        for section in sections
        for place, piece in enumerate(_pieces(section, row_by_row=row_by_row))
    ]
    conditions = number_conditions(form)
    needs = [_needs(view, conditions) for view, _, _ in pieces]
    ids = [f"s-{view.id.removeprefix('q-')}" for view, _, _ in pieces]
    backwards = range(len(ids) - 1, -1, -1)
    return tuple(
        Step(
            id=ids[place],
            at=place + 1,
            of=len(ids),
            view=view,
            section=section,
            begins=begins,
            forward=_find_way([(ids[j], needs[j]) for j in range(place + 1, len(ids))], END, needs[place]),
            back=_find_way([(ids[j], needs[j]) for j in backwards if j < place], START, needs[place]),
        )
        for place, (view, section, begins) in enumerate(pieces)
    )


def _pieces(section: SectionView, *, row_by_row: bool) -> Iterator[QuestionView]:
    for view in section.questions:
        if row_by_row and view.question.type is QuestionType.MATRIX:
            yield from (replace(view, id=row.id, rows=(row,)) for row in view.rows)
        else:
            yield view


def _needs(view: QuestionView, conditions: Conditions) -> frozenset[int]:
    return conditions.needs(view.question)


def _find_way(candidates: Sequence[tuple[str, frozenset[int]]], last: str, held: frozenset[int]) -> Way:
    """The way to the first of ``candidates`` that is asked, else to ``last``; ``held`` are known to hold."""
    return _decide(candidates, last, dict.fromkeys(held, True))


def _decide(candidates: Sequence[tuple[str, frozenset[int]]], last: str, known: Mapping[int, bool]) -> Way:
    for place, (target, needs) in enumerate(candidates):
        unsure = sorted(needs - known.keys())
        if not all(known[number] for number in needs & known.keys()):
            continue
        if not unsure or len(known) >= UNSURE_MAX:
            return Way(target)
        here = candidates[place:]
        return Way(
            condition=unsure[0],
            yes=_decide(here, last, {**known, unsure[0]: True}),
            no=_decide(here, last, {**known, unsure[0]: False}),
        )
    return Way(last)
