"""How often a watch cries wolf, and how soon it calls: ``python -m tests.analysis.simulation.watch``."""

import argparse
import sys
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from analysis.monitoring import watch_units
from tests.analysis.simulation.printed import print_tables

UNITS, DAYS, ALPHA = 3_321, 365, 0.05
FIRST = date(2026, 1, 1)
NAMES = {"unit": "unit", "day": "day", "value": "y"}


def draw_stream(
    rng: np.random.Generator,
    *,
    units: int,
    days: int,
    share: float,
    a_day: float,
    drop: float = 0.0,
    dropping: float = 0.0,
    from_day: int = 0,
    day_effect: float = 0.0,
) -> pl.DataFrame:
    """Answers of 0 or 100; ``dropping`` of the units lose ``drop`` from a day on. Units differ in size threefold.

    ``day_effect``: chance of a bad day, on which three times as many are dissatisfied; the mean over days stays.
    """
    size = a_day * rng.lognormal(-0.5, 1.0, units)
    counts = rng.poisson(size[:, None], (units, days))
    p = np.full((units, days), share)
    if day_effect:
        bad = rng.random((units, days)) < day_effect
        calm = (1 - share) / (1 + 2 * day_effect)
        p = np.where(bad, 1 - 3 * calm, 1 - calm)
    p[: int(dropping * units), from_day:] -= drop
    unit, day = np.nonzero(counts)
    repeats = counts[unit, day]
    chance = np.repeat(p[unit, day], repeats)
    start = np.datetime64(FIRST)
    return pl.DataFrame(
        {
            "unit": np.repeat(unit, repeats),
            "day": np.repeat(start + day, repeats),
            "y": 100.0 * (rng.random(len(chance)) < chance),
        }
    ).with_columns(pl.col("day").cast(pl.Date))


WORLDS = {
    "share 90, 2 a day": {"share": 0.9, "a_day": 2.0},
    "share 50, 2 a day": {"share": 0.5, "a_day": 2.0},
    "share 98, 5 a day": {"share": 0.98, "a_day": 5.0},
    "bad days 1 in 10": {"share": 0.9, "a_day": 5.0, "day_effect": 0.1},
    "bad days, days_depend": {"share": 0.9, "a_day": 5.0, "day_effect": 0.1},
}


def measure_false_alarms(
    *, samples: int, seed: int, units: int = UNITS, days: int = DAYS, worlds: tuple[str, ...] = tuple(WORLDS)
) -> pl.DataFrame:
    """Nothing ever changes. Per world: how many of 100 watches ever called a unit (``fwer`` 5 %), of 100 units
    ever called by ``each`` 5 %, watches in which limits missed, units called by a z test of 5 % every day."""
    rows = []
    for world in worlds:
        rng = np.random.default_rng([seed, list(WORLDS).index(world)])
        any_alarm, each, missed, naive = [], [], [], []
        for _ in range(samples):
            stream = draw_stream(rng, units=units, days=days, **WORLDS[world])  # type: ignore[arg-type]
            share = 100 * float(WORLDS[world]["share"])
            found = watch_units(
                stream, **NAMES, baseline=share, watched=units, horizon=days, days_depend="depend" in world
            )
            any_alarm.append(found["alarm"].any())
            each.append(_part(found.filter(pl.col("e_value") >= 1 / ALPHA), units))
            missed.append(((found["low"] > share) | (found["high"] < share)).any())
            error = (share * (100 - share) / pl.col("n_total")).sqrt()
            low = found.filter((pl.col("n_total") >= 30) & ((pl.col("estimate") - share) / error < -1.645))
            naive.append(_part(low, units))
        rows.append(
            {
                "world": world,
                "watches": samples,
                "fwer": 100 * float(np.mean(any_alarm)),
                "each": float(np.mean(each)),
                "limits missed": 100 * float(np.mean(missed)),
                "z test every day": float(np.mean(naive)),
            }
        )
    return pl.DataFrame(rows)


