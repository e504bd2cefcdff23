"""PAPI groups and intervals against what was printed: sizes and bounds of groups, the interval of Hà Nội 2023."""

from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import OfficialError
from analysis.indices.official.papi_groups import CUTS, GROUPS, PERCENTILES, group_quartiles
from analysis.indices.official.papi_intervals import add_intervals
from analysis.indices.official.reading import load_method


@pytest.mark.parametrize(
    ("published", "withheld", "inclusive", "units", "sizes"),
    [
        pytest.param(63, 0, "lower", "published", (16, 16, 15, 16), id="2019 and 2020 totals"),
        pytest.param(61, 2, "upper", "published", (15, 15, 15, 16), id="D1 of 2023"),
        pytest.param(60, 3, "lower", "published", (15, 15, 15, 15), id="2021 totals"),
        pytest.param(61, 2, "lower", "withheld_lowest", (16, 16, 15, 14), id="2022 and 2023 totals in the press"),
    ],
)
def test_published_group_sizes(published, withheld, inclusive, units, sizes):
    scores = [*np.linspace(37.2, 48.1, published).tolist(), *[None] * withheld]
    frame = pl.DataFrame({"unit": [f"u{at:02}" for at in range(published + withheld)], "score": scores})
    found = group_quartiles(frame, inclusive=inclusive, units=units)
    counted = dict(found["group"].value_counts().iter_rows())
    assert tuple(counted[name] for name in reversed(GROUPS)) == sizes
    assert counted.get(None, 0) == withheld


def test_the_bounds_printed_for_d6_of_2022():
    # Printed bounds of the four groups, 16/15/16/16 provinces with evenly spaced scores between them.
    bounds = [(6.4132, 7.2275, 16), (7.2294, 7.5173, 15), (7.5189, 7.8072, 16), (7.8579, 8.3148, 16)]
    scores = [score for low, high, size in bounds for score in np.linspace(low, high, size).tolist()]
    frame = pl.DataFrame({"unit": [f"u{at:02}" for at in range(63)], "score": scores})
    found = group_quartiles(frame)
    ends = found.group_by("group").agg(low=pl.col("score").min(), high=pl.col("score").max(), size=pl.len())
    printed = sorted(ends.select("low", "high", "size").rows())
    assert printed == [pytest.approx(bound) for bound in bounds]
    median = frame["score"].median()
    assert found.filter(pl.col("score") == median)["group"].item() == "high_average", "the median opens its group"


@pytest.mark.parametrize(
    ("percentile", "cuts"),
    [
        # N = 10, scores 1 … 10: position (N − 1)p = 2.25, 4.5, 6.75 above the first
        pytest.param("linear", (3.25, 5.5, 7.75), id="R type 7"),
        # position (N + 1)p = 2.75, 5.5, 8.25
        pytest.param("weibull", (2.75, 5.5, 8.25), id="R type 6"),
        # position N·p + 1/2 = 3, 5.5, 8
        pytest.param("hazen", (3.0, 5.5, 8.0), id="R type 5"),
        # position (N + 1/3)p + 1/3 = 2.916667, 5.5, 8.083333
        pytest.param("median_unbiased", (2.9166667, 5.5, 8.0833333), id="R type 8"),
    ],
)
def test_where_the_cuts_lie_is_a_choice_and_linear_where_none_is_made(percentile, cuts):
    frame = pl.DataFrame({"unit": [f"u{at}" for at in range(10)], "score": [float(at) for at in range(1, 11)]})
    found = group_quartiles(frame, percentile=percentile)
    assert found.select("low_cut", "middle_cut", "high_cut").row(0) == pytest.approx(cuts)
    if percentile == "linear":
        assert found.equals(group_quartiles(frame))
    if percentile == "hazen":  # 8 lies on the cut
        assert found.filter(pl.col("score") == 8)["group"].item() == "top"
        closed = group_quartiles(frame, percentile=percentile, inclusive="upper")
        assert closed.filter(pl.col("score") == 8)["group"].item() == "high_average"


@given(st.lists(st.floats(0, 80), min_size=4, max_size=70), st.sampled_from(PERCENTILES))
def test_a_cut_that_is_a_score_is_exactly_that_score(scores, percentile):
    frame = pl.DataFrame({"unit": [str(at) for at in range(len(scores))], "score": scores})
    cuts = group_quartiles(frame, percentile=percentile).select("low_cut", "middle_cut", "high_cut").row(0)
    for cut, exact in zip(cuts, np.quantile(scores, CUTS, method=percentile), strict=True):
        assert cut == pytest.approx(exact, abs=1e-8)
        assert min(abs(score - cut) for score in scores) == 0 or min(abs(score - cut) for score in scores) > 1e-9


def test_the_choices_behind_groups_are_data():
    parameters = load_method("papi", "2011").parameters
    assert [parameters[f"group_{name}"].value for name in ("percentile", "inclusive", "units")] == [
        "linear",
        "lower",
        "published",
    ]


@given(st.lists(st.integers(0, 40), min_size=4, max_size=70), st.sampled_from(["lower", "upper"]))
def test_groups_are_in_order_and_equal_scores_share_theirs(scores, inclusive):
    frame = pl.DataFrame({"unit": [str(at) for at in range(len(scores))], "score": [float(x) for x in scores]})
    found = group_quartiles(frame, inclusive=inclusive)
    place = {name: at for at, name in enumerate(GROUPS)}
    pairs = sorted((score, place[group]) for score, group in found.select("score", "group").iter_rows())
    assert all(one[1] <= other[1] for one, other in pairwise(pairs))
    assert len({(score, group) for score, group in pairs}) == len({score for score, _ in pairs})
    cuts = np.percentile(scores, [25, 50, 75])
    assert found.select("low_cut", "middle_cut", "high_cut").row(0) == pytest.approx(tuple(cuts))


def test_a_published_membership_overrides_and_order_is_by_group_and_name():
    frame = pl.DataFrame({"unit": list("edcba"), "score": [1.0, 2.0, 3.0, 4.0, None]})
    found = group_quartiles(frame, override={"e": "top"})
    assert found["unit"].to_list() == ["b", "e", "c", "d", "a"]
    assert found.filter(pl.col("is_overridden"))["unit"].to_list() == ["e"]
    assert found["group"].to_list()[-1] is None
    with pytest.raises(OfficialError) as caught:
        group_quartiles(frame, inclusive="both", units="all", percentile="excel", override={"z": "top"})
    assert len(caught.value.problems) == 4


def test_interval_of_ha_noi_2023_as_published_and_as_it_should_be():
    frame = pl.DataFrame({"estimate": [43.960304, None], "standard_error": [0.157685, None], "df": [10.0, None]})
    found = add_intervals(frame, df="df").row(0, named=True)
    # Printed 43.700916-44.219692; the multiplier behind it is 1.64498, so five digits agree.
    assert found["low_published"] == pytest.approx(43.700916, abs=1e-5)
    assert found["high_published"] == pytest.approx(44.219692, abs=1e-5)
    assert found["confidence_published"] == pytest.approx(0.90, abs=1e-4)
    # t(0.975; 10) = 2.228139
    assert found["low"] == pytest.approx(43.960304 - 2.228139 * 0.157685, abs=1e-6)
    assert add_intervals(frame)["high"][1] is None
    with pytest.raises(OfficialError, match="1 negative"):
        add_intervals(pl.DataFrame({"estimate": [1.0], "standard_error": [-1.0]}))
