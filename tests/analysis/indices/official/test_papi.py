"""PAPI: structure by year, scores and comparisons against figures of the published reports.

Printed figures of the 2023 workbook (Hà Nội), of the reports of 2019-2023 and of press releases.
"""

import numpy as np
import polars as pl
import pytest

from analysis.errors import OfficialError, UnknownParameter
from analysis.indices.official.breaks import compare_years
from analysis.indices.official.papi_scores import (
    add_up_scores,
    score_indicators,
    share_favourable,
    summarise_units,
)
from analysis.indices.official.papi_structure import (
    Indicator,
    cut_digits,
    list_indicators,
    list_withheld,
    load_structure,
    score_range,
)
from analysis.indices.official.reading import load_method
from analysis.quality.contradictions import find_contradictions
from analysis.rounding import round_half_up
from tests.analysis.quality.make_printed import make_printed


@pytest.mark.parametrize(
    ("year", "count", "dimensions"),
    [(2011, 22, 6), (2015, 22, 6), (2016, 22, 6), (2017, 22, 6), (2018, 28, 8), (2019, 29, 8), (2020, 29, 8)]
    + [(year, 28, 8) for year in (2021, 2022, 2023, 2024)],
)
def test_sub_dimensions_by_year(year, count, dimensions):
    structure = load_structure(year)
    assert len(structure.sub_dimensions) == count
    assert len(structure.dimensions) == dimensions
    codes = [sub.code for sub in structure.sub_dimensions]
    assert len(set(codes)) == count
    assert all(sub.code[0] == sub.dimension[1] for sub in structure.sub_dimensions)
    for dimension in structure.dimensions:
        numbers = [int(code[2:]) for code in codes if code[0] == dimension[1]]
        assert numbers == list(range(1, len(numbers) + 1)), dimension


def test_one_code_means_other_things_in_other_years():
    names = {
        year: {sub.code: sub.id for sub in load_structure(year).sub_dimensions} for year in (2015, 2016, 2018)
    }
    assert [names[year]["3.2"] for year in names] == ["inspection_boards", "appeals", "appeals"]
    assert [names[year]["3.3"] for year in names] == ["investment_boards", "inspection_boards", "justice"]
    assert [names[year]["2.1"] for year in names] == ["poverty_lists", "poverty_lists", "access_to_information"]


@pytest.mark.parametrize(
    ("year", "dimension", "expected"),
    [
        pytest.param(2020, "D5", (0.25, 2.5), id="four siblings"),
        pytest.param(2021, "D5", (0.33, 3.33), id="three once permits are gone"),
        pytest.param(2018, "D8", (0.5, 5.0), id="two, in 2018 only"),
        pytest.param(2024, "D8", (0.33, 3.33), id="three"),
    ],
)
def test_ranges_follow_the_siblings(year, dimension, expected):
    found = {(sub.low, sub.high) for sub in load_structure(year).sub_dimensions if sub.dimension == dimension}
    assert found == {expected}


def test_published_values_below_a_third_lie_inside_the_printed_range():
    low, _ = score_range(3)
    assert low < 0.33174 < 0.33235 < 1 / 3
    assert score_range(3, floor=1 / 3)[0] > 0.33235
    assert score_range(5) == (0.2, 2.0)
    with pytest.raises(OfficialError):
        score_range(0)


def test_civic_knowledge_of_ha_noi_2023():
    frame = pl.DataFrame({"policies_known": [0.745272, None], "leaders_known": [0.581964, 0.5]})
    scored = score_indicators(frame, list_indicators("civic_knowledge", 2023), low=0.25, high=2.5)
    assert scored["score"][0] == pytest.approx(1.323925, abs=1e-6)
    assert scored["score"][1] is None


def test_weights_below_one_leave_a_ceiling_nobody_reaches():
    everybody = pl.DataFrame({"policies_known": [1.0], "leaders_known": [1.0]})
    scored = score_indicators(everybody, list_indicators("civic_knowledge", 2023), low=0.25, high=2.5)
    assert scored["score"][0] == pytest.approx(0.25 + 2.25 * 0.75)


