"""Monthly tests err as often as they say, beside Holm's promise; month_changes.md has the larger run."""

import polars as pl
import pytest

from tests.analysis.simulation.month_changes import measure_change, measure_quiet

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def quiet() -> pl.DataFrame:
    # 20 years × 11 months × 34 units: 7,480 tests, a standard error of 0.25 points; 220 months, 1.5 points at 5
    return measure_quiet(years=20, seed=3, shares=(0.9,), sizes=(30, 300), units=(34,))


def test_single_tests_err_at_most_five_times_in_100(quiet: pl.DataFrame) -> None:
    assert quiet["each"].max() < 6
    assert quiet.filter(n=300)["each"].min() > 4


def test_a_month_errs_at_most_five_times_in_100_after_holm_but_a_year_does_more_often(quiet: pl.DataFrame) -> None:
    assert quiet["any error"].max() < 9
    large = quiet.filter(n=300, spread="pooled")
    assert large["years with any"].item() > 3 * large["any error"].item()


def test_the_pooled_spread_keeps_against_earlier_months_what_own_spreads_promise_in_vain() -> None:
    found = measure_quiet(years=20, seed=4, shares=(0.9,), sizes=(100,), units=(34,), against="earlier")
    by = dict(found.select("spread", "any error").iter_rows())
    assert by["pooled"] < 9 < 12 < by["own"]


def test_with_the_pooled_spread_nearly_all_can_be_tested(quiet: pl.DataFrame) -> None:
    few = dict(quiet.filter(n=30).select("spread", "tested").iter_rows())
    assert few["own"] < 97
    assert few["pooled"] > 99


@pytest.mark.parametrize("spread", ["own", "pooled"])
def test_real_drops_are_found_and_of_those_called_few_are_false(spread: str) -> None:
    found = measure_change(months=15, seed=3, drops=(0.2,), sizes=(100,), units=200).filter(spread=spread)
    by = {row["correction"]: row for row in found.iter_rows(named=True)}
    assert by["none"]["found"] > by["bh"]["found"] > by["holm"]["found"] > 20
    assert by["none"]["false part"] > 15
    assert by["bh"]["false part"] < 9
    assert by["holm"]["false part"] < 3
