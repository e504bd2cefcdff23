"""The plan: margins by unit before anyone goes out."""

import math

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import SizeError
from analysis.sampling import allocate, margin_for_share, plan_sample, size_for_share


def test_margins_of_the_sipas_dossier():
    units = pl.DataFrame({"unit": [1, 2, 3, 4, 5], "n": [30, 90, 150, 300, 580]})
    plan = plan_sample(units, by=["unit"], population=None, share=0.85)
    assert plan["margin_points"].round(1).to_list() == [12.8, 7.4, 5.7, 4.0, 2.9]
    clustered = plan_sample(units, by=["unit"], population=None, share=0.85, design_effect=2)
    assert (clustered["margin_points"] / plan["margin_points"]).to_list() == pytest.approx([math.sqrt(2)] * 5)


def test_one_stratum_agrees_with_margin_for_share():
    units = pl.DataFrame({"unit": ["A"], "population": [400], "n": [100], "last": [0.9], "rate": [0.6]})
    plan = plan_sample(units, by=["unit"], share="last", response_rate="rate", design_effect=1.3)
    expected = 100 * margin_for_share(60, share=0.9, population=400, design_effect=1.3)
    assert plan["margin_points"].item() == pytest.approx(expected, rel=1e-12)
    assert plan["responses"].item() == 60
    # skewed as Wilson's limits are: further down than up
    assert 90 - plan["low_points"].item() > expected * 0.99 > plan["high_points"].item() - 90


def test_strata_of_a_unit_by_hand():
    # W = .75, .25; v = .5625·.16/100·(300−100)/299 + .0625·.25/20·(100−20)/99 = 6.0201e-4 + 6.3131e-4
    rows = pl.DataFrame({"unit": ["A", "A"], "population": [300, 100], "n": [100, 20], "p": [0.8, 0.5]})
    plan = plan_sample(rows, by=["unit"], share="p")
    assert plan["share"].item() == pytest.approx(0.725)
    assert plan["standard_error_points"].item() == pytest.approx(100 * math.sqrt(6.0201e-4 + 6.3131e-4), rel=1e-4)


def test_census_has_no_margin_and_says_so():
    rows = pl.DataFrame({"unit": ["A", "B"], "population": [1, 30], "n": [1, 30]})
    plan = plan_sample(rows, by=["unit"], share=0.7)
    assert plan["margin_points"].to_list() == [0, 0]
    assert plan["low_points"].to_list() == plan["high_points"].to_list() == [70, 70]
    assert set(plan["note"]) == {"everybody is asked"}


def test_a_unanimous_expectation_still_has_limits():
    plan = plan_sample(pl.DataFrame({"unit": ["A"], "population": [500], "n": [20]}), by=["unit"], share=1.0)
    assert plan["margin_points"].item() == 0
    # Wilson with p = 1: 1/(1 + 3.8415/20) = 83.89
    assert plan["low_points"].item() == pytest.approx(83.89, abs=0.01)


def test_a_stratum_with_nobody_leaves_its_unit_without_a_figure():
    rows = pl.DataFrame({"unit": ["A", "A", "B"], "population": [300, 100, 50], "n": [100, 0, 9]})
    plan = plan_sample(rows, by=["unit"], target_margin=0.2)
    assert plan["margin_points"].is_null().to_list() == [True, False]
    assert plan["note"].to_list() == ["1 strata get nobody", None]
    assert plan["meets_target"].is_null().to_list() == [True, False]


@pytest.mark.parametrize("population", [None, 700])
def test_what_is_needed_meets_the_target_and_one_less_does_not(population):
    columns = {} if population is None else {"population": [population]}
    name = None if population is None else "population"
    units = pl.DataFrame({"unit": ["A"], "n": [50], **columns})
    plan = plan_sample(units, by=["unit"], population=name, share=0.8, target_margin=0.05)
    needed = plan["n_needed"].item()
    assert plan["meets_target"].item() is False
    assert needed == size_for_share(0.05, share=0.8, population=population).n
    for n, enough in ((needed, True), (needed - 1, False)):
        again = plan_sample(
            units.with_columns(n=pl.lit(n)), by=["unit"], population=name, share=0.8, target_margin=0.05
        )
        assert again["meets_target"].item() is enough


