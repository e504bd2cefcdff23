"""A release of ours is free of contradictions, and a figure altered by hand in it is found."""

import random

import polars as pl
import pytest

from analysis.indices.compute import compute_indices
from analysis.indices.policy import IndexPolicy
from analysis.quality.contradictions import find_contradictions
from analysis.quality.own_figures import check_indices, print_indices
from tests.analysis.make_frames import (
    MONTH,
    draw_responses,
    make_procedures,
    make_transactions,
    make_units,
    one_stop,
)

FORM = one_stop()


@pytest.fixture(scope="module")
def indices() -> pl.DataFrame:
    responses = draw_responses(3000)
    counts = responses.group_by("unit_filed", "procedure").len().drop_nulls().sort("unit_filed", "procedure")
    completed = {(unit, procedure): 3 * count for unit, procedure, count in counts.iter_rows()}
    units = make_units(dict.fromkeys(sorted(set(responses["unit_filed"].to_list())), "01"))
    return compute_indices(
        responses.lazy(),
        make_transactions(completed),
        FORM,
        month=MONTH,
        policy=IndexPolicy(),
        units=units,
        procedures=make_procedures([f"p{at}" for at in range(5)]),
    ).indices


def test_a_release_does_not_contradict_itself(indices):
    printed = print_indices(indices, FORM.recipe)
    assert printed.filter(pl.col("rule") == "weighted_mean").height > 30
    assert printed.height > 300
    assert find_contradictions(printed).is_empty()


@pytest.mark.parametrize(
    ("level", "code", "rules"),
    [
        pytest.param("content", "service", {"weighted_mean", "outside_bounds"}, id="a composite far off"),
        pytest.param("group", "time", {"weighted_mean", "outside_bounds"}, id="a group far off"),
        pytest.param("asked_overall", "overall", {"outside_bounds"}, id="a figure outside its interval"),
    ],
)
def test_an_altered_figure_is_found(indices, level, code, rules):
    is_altered = (
        (pl.col("level") == level)
        & (pl.col("code") == code)
        & pl.all_horizontal(pl.col("unit", "procedure", "channel", "aggregate").is_null())
    )
    assert indices.filter(is_altered).height == 1
    altered = indices.with_columns(
        estimate_rounded=pl.when(is_altered).then(pl.lit("99.99")).otherwise("estimate_rounded")
    )
    found = find_contradictions(print_indices(altered, FORM.recipe))
    assert set(found["rule"]) == rules
    assert set(found["severity"]) == {"impossible"}
    assert found["figure"].str.starts_with(f"{level}:{code} (all)").any()


def test_a_sound_release_passes_the_quick_check(indices):
    assert check_indices(indices, FORM.recipe).is_empty()


@pytest.mark.parametrize("seed", range(12))
def test_the_quick_check_finds_what_the_full_one_finds(indices, seed):
    rng = random.Random(seed)
    shown = indices.with_row_index("at").filter(pl.col("estimate_rounded").is_not_null())
    moved = {
        rng.choice(shown["at"].to_list()): rng.choice(("0.01", "0.02", "-0.03", "1", "-30"))
        for _ in range(1 + seed)
    }
    rounded = pl.col("estimate_rounded")
    altered = (
        indices.with_row_index("at")
        .with_columns(by=pl.col("at").replace_strict(moved, default=None, return_dtype=pl.String).cast(pl.Float64))
        .with_columns(
            estimate_rounded=pl.when(pl.col("by").is_null())
            .then(rounded)
            .otherwise(pl.format("{}", (rounded.cast(pl.Float64) + pl.col("by")).round(2)))
        )
        .drop("at", "by")
    )
    full = find_contradictions(print_indices(altered, FORM.recipe))
    assert check_indices(altered, FORM.recipe).equals(full)
    assert seed < 3 or full.height, "something of so many was found"


def test_a_release_without_figures_has_no_contradictions(indices):
    assert check_indices(indices.clear(), FORM.recipe).is_empty()
