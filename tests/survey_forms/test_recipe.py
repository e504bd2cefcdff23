"""Coefficients of index nodes, by hand."""

import pytest

from survey_forms.form import Aggregation, IndexNode, Measure, Recipe
from survey_forms.recipe import item_coefficients, recipe_nodes

TITLE = {"vi": "–", "en": "–"}


def item(name: str, weight: float = 1.0) -> IndexNode:
    return IndexNode(name, TITLE, "item", item=name, weight=weight)


def group(
    name: str, *children: IndexNode, by: Aggregation = Aggregation.EQUAL_GROUPS, weight: float = 1.0
) -> IndexNode:
    return IndexNode(name, TITLE, "group", children=children, aggregation=by, weight=weight)


# Two groups, one of one item and one of three.
SMALL, LARGE = group("small", item("a")), group("large", item("b"), item("c"), item("d"))


def test_equal_groups_counts_every_child_the_same():
    # 1/2 for a; 1/2 shared by b, c, d: 1/6 each
    found = item_coefficients(group("top", SMALL, LARGE))
    assert found == pytest.approx({"a": 1 / 2, "b": 1 / 6, "c": 1 / 6, "d": 1 / 6}, abs=1e-15)


def test_equal_items_counts_every_item_the_same_whatever_stands_between():
    weighted = group("large", item("b", 5), item("c", 1), item("d", 1), by=Aggregation.FIXED_WEIGHTS)
    found = item_coefficients(group("top", SMALL, weighted, by=Aggregation.EQUAL_ITEMS))
    assert found == {"a": 0.25, "b": 0.25, "c": 0.25, "d": 0.25}


def test_fixed_weights_are_brought_to_a_sum_of_one():
    # weights 3 and 1 → 0.75 and 0.25; then 0.25 / 3 for each of b, c, d
    top = group(
        "top",
        group("small", item("a"), weight=3),
        group("large", item("b"), item("c"), item("d"), weight=1),
        by=Aggregation.FIXED_WEIGHTS,
    )
    assert item_coefficients(top) == pytest.approx({"a": 0.75, "b": 1 / 12, "c": 1 / 12, "d": 1 / 12}, abs=1e-15)


def test_weights_do_not_count_outside_fixed_weights():
    assert item_coefficients(group("top", item("a", 9), item("b", 1))) == {"a": 0.5, "b": 0.5}


def test_sipas_2022_is_the_mean_of_its_contents_and_2024_may_be_the_mean_of_its_items():
    # 23 policy items and 16 service items: one half each, or 23/39 and 16/39
    policy = group("policy", *(item(f"p{number}") for number in range(23)))
    service = group("service", *(item(f"s{number}") for number in range(16)))
    by_content = item_coefficients(group("top", policy, service))
    by_item = item_coefficients(group("top", policy, service, by=Aggregation.EQUAL_ITEMS))
    assert sum(share for name, share in by_content.items() if name.startswith("s")) == pytest.approx(0.5)
    assert sum(share for name, share in by_item.items() if name.startswith("s")) == pytest.approx(16 / 39)


def test_an_item_in_two_places_counts_for_both():
    found = item_coefficients(group("top", group("x", item("a")), group("y", item("a"), item("b"))))
    assert found == {"a": 0.75, "b": 0.25}


@pytest.mark.parametrize("by", list(Aggregation))
def test_the_coefficients_of_every_node_sum_to_one(by: Aggregation):
    top = group("top", SMALL, group("deep", LARGE, group("e", item("e", 0.3), item("f", 0.1), by=by)), by=by)
    nodes = recipe_nodes(Recipe(Measure.SATISFIED_SHARE, 4, top))
    assert list(nodes) == ["top", "small", "a", "deep", "large", "b", "c", "d", "e", "f"]
    for coefficients in nodes.values():
        assert sum(coefficients.values()) == pytest.approx(1.0, abs=1e-14)


def test_the_asked_overall_item_is_no_node():
    recipe = Recipe(Measure.SATISFIED_SHARE, 4, group("top", item("a")), asked_overall="z")
    assert recipe_nodes(recipe) == {"top": {"a": 1.0}, "a": {"a": 1.0}}
