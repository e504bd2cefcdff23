"""A watch does not cry wolf, and calls real drops; watch_held.md and its neighbours have the runs at full size."""

import polars as pl
import pytest

from tests.analysis.simulation.watch import (
    bound_share,
    measure_delays,
    measure_false_alarms,
    measure_false_discoveries,
)
from tests.analysis.simulation.watch_exact import measure_exactly
from tests.analysis.simulation.watch_worlds import Quiet

pytestmark = pytest.mark.long

HELD = ("90 %, 1 a day", "98 %, 1 a day", "90 %, 1 a day, calendar", "five levels, mean 80, 1 a day")
LUCK = ("bad days, 5 a day", "bad days, 5 a day, days_depend", "bad weeks, days_depend")


@pytest.fixture(scope="module")
def quiet() -> pl.DataFrame:
    return measure_false_alarms(samples=8, seed=7, units=150, days=150, worlds=HELD)


@pytest.fixture(scope="module")
def exact() -> pl.DataFrame:
    return measure_exactly(units=3_000, seed=5, worlds=(Quiet(0.9, 2.0),), days=100)


def test_where_nothing_changes_hardly_a_watch_calls_anybody(quiet: pl.DataFrame) -> None:
    # stated: at most 5 of 100 watches; with that, 5 or more of 32 would come once in 50 such tests
    assert quiet["called"].sum() <= 4
    assert quiet["limits missed"].sum() <= 4


def test_where_nothing_changes_each_calls_few_units(quiet: pl.DataFrame) -> None:
    # stated: at most 5 of 100 units; 1,200 units a world, a standard error of 0.6 points at 5
    assert quiet["each"].max() < 4


def test_a_z_test_made_every_day_calls_many(quiet: pl.DataFrame) -> None:
    assert quiet["z test every day"].min() > 10


def test_the_exact_chance_of_a_false_alarm_is_below_what_is_promised(exact: pl.DataFrame) -> None:
    # the e-value is a likelihood ratio, or the chances below would mean nothing: E[1/e] = 1, standard error 0.04
    assert exact["mass"][0] == pytest.approx(1, abs=0.15)
    assert exact["fwer"].to_list() == sorted(exact["fwer"], reverse=True)
    assert 0.3 < exact["fwer"].min() < exact["fwer"].max() < 5
    assert (exact["standard error"] < 0.1).all()


def test_the_exact_chance_is_that_found_by_waiting() -> None:
    (chance,) = measure_exactly(units=2_000, seed=2, worlds=(Quiet(0.9, 1.0),), families=(1,), days=120)["fwer"]
    waited = measure_false_alarms(samples=1, seed=3, units=6_000, days=120, worlds=("90 %, 1 a day",))
    # 6,000 units at about 1 of 100: a standard error of 0.13 points
    assert waited["each"].item() == pytest.approx(chance, abs=0.45)


def test_people_of_one_day_who_hang_together_break_it_unless_said_and_weeks_break_it_even_then() -> None:
    found = measure_false_alarms(samples=1, seed=7, units=800, days=120, worlds=LUCK)
    each = dict(found.select("world", "each").iter_rows())
    assert each["bad days, 5 a day, days_depend"] < 3.5 < 5 < each["bad days, 5 a day"]
    assert each["bad weeks, days_depend"] > 5


def test_large_drops_are_called_sooner() -> None:
    measured = measure_delays(units=40, seed=3, days=240).filter(pl.col("answers a day") == 20)
    found = measured.filter(~pl.col("days_depend"))
    assert found.filter(pl.col("drop") == 20)["called by the end"].item() > 80
    days = found.sort("drop")["median days"].fill_null(1e9).to_list()
    assert days == sorted(days, reverse=True)
    once = measured.filter(pl.col("days_depend")).sort("drop")["median days"].fill_null(1e9).to_list()
    assert all(late >= soon for late, soon in zip(once, days, strict=True))


def test_of_a_days_list_few_are_false() -> None:
    found = measure_false_discoveries(samples=4, seed=5, units=100, days=160)
    assert found["false, per cent"].max() <= 5
    assert found.filter(pl.col("day") == 159)["units on the list"].min() >= 3  # of ten that dropped


def test_limits_of_counts_are_clopper_and_pearsons() -> None:
    assert bound_share(0, 60) == pytest.approx((0, 100 * (1 - 0.025 ** (1 / 60))))
    assert bound_share(60, 60) == pytest.approx((100 * 0.025 ** (1 / 60), 100))
