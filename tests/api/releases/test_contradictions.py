"""A released month that contradicts itself says so, form by form."""

from dataclasses import replace

import polars as pl
import pytest

from analysis.indices.compute import compute_indices
from analysis.indices.policy import IndexPolicy
from analysis.release.tables import FormMonth
from api.releases.contradictions import list_contradictions
from tests.analysis.make_frames import (
    MONTH,
    draw_responses,
    make_procedures,
    make_transactions,
    make_units,
    one_stop,
)


@pytest.fixture(scope="module")
def month() -> FormMonth:
    responses = draw_responses(400)
    units = make_units(dict.fromkeys(sorted(set(responses["unit_filed"].to_list())), "01"))
    counts = responses.group_by("unit_filed", "procedure").len().drop_nulls().sort("unit_filed", "procedure")
    completed = {(unit, procedure): 3 * count for unit, procedure, count in counts.iter_rows()}
    tables = compute_indices(
        responses.lazy(),
        make_transactions(completed),
        one_stop(),
        month=MONTH,
        policy=IndexPolicy(),
        units=units,
        procedures=make_procedures([f"p{at}" for at in range(5)]),
    )
    return FormMonth(one_stop(), responses.lazy(), tables)


def test_a_sound_month_and_a_form_without_index_have_none(month):
    found = list_contradictions([month, replace(month, tables=None)])
    assert found.is_empty()
    assert found.columns[:4] == ["form", "version", "figure", "rule"]
    assert list_contradictions([]).equals(found)


def test_a_figure_that_its_parts_do_not_allow_is_told_with_its_form(month):
    is_overall = (pl.col("level") == "overall") & pl.all_horizontal(
        pl.col("unit", "procedure", "channel", "aggregate").is_null()
    )
    altered = month.tables.indices.with_columns(
        estimate_rounded=pl.when(is_overall).then(pl.lit("1.00")).otherwise("estimate_rounded")
    )
    found = list_contradictions([month, replace(month, tables=replace(month.tables, indices=altered))])
    assert set(found["rule"]) == {"weighted_mean", "outside_bounds"}
    assert found.select("form", "version").unique().row(0) == (month.form.id, month.form.version)
    assert found["vi"].str.contains("1,00").any()
