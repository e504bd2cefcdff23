"""Figures printed about PAPI beyond its scores: withheld cells, interviews, intervals, mergers."""

import numpy as np
import polars as pl
import pytest

from analysis.indices.counts import percent
from analysis.indices.official.papi_intervals import add_intervals, least_difference
from analysis.indices.official.papi_scores import add_up_scores, share_of_range, summarise_units
from analysis.indices.official.papi_structure import cut_digits, list_withheld, load_structure
from analysis.indices.published import aggregate
from analysis.quality.allowed import imply_parts
from analysis.quality.contradictions import find_contradictions
from analysis.rounding import round_half_up
from tests.analysis.quality.make_printed import make_printed


def test_cells_that_are_0_in_the_workbooks_of_2022_and_2024_are_the_withheld_ones():
    # 28 cells hold 0 for what is withheld: 24 dimension values and 4 totals
    withheld = pl.concat([list_withheld(year).with_columns(year=year) for year in (2022, 2024)])
    dimensions = withheld.select(pl.when(pl.col("dimension").is_null()).then(8).otherwise(1).sum()).item()
    totals = withheld.select("year", "unit").n_unique()
    assert (dimensions, totals, dimensions + totals) == (24, 4, 28)
    assert list_withheld(2014)["unit"].n_unique() == 2, "the compiled workbook has the total 0.0 for two"


def test_withheld_dimensions_of_2018_leave_61_totals_and_63_of_the_rest():
    structure, rng = load_structure(2018), np.random.default_rng(2018)
    withheld = list_withheld(2018).rename({"dimension": "of"}).with_columns(score=pl.lit(0.0))
    units = [*withheld["unit"].unique().sort().to_list(), *[f"province {at}" for at in range(61)]]
    rows = [
        (unit, sub.id, sub.dimension, sub.low + (sub.high - sub.low) * rng.uniform(0.4, 0.8))
        for unit in units
        for sub in structure.sub_dimensions
    ]
    frame = pl.DataFrame(rows, schema=["unit", "sub_dimension", "of", "exact"], orient="row")
    printed = frame.join(withheld, on=["unit", "of"], how="left").with_columns(
        score=pl.coalesce("score", "exact")  # 0 as the workbooks carry it
    )
    summary = {
        row["code"]: row for row in summarise_units(add_up_scores(printed, structure)).iter_rows(named=True)
    }
    assert (summary["total"]["units"], summary["total"]["withheld"]) == (61, 2)
    assert {code: summary[code]["units"] for code in ("D1", "D2", "D3", "D4")} == {
        "D1": 63,
        "D2": 61,
        "D3": 63,
        "D4": 61,
    }
    # What the press printed for 2018 was the median of 63 with the two incomplete totals left in at the bottom.
    leaked = printed.group_by("unit").agg(pl.col("score").sum())["score"].median()
    assert leaked < summary["total"]["median"]


@pytest.mark.parametrize(
    ("year", "before", "after", "interviews"),
    [
        pytest.param("2019", "117363", "131501", 14138, id="2019"),
        pytest.param("2021", "146233", "162126", 15893, id="2021"),
        pytest.param("2023", "178243", "197779", 19536, id="2023"),
        pytest.param("2024", "197779", "216673", 18894, id="2024"),
    ],
)
def test_interviews_of_a_year_follow_from_the_cumulative_totals(year, before, after, interviews):
    exact = {"is_exact": True}
    frame = make_printed(
        ("until " + year, {"value": after, "rule": "sum", **exact}),
        ("before", {"value": before, "part_of": "until " + year, **exact}),
        (year, {"part_of": "until " + year}),
    )
    assert imply_parts(frame)["middle"].item() == interviews
    often_quoted = frame.with_columns(
        value=pl.when(pl.col("figure") == year).then(pl.lit(str(interviews - 60))).otherwise("value"),
        is_exact=pl.lit(value=True),
    )
    assert find_contradictions(often_quoted)["severity"].to_list() == ["impossible"], "as 15,833 is for 2021"


def test_cumulative_totals_of_2020_and_2022_agree_with_the_years_printed():
    # 146,233 − 14,732 = 131,501 and 178,243 − 16,117 = 162,126: what the two tests beside this one start from
    assert (146233 - 14732, 178243 - 16117) == (131501, 162126)


def test_who_did_not_know_or_refused_in_2016():
    assert str(percent(1147, 14060, 1)) == "8.2"


def test_multipliers_of_the_three_provinces_visible_for_2023():
    for multiplier in (1.64498, 1.64497, 1.64496):
        assert str(round_half_up(str(multiplier), 3)) == "1.645"
    frame = pl.DataFrame({"estimate": [43.960304], "standard_error": [0.157685]})
    found = add_intervals(frame, z_published=1.64498).row(0, named=True)
    assert (round(found["low_published"], 6), round(found["high_published"], 6)) == (43.700915, 44.219693)
    # printed 43.700916 and 44.219692: the last digit of the multiplier is rounded too
    assert found["low"] < found["low_published"] < found["high_published"] < found["high"]


def test_differences_that_can_be_told_apart():
    assert (round(least_difference(0.19, 0.19), 2), round(least_difference(0.89, 0.89), 2)) == (0.53, 2.47)
    # observed standard errors of 2023: the largest is 5.6 times the smallest, 4.6 times the other of its class
    assert round(0.887 / 0.193, 1) == 4.6


def test_certification_keeps_its_place_in_the_range_when_points_jump():
    shares = [share_of_range(1.81, low=0.25, high=2.5), share_of_range(2.40, low=0.33, high=3.33)]
    assert shares == pytest.approx([0.70, 0.70], abs=0.011)


def test_ranges_of_the_total_by_number_of_dimensions():
    for year, dimensions, printed in ((2011, 6, 60), (2024, 8, 80)):
        structure = load_structure(year)
        top = sum(sub.high for sub in structure.sub_dimensions)
        assert len(structure.dimensions) == dimensions
        assert top == pytest.approx(printed, abs=0.05), "3.33 is printed for 10/3"
        floors = sum(sub.low for sub in structure.sub_dimensions)
        assert floors == pytest.approx(dimensions, abs=0.05), "arithmetically 8, though 10 is printed"
    assert str(cut_digits(str(100 * 40.62 / 80), 2)) == "50.77", "points of 80 in per cent, as the press has them"


def test_a_merged_province_has_a_baseline_between_its_parts_only():
    parts = {"Tây Ninh": "47.35", "Long An": "42.28"}
    halves = aggregate(list(parts.values()))
    assert str(round_half_up(halves)) == "44.82"  # 44.815, if both had as many adults
    rows = [(name, {"value": value, "part_of": "merged"}) for name, value in parts.items()]
    for printed, is_possible in (("44.82", True), ("42.28", True), ("48.10", False)):
        frame = make_printed(("merged", {"value": printed, "rule": "between"}), *rows)
        assert find_contradictions(frame).is_empty() is is_possible
