from pathlib import Path

import pytest
import yaml

from analysis.frames import INDICES, RELEASED_UNITS, TRANSACTIONS
from analysis.release import codebook
from analysis.release.changes import CHANGES
from analysis.release.codebook import UndescribedColumn, describe_answers, describe_columns
from analysis.release.microdata import FIXED_COLUMNS, STRATA, released_answers
from analysis.release.tables import COLLAPSES
from survey_forms.form import Form
from survey_forms.loader import load_catalogue

RELEASED = {
    "indices": list(INDICES),
    "transactions": list(TRANSACTIONS),
    "responses": list(FIXED_COLUMNS),
    "units": list(RELEASED_UNITS),
    "strata": list(STRATA),
    "collapses": list(COLLAPSES),
    "changes": list(CHANGES),
}


@pytest.mark.parametrize("table", RELEASED)
def test_exactly_the_released_columns_are_described(table: str):
    told = yaml.safe_load(Path(codebook.__file__).with_name("columns.yaml").read_text(encoding="utf-8"))
    assert sorted(told[table]) == sorted(RELEASED[table])
    for field in describe_columns(table, RELEASED[table]):
        assert field["description"] != field["description_en"]


def test_all_columns_without_words_are_named_together():
    with pytest.raises(UndescribedColumn) as caught:
        describe_columns("strata", ["form", "moon", "star"])
    assert caught.value.columns == ["moon", "star"]


@pytest.mark.parametrize("form", load_catalogue().forms, ids=lambda form: f"{form.id} {form.version}")
def test_every_released_answer_of_every_form_is_told_in_both_languages(form: Form):
    columns = released_answers(form)
    fields = describe_answers(form, columns, prefix=f"{form.id}.")
    assert [field["name"] for field in fields] == [f"{form.id}.{column.name}" for column in columns]
    for field in fields:
        assert field["description"].strip()
        assert field["description_en"].strip()
        for category in field.get("categories", []):
            assert category["label"].strip()
            assert category["label_en"].strip()


@pytest.mark.parametrize(
    ("form", "version", "column"),
    [
        ("sipas", "2023.1", "gender"),
        ("sipas", "2023.1", "age_band"),
        ("sipas", "2023.1", "occupation"),
        ("one_stop_enterprise", "2026.1", "size"),
        ("one_stop_enterprise", "2026.1", "hours"),
        ("one_stop", "2026.1", "comment"),
        ("papi_procedures", "2026.1", "days"),
    ],
)
def test_what_could_tell_the_person_is_not_released(form: str, version: str, column: str):
    names = [released.name for released in released_answers(load_catalogue().get(form, version))]
    assert not [name for name in names if name.split("#")[0].split(".")[0] == column]
