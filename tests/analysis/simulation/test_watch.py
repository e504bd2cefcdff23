"""A watch does not cry wolf, and calls real drops; watch.md has the run at full size."""

import polars as pl
import pytest

from tests.analysis.simulation.watch import measure_delays, measure_false_alarms, measure_false_discoveries


@pytest.fixture(scope="module")
def quiet() -> pl.DataFrame:
    worlds = ("share 90, 2 a day", "share 50, 2 a day", "bad days 1 in 10", "bad days, days_depend")
    return measure_false_alarms(samples=3, seed=7, units=400, days=120, worlds=worlds)


def test_where_nothing_changes_nobody_is_called(quiet: pl.DataFrame) -> None:
    # stated: at most 5 of 100 watches; of 6 here even one would be unlikely
    independent = quiet.filter(pl.col("world").str.starts_with("share"))
    assert independent["fwer"].max() == 0
    assert independent["limits missed"].max() == 0
    assert independent["each"].max() < 5


def test_a_z_test_made_every_day_calls_many(quiet: pl.DataFrame) -> None:
    assert quiet["z test every day"].min() > 15


def test_people_of_one_day_who_hang_together_break_it_unless_said(quiet: pl.DataFrame) -> None:
    def of(world: str) -> float:
        return quiet.filter(pl.col("world") == world)["each"].item()

    assert of("bad days, days_depend") < 5 < of("bad days 1 in 10")


def test_large_drops_are_called_sooner() -> None:
    found = measure_delays(units=40, seed=3, days=240).filter(pl.col("answers a day") == 20)
    assert found.filter(pl.col("drop") == 20)["called by the end"].item() > 80
    days = found.sort("drop")["median days"].fill_null(1e9).to_list()
    assert days == sorted(days, reverse=True)


def test_of_a_days_list_few_are_false() -> None:
    found = measure_false_discoveries(samples=2, seed=5, units=200, days=160)
    assert found["false, per cent"].max() <= 10
    assert found["units on the list"].max() >= 5
