"""Contradictions of printed figures: what is impossible is said, what is true is never accused."""

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import PublishedError
from analysis.indices.counts import fit_integer_counts, option_shares
from analysis.quality.allowed import imply_parts
from analysis.quality.contradictions import find_contradictions
from analysis.rounding import round_half_up
from tests.analysis.quality.make_printed import make_printed


def list_shares(*values, n=None):
    rows = [(f"option {at}", {"value": value, "part_of": "question"}) for at, value in enumerate(values)]
    return make_printed(("question", {"rule": "shares", "n": n}), *rows)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param(("90.06", "8.98", "0.96"), [], id="G8 sums to 100"),
        pytest.param(("57.07", "37.49", "5.44"), [], id="G9 economy"),
        pytest.param(("71.82", "25.8", "2.34"), [("shares_below_100", "suspicious")], id="G9 health"),
        pytest.param(("50.78", "43.24", "5.89"), [("shares_below_100", "suspicious")], id="G10"),
        pytest.param(("33.33", "33.33", "33.33"), [], id="99.99 is rounding"),
        pytest.param(("33.34", "33.34", "33.34"), [("shares_above_100", "suspicious")], id="100.02, rounded up"),
        pytest.param(("50.78", "43.34", "5.98"), [("shares_above_100", "impossible")], id="100.10 cannot be"),
        pytest.param(("50,78", "43,24", "5,98"), [], id="decimal commas"),
        pytest.param(("90.06%", "8,98 %", "0,96\xa0%"), [], id="signs of per cent, as they stand in reports"),
    ],
)
def test_sums_of_shares(values, expected):
    assert find_contradictions(list_shares(*values)).select("rule", "severity").rows() == expected


def test_the_lost_digit_of_g9_is_named():
    (finding,) = find_contradictions(list_shares("71.82", "25.8", "2.34")).rows(named=True)
    assert finding["low"] == 99.96
    assert "25.84 in place of 25.8" in finding["en"]
    assert "25,84 thay vì 25,8" in finding["vi"]


@pytest.mark.parametrize(
    ("shares", "n", "expected"),
    [
        pytest.param(("98.23", "1.51", "0.26"), 7725, [], id="G1: 7588, 117, 20"),
        pytest.param(("97.45", "1.67", "0.88"), 4669, [], id="G1: 4550, 78, 41"),
        pytest.param(("98.23", "1.51", "0.26"), 725, [("no_counts_fit", "impossible")], id="G1 of fewer people"),
        pytest.param(("66.67", "33.33"), 3, [], id="two of three"),
        pytest.param(("66.66", "33.33"), 3, [("no_counts_fit", "suspicious")], id="two of three, digits cut off"),
        pytest.param(("66.67", "33.33"), 4, [("no_counts_fit", "impossible")], id="never of four"),
    ],
)
def test_shares_need_whole_people(shares, n, expected):
    assert find_contradictions(list_shares(*shares, n=n)).select("rule", "severity").rows() == expected


def test_shares_agree_with_the_list_of_all_counts():
    # The list is made by trying, the finder by intervals: they must agree on every share of 7 people.
    for part in range(0, 10001, 7):
        shares = [f"{part / 100:.2f}", f"{(10000 - part) / 100:.2f}"]
        found = find_contradictions(list_shares(*shares, n=7)).height
        assert (found == 0) == bool(fit_integer_counts(shares, 7)), shares


@pytest.mark.parametrize(
    ("value", "n", "step", "expected"),
    [
        # 17 levels among 5 people: 3.4; 3.45 lies between 3.4 and 3.6
        pytest.param("3.45", 5, "1", [("no_count_fits", "impossible")], id="mean level"),
        pytest.param("3.40", 5, "1", [], id="mean level that is"),
        pytest.param("52.5", 10, "25", [], id="zero-based mean: steps of 2.5"),
        pytest.param("53.0", 10, "25", [("no_count_fits", "impossible")], id="between two steps"),
        pytest.param("33.3", 3, "100", [], id="one of three"),
        pytest.param("83.94", 36525, "100", [], id="many people fit nearly anything"),
    ],
)
def test_means_of_few_people_move_in_steps(value, n, step, expected):
    frame = make_printed(("mean", {"value": value, "n": n, "step": step}))
    assert find_contradictions(frame).select("rule", "severity").rows() == expected


