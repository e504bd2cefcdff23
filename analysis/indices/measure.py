"""Answers to scores: every item of a recipe on 0-100, by the measure of the recipe; METHODS 1.1-1.3."""

from dataclasses import dataclass

import polars as pl

from analysis.estimation.measures import measure_item
from survey_forms.form import Form, Measure, Recipe
from survey_forms.recipe import item_coefficients

ASKED_OVERALL = "asked_overall"


@dataclass(frozen=True)
class Figure:
    """One published node: ``key`` is its own in this form; ``coefficients`` item column → part, adding up to 1."""

    key: str
    level: str
    code: str
    coefficients: dict[str, float]
    children: tuple[str, ...] = ()

    @property
    def is_composite(self) -> bool:
        """Whether it joins several items."""
        return sum(part > 0 for part in self.coefficients.values()) > 1


def list_figures(recipe: Recipe) -> tuple[Figure, ...]:
    """Every node of the recipe, top first, then the asked overall question. METHODS 1.4."""
    figures = [
        Figure(
            f"{node.level}:{node.id}",
            node.level,
            node.id,
            item_coefficients(node),
            tuple(f"{child.level}:{child.id}" for child in node.children),
        )
        for node in recipe.root.walk()
    ]
    if recipe.asked_overall is not None:
        asked = recipe.asked_overall
        figures.append(Figure(f"{ASKED_OVERALL}:{asked}", ASKED_OVERALL, asked, {asked: 1.0}))
    return tuple(figures)


def measure_items(form: Form, recipe: Recipe) -> dict[str, pl.Expr]:
    """Item column → its score of 0-100 as an expression over the level 1..k; null where there is no level.

    By ``estimation.measures.measure_item``. METHODS 1.1-1.3.
    """
    items = dict.fromkeys(item for figure in list_figures(recipe) for item in figure.coefficients)
    return {
        item: measure_item(item, recipe.measure, levels=_levels(form, item), satisfied_from=recipe.satisfied_from)
        for item in items
    }


def describe_measure(recipe: Recipe) -> str:
    """The measure in words, for the column ``method``. METHODS 1.1-1.3."""
    return {
        Measure.SATISFIED_SHARE: f"satisfied share (levels ≥ {recipe.satisfied_from})",
        Measure.RESCALED_MEAN: "rescaled mean (100·level/k)",
        Measure.ZERO_BASED_MEAN: "zero-based mean (100·(level−1)/(k−1))",
    }[recipe.measure]


def _levels(form: Form, item: str) -> int:
    for question in form.questions:
        if item == question.id or item in (f"{question.id}.{row.id}" for row in question.rows):
            if question.scale is None:
                break
            return question.scale.levels
    raise KeyError(f"{form.id} {form.version}: item {item!r} of the index is no rating question")