def test_indicators_with_own_limits_and_directions():
    parts = [Indicator("posts", 0.5, 0, 5), Indicator("poor_left_out", 0.5, less_is_better=True)]
    frame = pl.DataFrame({"posts": [0.0, 2.5, 5.0], "poor_left_out": [1.0, 0.5, 0.0]})
    assert score_indicators(frame, parts, low=0.25, high=2.5)["score"].to_list() == pytest.approx(
        [0.25, 1.375, 2.5]
    )


def test_wrong_indicators_are_told_together():
    frame = pl.DataFrame({"a": [1.5, 2.0, 0.5]})
    with pytest.raises(OfficialError) as caught:
        score_indicators(frame, [Indicator("a", 0.8), Indicator("b", 0.5)], low=0.25, high=2.5)
    told = "; ".join(caught.value.problems)
    assert "'b' is missing" in told
    assert "leaves 0.0 to 1.0 in 2 rows" in told
    assert "more than 1" in told
    with pytest.raises(UnknownParameter, match="official workbook"):
        list_indicators("air_quality", 2023)


def make_scores(year, seed=1, units=("A", "B", "C")):
    rng = np.random.default_rng(seed)
    rows = [
        (unit, sub.id, float(rng.uniform(sub.low, sub.high)))
        for unit in units
        for sub in load_structure(year).sub_dimensions
    ]
    return pl.DataFrame(rows, schema=["unit", "sub_dimension", "score"], orient="row")


@pytest.mark.parametrize("year", [2011, 2018, 2019, 2024])
def test_totals_are_plain_sums(year):
    frame = make_scores(year)
    scores = add_up_scores(frame, load_structure(year))
    for unit in "ABC":
        own = scores.filter(pl.col("unit") == unit)
        level = {
            name: own.filter(pl.col("level") == name)["score"] for name in ("sub_dimension", "dimension", "total")
        }
        assert level["total"].item() == pytest.approx(level["dimension"].sum(), abs=1e-12)
        assert level["total"].item() == pytest.approx(level["sub_dimension"].sum(), abs=1e-12)
    assert scores["state"].unique().to_list() == ["published"]
    shuffled = add_up_scores(frame.sample(fraction=1, shuffle=True, seed=2), load_structure(year))
    assert shuffled.sort("unit", "code").equals(scores.sort("unit", "code"))


@pytest.mark.parametrize("gone", [None, 0.0, "absent"])
def test_a_withheld_part_withholds_its_dimension_and_the_total_only(gone):
    frame = make_scores(2022)
    is_gone = (pl.col("unit") == "B") & (pl.col("sub_dimension") == "certification")
    if gone == "absent":
        frame = frame.filter(~is_gone)
    else:
        frame = frame.with_columns(
            pl.when(is_gone).then(pl.lit(gone, pl.Float64)).otherwise("score").alias("score")
        )
    scores = add_up_scores(frame, load_structure(2022))
    withheld = scores.filter(pl.col("state") == "withheld")
    assert withheld.select("unit", "code").rows() == [("B", "certification"), ("B", "D5"), ("B", "total")]
    assert withheld["score"].null_count() == 3
    summary = summarise_units(scores)
    assert summary.filter(pl.col("code") == "total").select("units", "withheld").row(0) == (2, 1)
    assert summary.filter(pl.col("code") == "D1").select("units", "withheld").row(0) == (3, 0)


WEIGHTS_2024 = {"D1": 1, "D2": 2, "D3": 1, "D4": 2, "D5": 1, "D6": 2, "D7": 0, "D8": 1}


def test_a_weighted_total_stands_beside_the_plain_one_when_weights_are_given():
    frame = make_scores(2024)
    scores = add_up_scores(frame, load_structure(2024), dimension_weights=WEIGHTS_2024)
    plain = scores.filter(pl.col("level") != "weighted_total")
    assert plain.equals(add_up_scores(frame, load_structure(2024))), "the headline does not move"
    for unit in "ABC":
        own = {row["code"]: row["score"] for row in scores.filter(pl.col("unit") == unit).iter_rows(named=True)}
        # 8·Σ w·D/10: weights add up to 10, eight dimensions
        by_hand = 8 / 10 * sum(weight * own[code] for code, weight in WEIGHTS_2024.items())
        assert own["weighted_total"] == pytest.approx(by_hand, abs=1e-12)
    assert load_method("papi", "2011").parameters["dimension_weights"].value is None, "no text gives the weights"