@pytest.mark.parametrize(
    ("rule", "value", "severities"),
    [
        pytest.param("between", "83.95", [], id="between its parts"),
        pytest.param("between", "84.10", [], id="the greatest part, rounded"),
        pytest.param("between", "84.11", ["suspicious"], id="above, but digits may be cut off"),
        pytest.param("between", "84.20", ["impossible"], id="above all parts"),
        pytest.param("between", "83.00", ["impossible"], id="below all parts"),
        pytest.param("mean", "83.97", [], id="mean, rounded up from 83.965"),
        pytest.param("mean", "83.94", ["impossible"], id="not the mean"),
        pytest.param("sum", "167.93", [], id="sum"),
        pytest.param("sum", "167.94", [], id="sum within rounding of its parts"),
        pytest.param("sum", "168.93", ["impossible"], id="a digit wrong"),
        pytest.param("largest", "84.09", [], id="largest"),
        pytest.param("largest", "83.84", ["impossible"], id="smaller than a part"),
        pytest.param("smallest", "84.09", ["impossible"], id="greater than a part"),
    ],
)
def test_a_whole_and_its_parts(rule, value, severities):
    frame = make_printed(
        ("whole", {"value": value, "rule": rule}),
        ("policy", {"value": "83.84", "part_of": "whole"}),
        ("service", {"value": "84.09", "part_of": "whole"}),
    )
    assert find_contradictions(frame)["severity"].to_list() == severities


@pytest.mark.parametrize(
    ("after", "before", "change", "is_wrong"),
    [
        pytest.param("83.94", "82.66", "1.28", False, id="2024 and 2023"),
        pytest.param("80.08", "87.16", "-7.08", False, id="2022 and 2021"),
        pytest.param("87.59", "72.54", "15.05", False, id="spread of 2022"),
        pytest.param("83.94", "82.66", "1.82", True, id="digits exchanged"),
        pytest.param("80.08", "87.16", "7.08", True, id="sign lost"),
    ],
)
def test_a_difference_and_its_figures(after, before, change, is_wrong):
    frame = make_printed(
        ("change", {"value": change, "rule": "difference"}),
        ("after", {"value": after, "part_of": "change"}),
        ("before", {"value": before, "part_of": "change", "weight": "-1"}),
    )
    assert find_contradictions(frame).height == is_wrong


def test_a_rank_above_a_greater_value_is_found_once_and_ties_are_not():
    ranked = [("A", 1, "90.61"), ("B", 2, "90.29"), ("C", 3, "90.23"), ("D", 4, "90.40"), ("E", 4, "90.23")]
    rows = [(unit, {"value": value, "rank": rank, "ranked_in": "2023"}) for unit, rank, value in ranked]
    found = find_contradictions(make_printed(*rows)).select("figure", "rule", "severity").rows()
    assert found == [("D", "rank_against_value", "impossible"), ("E", "tied_but_different", "suspicious")]
    same = [(unit, {"value": "90.23", "rank": rank, "ranked_in": "x"}) for rank, unit in enumerate("ABC", 1)]
    assert find_contradictions(make_printed(*same)).is_empty(), "equal as printed may differ behind the digits"


def rank_values(values):
    rows = [
        (f"u{at}", {"value": f"{value:.2f}", "rank": at, "ranked_in": "table"})
        for at, value in enumerate(values, 1)
    ]
    return find_contradictions(make_printed(*rows))


@pytest.mark.parametrize(
    ("place", "value", "figure", "says"),
    [
        pytest.param(100, 61.0, "u101", "below it stands u102 97.98 with a greater value", id="a digit too small"),
        pytest.param(300, 99.9, "u301", "above it stands u300 94.02 with a smaller value", id="a digit too large"),
    ],
)
def test_one_wrong_value_in_a_long_table_is_one_finding(place, value, figure, says):
    values = [100 - 0.02 * at for at in range(500)]
    values[place] = value
    (finding,) = rank_values(values).rows(named=True)
    assert (finding["figure"], finding["rule"], finding["severity"]) == (
        figure,
        "rank_against_value",
        "impossible",
    )
    assert says in finding["en"]


ranked_values = st.lists(st.integers(0, 60), min_size=2, max_size=14)


@given(ranked_values)
def test_without_the_rows_found_the_ranks_agree_and_none_is_found_in_vain(tenths):
    values = [tenth / 10 for tenth in tenths]
    found = {int(figure[1:]) - 1 for figure in rank_values(values)["figure"]}
    kept = [value for at, value in enumerate(values) if at not in found]
    assert kept == sorted(kept, reverse=True)
    for at in found:  # put back, each contradicts somebody who was kept
        above = [value for place, value in enumerate(values) if place not in found and place < at]
        below = [value for place, value in enumerate(values) if place not in found and place > at]
        assert min([values[at], *above]) < values[at] or max([values[at], *below]) > values[at]


def test_tables_of_ranks_are_kept_apart():
    rows = [
        ("A", {"value": "80", "rank": 1, "ranked_in": "departments"}),
        ("B", {"value": "90", "rank": 2, "ranked_in": "communes"}),
    ]
    assert find_contradictions(make_printed(*rows)).is_empty()


