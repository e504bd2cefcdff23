"""The ways between steps, for every combination of conditions."""

from itertools import product

import pytest

from survey_forms.loader import load_catalogue
from survey_forms.pages.conditions import number_conditions
from survey_forms.pages.questions import show_sections
from survey_forms.pages.steps import END, START, list_steps

FORMS = load_catalogue().forms


def steps_of(form, *, row_by_row=False):
    sections = show_sections(form, language="vi", posted={}, problems=())
    return list_steps(form, sections, row_by_row=row_by_row)


def follow(way, held):
    while not way.target:
        way = way.yes if way.condition in held else way.no
    return way.target


@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form.id}-{form.version}")
def test_the_ways_lead_to_the_next_question_that_is_asked_and_back(form):
    steps, conditions = steps_of(form), number_conditions(form)
    numbers = sorted(conditions.numbers.values())
    for chosen in product([False, True], repeat=len(numbers)):
        held = {number for number, is_held in zip(numbers, chosen, strict=True) if is_held}
        asked = [step for step in steps if conditions.needs(step.view.question) <= held]
        ids = [START, *(step.id for step in asked), END]
        for before, step, after in zip(ids, asked, ids[2:], strict=False):
            assert follow(step.forward, held) == after
            assert follow(step.back, held) == before


def test_the_rows_of_a_matrix_are_steps_of_their_own_on_the_easy_page():
    form = next(form for form in FORMS if form.version == "2017.1")
    steps = steps_of(form, row_by_row=True)
    assert [step.id for step in steps[:4]] == [f"s-access-c{number}" for number in range(1, 5)]
    assert steps[0].of == len(steps) == 12 - 5 + 4 + 5 + 6 + 3 + 4
