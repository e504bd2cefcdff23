"""Groups: who shares one is alike, and only they. League tables: printed only where the spread is real."""

import itertools

import numpy as np
import polars as pl
import pytest

from analysis.errors import RankError
from analysis.ranking import LeagueRule, group_alike, judge_league_table, rank_units


def make_units(estimates: list[float], error: float | list[float] = 1.0) -> pl.DataFrame:
    errors = error if isinstance(error, list) else [error] * len(estimates)
    return pl.DataFrame({"unit": range(len(estimates)), "estimate": estimates, "standard_error": errors})


def test_overlapping_groups_by_hand() -> None:
    # about 3.3 points are needed: 0-1 and 1-2 are alike, 0-2 are not
    ranking = rank_units(make_units([84.0, 81.0, 78.0, 60.0]), unit="unit")
    assert group_alike(ranking).rows() == [(1, 0, 1), (1, 1, 2), (2, 1, 2), (2, 2, 3), (3, 3, 4)]


def test_an_imprecise_unit_may_stand_in_every_group() -> None:
    ranking = rank_units(make_units([90.0, 80.0, 70.0], [0.5, 20.0, 0.5]), unit="unit")
    assert group_alike(ranking).select("group", "unit").rows() == [(1, 0), (1, 1), (2, 1), (2, 2)]


@pytest.mark.parametrize("seed", range(5))
def test_two_units_share_a_group_exactly_when_they_are_not_told_apart(seed: int) -> None:
    rng = np.random.default_rng(seed)
    frame = make_units(list(rng.normal(80, 8, 25)), list(rng.uniform(0.5, 4, 25)))
    ranking = rank_units(frame, unit="unit", draws=1000)
    groups = [set(part["unit"]) for part in group_alike(ranking).partition_by("group")]
    apart = ranking.is_better | ranking.is_better.T
    for j, k in itertools.combinations(range(25), 2):
        assert any({j, k} <= group for group in groups) != apart[j, k]
    assert not any(one < other for one in groups for other in groups)


def test_units_without_a_figure_stand_in_no_group() -> None:
    frame = make_units([84.0, 60.0]).vstack(
        pl.DataFrame({"unit": [9], "estimate": [None], "standard_error": [None]}, schema=make_units([1.0]).schema)
    )
    assert group_alike(rank_units(frame, unit="unit"))["unit"].to_list() == [0, 1]


def test_more_than_500_units_are_not_grouped() -> None:
    frame = make_units([float(k) for k in range(501)])
    with pytest.raises(RankError, match="501 units, 500 at most"):
        group_alike(rank_units(frame, unit="unit", draws=400))


@pytest.mark.parametrize(
    ("estimates", "error", "kind"),
    [
        pytest.param([80.0] * 10, 2.0, "names", id="nothing but noise"),
        pytest.param([80.0 + k for k in range(10)], 3.0, "names", id="noise as large as the spread"),
        pytest.param([80.0] * 5 + [90.0] * 5, 1.0, "groups", id="two clear groups"),
        pytest.param([10.0 * k for k in range(10)], 1.0, "ranks", id="steps far apart"),
    ],
)
def test_a_table_is_printed_as_its_figures_allow(estimates: list[float], error: float, kind: str) -> None:
    verdict = judge_league_table(rank_units(make_units(estimates, error), unit="unit"))
    assert verdict.print_as == kind
    assert verdict.may_print_ranks == (kind == "ranks")
    assert "không" in verdict.reason_vi or kind == "ranks"


def test_rankability_by_hand() -> None:
    # figures 0, 10, 20 with variance 25: between 100 - 25, so 75 of 100 are real
    verdict = judge_league_table(rank_units(make_units([0.0, 10.0, 20.0], 5.0), unit="unit"))
    assert verdict.rankability == pytest.approx(0.75)
    # needed: 3.31 / sqrt(2) * 5 * sqrt(2) = 16.6: only 0 and 20
    assert verdict.told_apart == pytest.approx(1 / 3)


def test_missing_units_stand_against_ranks() -> None:
    frame = make_units([10.0 * k for k in range(10)])
    blank = frame.with_columns(pl.col("unit") + 10, pl.lit(None, pl.Float64).alias("estimate"))
    assert judge_league_table(rank_units(frame.vstack(blank), unit="unit")).print_as == "names"


def test_an_office_may_be_stricter_and_must_make_sense() -> None:
    ranking = rank_units(make_units([10.0 * k for k in range(10)]), unit="unit")
    assert judge_league_table(ranking, LeagueRule(ranks_within=0.05)).print_as == "groups"
    with pytest.raises(RankError, match="does not make sense"):
        LeagueRule(groups_from=0.9)


def test_sets_of_single_units_make_no_table() -> None:
    with pytest.raises(RankError, match="joint=True"):
        judge_league_table(rank_units(make_units([1.0, 2.0]), unit="unit", joint=False))