def test_a_printed_percentage_outside_its_bounds():
    frame = make_printed(
        ("D8", {"value": "10.6", "low": "1", "high": "10"}), ("D7", {"value": "10.0", "low": "1"})
    )
    assert find_contradictions(frame).select("figure", "rule", "severity").rows() == [
        ("D8", "outside_bounds", "impossible")
    ]


def test_impossible_comes_first():
    frame = pl.concat(
        [list_shares("71.82", "25.8", "2.34"), make_printed(("D8", {"value": "11.0", "high": "10"}))]
    )
    assert find_contradictions(frame)["severity"].to_list() == ["impossible", "suspicious"]


def test_numbers_instead_of_strings_are_read_by_their_shortest_form():
    frame = pl.DataFrame(
        {"figure": ["a", "b"], "value": [84.1, 84.09], "rule": ["same", None], "part_of": [None, "a"]}
    )
    assert find_contradictions(frame).is_empty(), "84.1 may be 84.09 as far as its one decimal says"


def test_all_that_cannot_be_read_is_told_together():
    frame = make_printed(
        ("a", {"value": "eighty"}),
        ("b", {"value": "1.234,5"}),
        ("c", {"value": "80", "rule": "median"}),
        ("c", {"value": "80", "part_of": "nowhere", "low": "9", "high": "1"}),
        ("d", {"value": "nan", "count": 0}),
        ("e", {"value": "5 %%"}),
    )
    with pytest.raises(PublishedError) as caught:
        find_contradictions(frame)
    told = "; ".join(caught.value.problems)
    for wanted in (
        "'eighty'",
        "'1.234,5'",
        "'median'",
        "'nowhere'",
        "2 times",
        "low 9 is above high 1",
        "'nan'",
        "'5 %%'",
    ):
        assert wanted in told
    with pytest.raises(PublishedError, match="column 'value' is missing"):
        find_contradictions(frame.drop("value"))


shares_of_people = st.lists(st.integers(0, 400), min_size=2, max_size=6).filter(sum)


@given(shares_of_people, st.integers(0, 3))
def test_true_shares_are_never_accused(counts, digits):
    shares = option_shares({str(at): count for at, count in enumerate(counts)}, digits)
    frame = list_shares(*[str(share) for share in shares.values()], n=sum(counts))
    assert find_contradictions(frame).is_empty()


tenths = st.decimals(0, 100, places=4)


@given(
    st.lists(st.tuples(tenths, st.integers(1, 60)), min_size=1, max_size=8),
    st.integers(0, 3),
    st.sampled_from(["sum", "mean", "smallest", "largest", "between", "weighted_mean"]),
)
def test_true_wholes_are_never_accused_and_false_ones_are(parts, digits, rule):
    values, counts = [value for value, _ in parts], [count for _, count in parts]
    pairs = list(zip(values, counts, strict=True))
    whole = {
        "sum": sum((value * count for value, count in pairs), Decimal(0)),
        "mean": sum((value * count for value, count in pairs), Decimal(0)) / sum(counts),
        "weighted_mean": sum((value * count for value, count in pairs), Decimal(0)) / sum(counts),
        "between": sum(values, Decimal(0)) / len(values),
        "smallest": min(values),
        "largest": max(values),
    }[rule]
    is_weighed = rule == "weighted_mean"

    def print_figures(printed):
        rows = [
            (
                f"part {at}",
                {
                    "value": str(round_half_up(value, digits)),
                    "count": None if is_weighed else count,
                    "weight": str(count) if is_weighed else None,
                    "part_of": "whole",
                },
            )
            for at, (value, count) in enumerate(pairs)
        ]
        return find_contradictions(make_printed(("whole", {"value": str(printed), "rule": rule}), *rows))

    assert print_figures(round_half_up(whole, digits)).is_empty()
    # 4 units of the last digit for every unit that is added up is more than any cutting off explains.
    wrong = 4 * (sum(counts) if rule == "sum" else 1) * Decimal(1).scaleb(-digits)
    spread = max(values) - min(values) if rule == "between" else Decimal(0)
    found = print_figures(round_half_up(whole + wrong + spread, digits))
    assert found["severity"].to_list() == ["impossible"]


@given(st.lists(tenths, min_size=2, max_size=6), st.integers(1, 3))
def test_an_unknown_part_lies_where_it_is_implied(values, digits):
    mean = sum(values, Decimal(0)) / len(values)
    rows = [
        (f"part {at}", {"value": str(round_half_up(value, digits)), "part_of": "mean"})
        for at, value in enumerate(values[1:])
    ]
    frame = make_printed(
        ("mean", {"value": str(round_half_up(mean, digits)), "rule": "mean"}),
        ("unknown", {"part_of": "mean"}),
        *rows,
    )
    implied = imply_parts(frame).row(0, named=True)
    assert implied["low"] - 1e-9 <= float(values[0]) <= implied["high"] + 1e-9
    assert find_contradictions(frame).is_empty()
