"""The shipped questionnaires ask what they claim to ask."""

from datetime import date

import pytest

from survey_forms.form import Measure, QuestionType
from survey_forms.loader import load_catalogue
from survey_forms.recipe import recipe_nodes


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue()


def group_sizes(form):
    return [len(node.children) for node in form.recipe.root.walk() if node.level == "group"]


def test_sipas_2017_has_22_items_in_five_factors(catalogue):
    assert group_sizes(catalogue.get("sipas", "2017.1")) == [4, 5, 6, 3, 4]


def test_sipas_2023_has_39_items_in_two_contents_and_nine_groups(catalogue):
    form = catalogue.get("sipas", "2023.1")
    assert [node.id for node in form.recipe.root.children] == ["policy", "service"]
    assert group_sizes(form) == [2, 2, 9, 10, 3, 4, 3, 3, 3]


def test_sipas_2023_weighs_the_contents_23_to_16(catalogue):
    root = recipe_nodes(catalogue.get("sipas", "2023.1").recipe)["overall"]
    policy = sum(part for item, part in root.items() if item.startswith("q9_1"))
    assert policy == pytest.approx(23 / 39)


def test_sipas_2023_asks_the_other_questions_and_who_answers(catalogue):
    form = catalogue.get("sipas", "2023.1")
    sizes = {question.id: len(question.rows or question.options) for question in form.questions}
    assert {id: sizes[id] for id in ("q1", "q2", "q3", "q4", "q5", "q6", "q7", "q10")} == {
        "q1": 9, "q2": 7, "q3": 7, "q4": 4, "q5": 3, "q6": 3, "q7": 3, "q10": 10,
    }  # fmt: skip
    assert {id: sizes[id] for id in ("gender", "age_band", "ethnicity", "education", "occupation")} == {
        "gender": 2, "age_band": 5, "ethnicity": 2, "education": 6, "occupation": 7,
    }  # fmt: skip
    assert len([id for id in sizes if id.startswith("q8_")]) == 7


def test_every_rated_item_of_sipas_2023_stands_in_its_tree_once(catalogue):
    form = catalogue.get("sipas", "2023.1")
    asked = [f"{question.id}.{row.id}" for question in form.questions for row in question.rows]
    in_tree = [node.item for node in form.recipe.root.walk() if node.item]
    assert sorted(in_tree) == sorted(item for item in asked if item.startswith("q9_"))


def test_wishes_of_sipas_2017_are_exactly_three(catalogue):
    assert catalogue.get("sipas", "2017.1").question("wishes").choose_exactly == 3


@pytest.mark.parametrize("form", ["one_stop", "one_stop_enterprise"])
def test_the_one_stop_sheet_rates_nine_indicators_beside_an_asked_overall_item(catalogue, form):
    sheet = catalogue.get(form, "2026.1")
    items = [node.item for node in sheet.recipe.root.walk() if node.item]
    assert items == [f"q{number}" for number in range(1, 10)]
    assert sheet.recipe.asked_overall == "overall"
    assert sheet.recipe.measure is Measure.SATISFIED_SHARE


def test_only_the_portal_poll_is_marked_not_representative(catalogue):
    assert [form.id for form in catalogue.forms if not form.is_representative] == ["portal_poll"]
    assert len(catalogue.get("portal_poll", "2026.1").questions) == 1


@pytest.mark.parametrize(
    ("day", "version"),
    [
        pytest.param(date(2017, 10, 10), "2017.1", id="first day of the 22 items"),
        pytest.param(date(2020, 12, 31), "2017.1", id="last day of the 22 items"),
        pytest.param(date(2023, 12, 11), "2023.1", id="decision 1001"),
        pytest.param(date(2026, 12, 31), "2023.1", id="last day of decision 1001"),
    ],
)
def test_the_sipas_version_of_a_day_follows_the_decisions(catalogue, day, version):
    assert catalogue.current("sipas", day).version == version


def test_whoever_made_no_procedure_is_not_asked_to_rate_one(catalogue):
    form = catalogue.get("papi_procedures", "2026.1")
    rated = [question for question in form.questions if question.type is QuestionType.RATING]
    assert all(question.asked_if[0].question == "applied" for question in rated)