def test_equal_weights_give_the_plain_total_and_only_their_ratios_matter():
    frame, structure = make_scores(2011), load_structure(2011)
    equal = add_up_scores(frame, structure, dimension_weights=dict.fromkeys(structure.dimensions, 0.25))
    totals = {level: equal.filter(pl.col("level") == level)["score"] for level in ("total", "weighted_total")}
    assert totals["weighted_total"].to_list() == pytest.approx(totals["total"].to_list(), abs=1e-12)
    weights = {name: at for at, name in enumerate(structure.dimensions, 1)}
    percent = {name: 100 * weight / 21 for name, weight in weights.items()}
    one, other = (
        add_up_scores(frame, structure, dimension_weights=given).filter(pl.col("level") == "weighted_total")
        for given in (weights, percent)
    )
    assert one["score"].to_list() == pytest.approx(other["score"].to_list(), abs=1e-12)
    assert 6 <= one["score"].min() <= one["score"].max() <= 60, "on the scale early editions print for both"


def test_a_withheld_dimension_withholds_the_weighted_total_even_at_weight_0():
    frame = make_scores(2024).with_columns(
        score=pl.when(pl.col("sub_dimension") == "air_quality").then(None).otherwise("score")
    )
    scores = add_up_scores(frame, load_structure(2024), dimension_weights=WEIGHTS_2024)
    assert scores.filter(pl.col("level") == "weighted_total")["state"].unique().to_list() == ["withheld"]


@pytest.mark.parametrize(
    ("weights", "told"),
    [
        pytest.param({"D1": 1, "D9": 1}, ["D2 has no weight", "D9 is no dimension of 2024"], id="others"),
        pytest.param({**WEIGHTS_2024, "D3": -1}, ["D3: weight -1"], id="negative"),
        pytest.param({**WEIGHTS_2024, "D3": float("nan")}, ["D3: weight nan"], id="no number"),
        pytest.param(dict.fromkeys(WEIGHTS_2024, 0), ["all weights are 0"], id="none"),
    ],
)
def test_weights_that_do_not_fit_are_told_together(weights, told):
    with pytest.raises(OfficialError) as caught:
        add_up_scores(make_scores(2024), load_structure(2024), dimension_weights=weights)
    assert all(part in "; ".join(caught.value.problems) for part in told)


def test_wrong_scores_are_told_together():
    frame = pl.concat(
        [
            make_scores(2024, units=("A",)),
            pl.DataFrame(
                {
                    "unit": ["A", "A", "A"],
                    "sub_dimension": ["construction_permits", "justice", "8.3"],
                    "score": [1.0] * 3,
                }
            ),
            pl.DataFrame({"unit": ["B"], "sub_dimension": ["justice"], "score": [3.4]}),
        ]
    )
    with pytest.raises(OfficialError) as caught:
        add_up_scores(frame, load_structure(2024))
    told = "; ".join(caught.value.problems)
    for wanted in (
        "'construction_permits' is not one of 2024",
        "'8.3'",
        "2 rows share",
        "3.4 is outside 0.33 to 3.33",
    ):
        assert wanted in told
    zero = make_scores(2024).with_columns(score=pl.lit(0.0))
    with pytest.raises(OfficialError, match="outside"):
        add_up_scores(zero, load_structure(2024), zero_is_missing=False)


def test_withheld_province_years():
    years = {year: list_withheld(year)["unit"].n_unique() for year in range(2011, 2025)}
    assert {year: count for year, count in years.items() if count} == {
        2014: 2,
        2018: 2,
        2021: 3,
        2022: 2,
        2023: 2,
        2024: 2,
    }
    assert sum(years.values()) == 13
    assert list_withheld(2022).filter(pl.col("unit") == "Bắc Ninh")["dimension"].to_list() == [
        "D2",
        "D3",
        "D4",
        "D8",
    ]


@pytest.mark.parametrize(
    ("exact", "digits", "printed"),
    [
        pytest.param("42.4078", 3, "42.407", id="national mean of 2021"),
        pytest.param("43.6163", 2, "43.61", id="another year"),
        pytest.param("50.775", 2, "50.77", id="40.62 of 80 points"),
        pytest.param("-0.129", 2, "-0.12", id="towards zero"),
    ],
)
def test_digits_that_were_cut_off(exact, digits, printed):
    assert str(cut_digits(exact, digits)) == printed
    assert str(round_half_up(exact, digits)) != printed


