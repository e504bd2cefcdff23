"""Every shipped questionnaire loads, speaks both languages and is still what was released."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

import pytest

from survey_forms.columns import answer_columns
from survey_forms.form import Form
from survey_forms.loader import CATALOGUE, load_catalogue
from survey_forms.recipe import recipe_nodes
from survey_forms.released import read_released

SHIPPED = load_catalogue().forms
each_form = pytest.mark.parametrize(
    "form", [pytest.param(form, id=f"{form.id}-{form.version}") for form in SHIPPED]
)


def wordings(part: object) -> Iterator[dict[str, str]]:
    """Every wording anywhere in ``part``."""
    if isinstance(part, dict):
        yield part
    elif isinstance(part, tuple):
        for entry in part:
            yield from wordings(entry)
    elif is_dataclass(part):
        for field in fields(part):
            yield from wordings(getattr(part, field.name))


def test_every_file_of_the_catalogue_is_a_form():
    files = {f"{path.parent.name} {path.stem}" for path in CATALOGUE.glob("*/*.yaml")}
    assert files == {f"{form.id} {form.version}" for form in SHIPPED}
    assert files


def test_every_shipped_form_is_frozen_and_unchanged():
    frozen = {
        (id, version): sha
        for id, versions in read_released(CATALOGUE).items()
        for version, sha in versions.items()
    }
    assert frozen == {(form.id, form.version): form.sha256 for form in SHIPPED}


@each_form
def test_every_wording_is_in_vietnamese_and_in_english(form: Form):
    found = list(wordings(form))
    assert found
    for text in found:
        assert set(text) == {"vi", "en"}
        assert all(words.strip() for words in text.values())


@each_form
def test_english_wordings_are_not_vietnamese_left_untranslated(form: Form):
    # Letters of Vietnamese that English has not; names of places and of people stand in no question.
    special = set("ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ")
    assert [text["en"] for text in wordings(form) if special & set(text["en"].lower())] == []


@each_form
def test_columns_have_names_of_their_own(form: Form):
    names = [column.name for column in answer_columns(form)]
    assert len(names) == len(set(names))
    assert names


@each_form
def test_the_coefficients_of_every_index_sum_to_one_over_known_columns(form: Form):
    levels = {column.name for column in answer_columns(form) if column.kind == "level"}
    for coefficients in recipe_nodes(form.recipe).values() if form.recipe else ():
        assert set(coefficients) <= levels
        assert sum(coefficients.values()) == pytest.approx(1.0, abs=1e-12)
