"""What one page is built from: one form's part of one release, and what the reader chose of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from api.results.choice import Choice
from api.results.numbers import write_percent, write_points
from api.results.tables import find_domain, pick_node
from api.results.texts import load_texts
from survey_forms.form import Form, IndexNode, Measure


class UnknownDomain(LookupError):
    """The chosen province, unit or procedure is not in the release."""


@dataclass(frozen=True)
class Published:
    """One form's part of one release. ``form`` is None when the catalogue does not know that version."""

    month: str
    revision: int
    version: str
    indices: pl.DataFrame  # by frames.INDICES, of this form and version only; at least one row
    provinces: pl.DataFrame  # the same columns: the units of a province together
    means: pl.DataFrame  # the same columns: means of units
    units: pl.DataFrame  # by frames.RELEASED_UNITS
    form: Form | None
    title: Mapping[str, str]  # by language
    is_representative: bool
    versions: tuple[str, ...]
    is_demonstration: bool
    small_cell: int | None
    forms: tuple[tuple[str, Mapping[str, str]], ...]  # those of the month: id and title by language
    months: tuple[str, ...]  # those in which this form is released, newest first


@dataclass(frozen=True)
class Scene:
    """A release and a choice together, with the words that follow from both."""

    published: Published
    choice: Choice

    def __post_init__(self) -> None:
        for dimension, code in (("unit", self.choice.unit), ("procedure", self.choice.procedure)):
            if code and not self.published.indices[dimension].eq(code).any():
                raise UnknownDomain(code)
        if self.choice.province and self.choice.province not in self.provinces:
            raise UnknownDomain(self.choice.province)

    @property
    def lang(self) -> str:
        return self.choice.lang

    @property
    def indices(self) -> pl.DataFrame:
        return self.published.indices

    @cached_property
    def texts(self) -> Mapping[str, str]:
        return load_texts(self.lang)

    @cached_property
    def node(self) -> tuple[str, str]:
        """Level and code of the index that is shown."""
        return pick_node(self.indices, self.choice.index)

    @cached_property
    def provinces(self) -> dict[str, str]:
        """Names of the provinces of the released units, by code."""
        named = self.published.units.select("province", "province_name").drop_nulls("province").unique()
        return {code: name or code for code, name in named.rows()}

    @cached_property
    def province_of(self) -> dict[str, str]:
        """Province by unit, where the release has more than one province; else empty."""
        rows = self.published.units.select("unit", "province").drop_nulls().rows()
        return dict(rows) if len(self.provinces) > 1 else {}

    @cached_property
    def nodes(self) -> dict[str, str]:
        """Titles of the published nodes by ``level:code``, in the order of the form."""
        form = self.published.form
        titles = {}
        if form and form.recipe:
            titles = {f"{node.level}:{node.id}": node.title[self.lang] for node in form.recipe.root.walk()}
        published = [
            f"{level}:{code}"
            for level, code in self.indices.select("level", "code").unique(maintain_order=True).rows()
        ]
        known = [key for key in titles if key in set(published)]
        others = [key for key in published if key not in titles]
        return {key: titles.get(key) or self._untitled(key) for key in known + others}

    @cached_property
    def depths(self) -> dict[str, int]:
        """How deep each node stands in the recipe, by ``level:code``; the top is 0."""
        form = self.published.form
        return _depths(form.recipe.root) if form and form.recipe else {}

    @property
    def form_title(self) -> str:
        return self.published.title[self.lang]

    @property
    def confidence(self) -> str:
        """``95 %``: the level of the published intervals."""
        percent = round(100 * self.indices["confidence"][0], 6)
        return write_percent(percent, self.lang, decimals=0 if percent == round(percent) else 1)

    @property
    def unit_sign(self) -> str:
        """``%`` where the figure is a share, nothing where it is a mean on 0-100."""
        recipe = self.published.form.recipe if self.published.form else None
        return "%" if recipe and recipe.measure is Measure.SATISFIED_SHARE else ""

    @property
    def reference_name(self) -> str:
        """In words, what the rows are compared with; empty when with nothing."""
        if self.choice.by == "item":
            return self.texts["reference_item"] if self.choice.unit else ""
        if self.choice.unit:
            return self.texts["reference_unit"]
        if self.is_within_province:
            return self.texts["reference_province"].format(province=self.provinces[self.choice.province])
        return self.texts["reference_procedure" if self.choice.procedure else "reference_overall"]

    @cached_property
    def whole(self) -> dict[str, Any] | None:
        """The published row of what was chosen (all when nothing was), the rows' reference."""
        return self.find(*self.node)

    @property
    def is_within_province(self) -> bool:
        """Whether the rows are compared with their province; there are no figures of province × procedure."""
        return bool(self.choice.province) and not self.choice.procedure

    def find(self, level: str, code: str) -> dict[str, Any] | None:
        """The row of one node for the chosen province, unit and procedure; None when it is not published."""
        if self.is_within_province:
            return find_domain(self.published.provinces, level, code, unit=self.choice.province)
        return find_domain(self.indices, level, code, unit=self.choice.unit, procedure=self.choice.procedure)

    @property
    def channels(self) -> dict[str, str]:
        """Names of channels by code."""
        known = {key: text for key, text in self.texts.items() if key.startswith("channel_")}
        return {key.removeprefix("channel_"): text for key, text in known.items()}

    @property
    def sort_texts(self) -> dict[str, str]:
        """Which text says each order, in the order they are offered."""
        orders = {"": "sort_order" if self.choice.by == "item" else "sort_name", "-name": "sort_name_down"}
        if self.choice.by == "item":
            del orders["-name"]
        for key in ("estimate", "n") if self.choice.by == "item" else ("estimate", "n", "rate"):
            orders |= {f"-{key}": f"sort_{key}_down", key: f"sort_{key}_up"}
        return orders

    def has_view(self, by: str) -> bool:
        """Whether the release has rows for the view ``by``."""
        if by == "province":
            return not self.published.provinces.is_empty()
        if by == "item":
            return len(self.nodes) > 2  # the one item of a one-question form says what the index says
        is_crossed = pl.col(by).is_not_null()
        if self.choice.unit and by != "unit":
            is_crossed &= pl.col("unit") == self.choice.unit
        return not self.indices.filter(is_crossed).is_empty()

    def title_domain(self, dimension: str, code: str) -> str:
        """The published name of a unit or procedure."""
        names = self.indices.filter(pl.col(dimension) == code)[f"{dimension}_name"].drop_nulls()
        return str(names[0]) if names.len() else code

    def write_figure(self, rounded: str) -> str:
        """A published figure with its sign."""
        return write_points(rounded, self.lang, unit=self.unit_sign)

    def _untitled(self, key: str) -> str:
        level, _, code = key.partition(":")
        form = self.published.form
        if form:
            for question in form.questions:
                if question.id == code:
                    return question.text[self.lang]
        return self.texts["asked_overall"] if level == "asked_overall" else code


def _depths(node: IndexNode, depth: int = 0) -> dict[str, int]:
    found = {f"{node.level}:{node.id}": depth}
    for child in node.children:
        found |= _depths(child, depth + 1)
    return found