def test_changes_are_computed_before_rounding():
    # Long An 2024: the press subtracted rounded scores, +0.14 for D1, where the exact change is +0.134.
    assert str(round_half_up("0.134", 2)) == "0.13"
    assert str(round_half_up("-0.0007", 2)) == "0.00"


def test_plausibility_of_figures_from_the_press():
    sums = make_printed(
        ("total", {"value": "48.881", "rule": "sum"}),
        ("as published", {"value": "48.811", "part_of": "total"}),
    )
    assert find_contradictions(sums)["severity"].to_list() == ["impossible"]
    eight = {
        f"D{at}": value
        for at, value in enumerate(("5.10", "5.55", "4.40", "7.01", "7.20", "7.80", "3.50", "3.06"), 1)
    }
    total = ("total", {"value": "43.62", "rule": "sum"})

    def add_up(d8):
        values = {**eight, "D8": d8}
        rows = [(name, {"value": value, "part_of": "total"}) for name, value in values.items()]
        return find_contradictions(make_printed(total, *rows)).height

    assert (add_up("3.06"), add_up("3.60")) == (0, 1)


def test_printed_dimensions_may_miss_their_printed_parts_by_a_digit():
    parts = [("a", "1.2345"), ("b", "1.2345"), ("c", "1.2345"), ("d", "1.2345")]
    for total, is_wrong in (("4.9381", False), ("4.9379", False), ("4.9384", True)):
        rows = [(name, {"value": value, "part_of": "D1"}) for name, value in parts]
        assert find_contradictions(make_printed(("D1", {"value": total, "rule": "sum"}), *rows)).height == is_wrong


def test_the_sample_of_three_tiers_adds_up():
    exact = {"is_exact": True}
    frame = make_printed(
        ("districts", {"value": "207", "rule": "sum", **exact}),
        ("of a small province", {"value": "3", "count": 57, "part_of": "districts", **exact}),
        ("of another", {"value": "6", "count": 6, "part_of": "districts", **exact}),
        ("communes", {"value": "414", "rule": "sum", **exact}),
        ("of a district", {"value": "2", "count": 207, "part_of": "communes", **exact}),
        ("villages", {"value": "828", "rule": "sum", **exact}),
        ("of a commune", {"value": "2", "count": 414, "part_of": "villages", **exact}),
        ("interviews", {"value": "13632", "rule": "sum", **exact}),
        ("small", {"value": "192", "count": 57, "part_of": "interviews", **exact}),
        ("medium", {"value": "384", "count": 4, "part_of": "interviews", **exact}),
        ("large", {"value": "576", "count": 2, "part_of": "interviews", **exact}),
    )
    assert find_contradictions(frame).is_empty()


@pytest.mark.parametrize(
    ("before", "after", "of", "may_trend"),
    [
        pytest.param(2012, 2015, "total", True, id="one series"),
        pytest.param(2015, 2016, "D2", True, id="D2 kept in 2016"),
        pytest.param(2015, 2016, "D3", False, id="D3 rebuilt"),
        pytest.param(2017, 2018, "total", False, id="advised against"),
        pytest.param(2020, 2021, "D5", False, id="a sub-dimension gone"),
        pytest.param(2020, 2021, "certification", False, id="other range"),
        pytest.param(2020, 2021, "D1", True, id="untouched"),
        pytest.param(2021, 2024, "total", True, id="the term of 2021-2026"),
    ],
)
def test_years_of_papi(before, after, of, may_trend):
    assert compare_years(load_method("papi", "2011"), before, after, of=of).may_trend is may_trend


def test_dont_know_changes_a_share_by_its_rule():
    counts = {"favourable": 60, "unfavourable": 20, "dont_know": 15, "refused": 5}
    assert share_favourable(**counts, dont_know_is="dropped") == 0.75
    assert share_favourable(**counts, dont_know_is="unfavourable") == 0.6
    with pytest.raises(OfficialError):
        share_favourable(favourable=0, unfavourable=0, dont_know=4, dont_know_is="dropped")
    with pytest.raises(OfficialError, match="dropped or unfavourable"):
        share_favourable(**counts, dont_know_is="missing")
