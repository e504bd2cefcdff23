"""PAR INDEX: sets by year, rules that make points, the index and its class."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import OfficialError, UnknownParameter
from analysis.indices.official.par_index import class_of, find_set, index_of_points, sipas_points
from analysis.indices.official.points import (
    apply_rule,
    band_points,
    count_points,
    linear_points,
    min_max_points,
    option_points,
    proportional_points,
)
from analysis.indices.official.reading import load_method
from analysis.indices.published import index_points


@pytest.mark.parametrize(
    ("year", "level", "document"),
    [
        (2019, "province", "1150/QĐ-BNV"),
        (2021, "province", "1149/QĐ-BNV"),
        (2022, "ministry", "876/QĐ-BNV"),
        (2023, "province", "876/QĐ-BNV"),
        (2024, "province", "892/QĐ-BNV"),
        (2026, "ministry", "1187/QĐ-BNV"),
    ],
)
def test_the_set_of_a_year(year, level, document):
    assert find_set(year, level=level).document == document


def test_known_points_of_every_set_add_up_to_100():
    sets = load_method("par_index", "2012").content["sets"]
    assert {sum(data["points"].values()) for data in sets if data["points"]} == {100}
    survey = find_set(2022).points
    assert survey["leaders_survey"] + survey["sipas"] == 32


def test_only_one_set_holds_at_a_time():
    sets = load_method("par_index", "2012").content["sets"]
    for year in range(2019, 2027):
        for level in ("province", "ministry"):
            held = [d for d in sets if d["level"] == level and d["from_year"] <= year <= (d["to_year"] or year)]
            assert len(held) == 1


def test_an_unknown_year_or_level_is_refused():
    for year, level in ((2018, "province"), (2023, "commune")):
        with pytest.raises(OfficialError, match="no set"):
            find_set(year, level=level)


@pytest.mark.parametrize(
    ("index", "year", "points"),
    [
        pytest.param("91.17", 2021, "9.12", id="G14 Hà Tĩnh"),
        pytest.param("80.08", 2022, "8.01", id="nation 2022"),
        pytest.param("82.66", 2023, "8.27", id="nation 2023"),
        pytest.param("80.05", 2022, "8.01", id="a tie goes up"),
    ],
)
def test_sipas_in_points(index, year, points):
    assert str(sipas_points(index, year)) == points
    assert sipas_points(index, year) == index_points(index)


def test_sipas_in_points_since_2024_needs_a_rule():
    for year in (2024, 2025):
        with pytest.raises(UnknownParameter, match="not known"):
            sipas_points("83.94", year)
    rule = {"rule": "bands", "maximum": 10, "bands": {90: 100, 80: 80, 70: 60}}
    assert str(sipas_points("83.94", 2024, rule=rule)) == "8.00"
    linear = {"rule": "linear", "maximum": 10, "nothing_at": 50, "all_at": 95}
    assert str(sipas_points("83.94", 2024, rule=linear, digits=3)) == "7.542"  # 33.94/45·10


def test_a_figure_of_ten_points_is_not_taken_for_per_cent_above_100():
    with pytest.raises(OfficialError, match="not on 0-100"):
        sipas_points("911.7", 2021)


@pytest.mark.parametrize(
    ("value", "points"),
    [("90", "2.00"), ("89.995", "1.50"), ("80", "1.50"), ("79.99", "1.00"), ("70", "1.00"), ("69.99", "0.00")],
)
def test_lower_bounds_belong_to_their_band(value, points):
    assert str(band_points(value, maximum=2, bands={90: 100, 80: 75, 70: 50})) == points


@pytest.mark.parametrize(
    ("value", "points"),
    [("50", "0.00"), ("40", "0.00"), ("90", "10.00"), ("99", "10.00"), ("70", "5.00"), ("60.02", "2.51")],
)
def test_points_on_a_line(value, points):
    assert str(linear_points(value, maximum=10, nothing_at=50, all_at=90)) == points


def test_less_is_better_on_a_line_and_between_limits():
    assert str(linear_points(5, maximum=2, nothing_at=20, all_at=0)) == "1.50"
    assert str(min_max_points(60, minimum=50, maximum=100, less_is_better=True)) == "8.20"


@given(st.decimals(0, 100, places=3), st.decimals(0, 100, places=3))
def test_a_greater_value_never_earns_less(one, other):
    low, high = sorted((one, other))
    for rule in (
        {"rule": "proportional", "maximum": 10, "floor": 50},
        {"rule": "bands", "maximum": 10, "bands": {90: 100, 80: 75, 50: 20}},
        {"rule": "linear", "maximum": 10, "nothing_at": 50, "all_at": 90},
    ):
        assert 0 <= apply_rule(rule, low) <= apply_rule(rule, high) <= 10


def test_options_by_hand():
    # (50·1 + 30·0.6 + 15·0.2 + 5·0)/100 = 0.71; of 2 points
    assert str(option_points({"A": 50, "B": 30, "C": 15, "D": 5}, maximum=2)) == "1.42"
    own = {"A": 1, "B": "0.6", "C": "0.2", "D": 0, "E": "0.1"}
    assert str(option_points({"E": 10}, maximum=2, weights=own)) == "0.20"
    for counts in ({"E": 10}, {"A": 0}, {"A": -1, "B": 2}):
        with pytest.raises(OfficialError):
            option_points(counts, maximum=2)


def test_counts_are_capped_and_deductions_end_at_nothing():
    assert [str(count_points(items, each="0.5", maximum=2)) for items in (0, 3, 4, 9)] == [
        "0.00",
        "1.50",
        "2.00",
        "2.00",
    ]
    assert [str(count_points(misses, each=1, maximum=3, deduct=True)) for misses in (0, 2, 5)] == [
        "3.00",
        "1.00",
        "0.00",
    ]
    with pytest.raises(OfficialError):
        count_points(-1, each=1, maximum=2)


def test_digits_and_floor_are_choices():
    assert str(proportional_points("84.57", maximum=10, digits=3)) == "8.457"
    assert str(proportional_points("49.99", maximum=10, floor=50)) == "0.00"
    assert str(proportional_points("50", maximum=10, floor=50)) == "5.00"


def test_what_does_not_apply_lowers_the_maximum():
    # A unit without procedures: area 3 (20 points) and 7.3 (7 points) are left out; 65.7 of 73
    maxima = {"3": 20, "7.3": 7, "rest": 73}
    assert index_of_points({"3": None, "7.3": None, "rest": "65.7"}, maxima) == Decimal("90")
    assert index_of_points({"3": 0, "7.3": 0, "rest": "65.7"}, maxima) == Decimal("65.7")
    for wrong in ({"3": 21}, {"9": 1}, {"3": -1}, {"3": None}):
        with pytest.raises(OfficialError):
            index_of_points(wrong, maxima)


@pytest.mark.parametrize(
    ("index", "expected"),
    [("90", "A"), ("89.99", "B"), ("80", "B"), ("79.999", "C"), ("70", "C"), ("69.99", None)],
)
def test_classes_at_their_edges(index, expected):
    assert class_of(index) == expected
    assert class_of("85", classes={"Tốt": 90, "Khá": 80, "Trung bình": 50}) == "Khá"


@pytest.mark.parametrize(
    "rule",
    [{"rule": "bands", "maximum": 10}, {"rule": "quadratic", "maximum": 10}, {"maximum": 10}, {"rule": "linear"}],
)
def test_rules_that_lack_something_are_refused(rule):
    with pytest.raises(OfficialError):
        apply_rule(rule, 80)