Z = 1.959963984540054


def need_by_trying(strata, share, rate, deff, target):
    """The same by bisection over c: every stratum is asked c times as many, at most everybody."""
    whole = sum(big for big, _ in strata)

    def variance(c):
        parts = 0.0
        for big, n in strata:
            r = min(c * n, big) * rate
            left = (big - r) / (big - 1) if big > 1 else 0.0
            parts += (big / whole) ** 2 * deff * share * (1 - share) / r * left
        return parts

    low, high = 1e-9, max(big / n for big, n in strata)
    if variance(high) > (target / Z) ** 2:
        return whole
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if variance(middle) > (target / Z) ** 2 else (low, middle)
    return math.ceil(sum(min(high * n, big) for big, n in strata) - 1e-6)


stratum = st.integers(1, 900).flatmap(lambda big: st.tuples(st.just(big), st.integers(1, big)))


@given(
    st.lists(stratum, min_size=1, max_size=5),
    st.floats(0.05, 0.95),
    st.sampled_from([1.0, 0.6]),
    st.sampled_from([1.0, 2.5]),
    st.floats(0.01, 0.2),
)
def test_strata_that_are_exhausted_leave_the_rest_to_the_others(strata, share, rate, deff, target):
    rows = pl.DataFrame(strata, schema=["population", "n"], orient="row").with_columns(unit=pl.lit("A"))
    options = {"share": share, "response_rate": rate, "design_effect": deff, "target_margin": target}
    expected = need_by_trying(strata, share, rate, deff, target)
    both = pl.concat([rows, rows.with_columns(unit=pl.lit("B"))])
    assert plan_sample(both, by=["unit"], **options)["n_needed"].to_list() == [expected] * 2
    assert plan_sample(rows, by=[], **options)["n_needed"].to_list() == [expected]


def test_a_small_stratum_asked_whole_does_not_swell_what_is_needed():
    # a has 10 cases of which 9 are asked, b 1000 of which 10: growing alike, a would be asked for 175 of its 10.
    rows = pl.DataFrame({"unit": ["A", "A"], "population": [10, 1000], "n": [9, 10]})
    assert plan_sample(rows, by=["unit"], share=0.8, target_margin=0.05)["n_needed"].item() == 205


def test_allocation_and_plan_fit_together_and_all_is_surer_than_its_parts():
    strata = pl.DataFrame({"unit": ["A", "B", "C"], "population": [900, 90, 40]})
    allocated = allocate(strata, n=200, minimum=30)
    units, everybody = plan_sample(allocated, by=["unit"]), plan_sample(allocated, by=[])
    assert everybody["n"].item() == 200
    assert everybody["margin_points"].item() < units["margin_points"].min()


def test_margin_does_not_depend_on_row_order_or_how_strata_are_cut_when_alike():
    rows = pl.DataFrame({"unit": ["B", "A"], "population": [300, 100], "n": [30, 10]})
    assert plan_sample(rows, by=["unit"]).equals(plan_sample(rows.reverse(), by=["unit"]))


@pytest.mark.parametrize(
    ("columns", "options", "says"),
    [
        pytest.param({"n": [60, 5]}, {}, "n is above the population in 1 of 2 rows", id="n above N"),
        pytest.param({"n": [5.5, None]}, {}, "not whole in 2 of 2 rows", id="half"),
        pytest.param({}, {"share": 85}, "share is null or outside 0-1 in 2 of 2", id="points"),
        pytest.param({}, {"population": None, "by": []}, "no population to weigh them by", id="no weights"),
        pytest.param({}, {"share": "lastyear"}, "'lastyear' is missing", id="absent"),
        pytest.param({}, {"target_margin": 5}, "target_margin is 5", id="target in points"),
    ],
)
def test_plans_that_make_no_sense_are_refused(columns, options, says):
    rows = pl.DataFrame({"unit": ["A", "B"], "population": [50, 50], "n": [5, 5]} | columns)
    with pytest.raises(SizeError, match=says):
        plan_sample(rows, **{"by": ["unit"], **options})


def test_a_plan_of_nobody_is_refused():
    with pytest.raises(SizeError, match="0 rows"):
        plan_sample(pl.DataFrame(schema={"population": pl.Int64, "n": pl.Int64}), by=[])