def _part(rows: pl.DataFrame, units: int) -> float:
    return 100 * rows["unit"].n_unique() / units


def measure_delays(
    *, units: int, seed: int, watched: int = UNITS, days: int = DAYS, from_day: int = 60
) -> pl.DataFrame:
    """Every unit drops on day 60. Per drop × answers a day: called by the end, days and answers needed."""
    rows = []
    for a_day in (2.0, 5.0, 20.0):
        for drop in (0.05, 0.1, 0.2):
            rng = np.random.default_rng([seed, int(a_day), int(100 * drop)])
            counts = {"units": units, "days": days, "share": 0.9, "a_day": a_day}
            stream = draw_stream(rng, drop=drop, dropping=1.0, from_day=from_day, **counts)  # type: ignore[arg-type]
            found = watch_units(stream, **NAMES, baseline=90.0, watched=watched, horizon=days)
            called = found.filter("alarm").group_by("unit").agg(pl.col("since").first(), pl.col("n_total").first())
            before = (
                found.filter(pl.col("day") < FIRST + timedelta(days=from_day))
                .group_by("unit")
                .agg(pl.col("n_total").last().alias("before"))
            )
            joined = called.join(before, on="unit", how="left")
            # those never called count as the longest delay
            delays = joined.select((pl.col("since") - FIRST).dt.total_days() - from_day).to_series().to_list()
            delays += [10**6] * (units - len(delays))
            median = float(np.median(delays))
            answers = (joined["n_total"] - joined["before"].fill_null(0)).median()
            rows.append(
                {
                    "drop": 100 * drop,
                    "answers a day": a_day,
                    "called by the end": 100 * len(called) / units,
                    "median days": None if median >= 10**6 else median,
                    "median answers of those called": answers,
                }
            )
    return pl.DataFrame(rows)


def measure_false_discoveries(*, samples: int, seed: int, units: int, days: int) -> pl.DataFrame:
    """One unit in twenty drops by 20 on day 60; ``fdr`` 5 %: the false part of the list of single days."""
    rng = np.random.default_rng(seed)
    false: dict[int, list[float]] = {}
    listed: dict[int, list[int]] = {}
    for _ in range(samples):
        stream = draw_stream(
            rng, units=units, days=days, share=0.9, a_day=5.0, drop=0.2, dropping=0.05, from_day=60
        )
        for day in (90, 120, days - 1):
            until = FIRST + timedelta(days=day)
            found = watch_units(
                stream.filter(pl.col("day") <= until),
                **NAMES, baseline=90.0, control="fdr", watched=units, horizon=days, until=until,
            )  # fmt: skip
            last = found.filter((pl.col("day") == until) & pl.col("alarm"))
            wrong = (last["unit"] >= int(0.05 * units)).sum()
            false.setdefault(day, []).append(100 * wrong / max(1, last.height))
            listed.setdefault(day, []).append(last.height)
    return pl.DataFrame(
        {
            "day": list(false),
            "units on the list": [float(np.mean(listed[day])) for day in false],
            "false, per cent": [float(np.mean(part)) for part in false.values()],
        }
    )


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=5)
    parser.add_argument("--seed", type=int, default=20261120)
    parser.add_argument("--out", type=Path, help="Markdown file for the tables")
    chosen = parser.parse_args(arguments)
    measured = {
        "Nothing changes": measure_false_alarms(samples=chosen.samples, seed=chosen.seed),
        "A drop on day 60": measure_delays(units=500, seed=chosen.seed),
        "One in twenty drops": measure_false_discoveries(
            samples=chosen.samples, seed=chosen.seed, units=1000, days=240
        ),
    }
    text = (
        f"# A watch of {UNITS} units over {DAYS} days: {chosen.samples} watches of each world, seed {chosen.seed}"
    )
    text += "\n"
    print_tables(text, measured, chosen.out)


if __name__ == "__main__":
    main(sys.argv[1:])
