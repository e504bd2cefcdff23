"""PAPI groups and intervals against what was printed: sizes and bounds of groups, the interval of Hà Nội 2023."""

from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import OfficialError
from analysis.indices.official.papi_groups import GROUPS, group_quartiles
from analysis.indices.official.papi_intervals import add_intervals


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
        group_quartiles(frame, inclusive="both", units="all", override={"z": "top"})
    assert len(caught.value.problems) == 3


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
