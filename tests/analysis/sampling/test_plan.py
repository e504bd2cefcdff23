"""The plan: margins by unit before anyone goes out."""

import math

import polars as pl
import pytest

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
