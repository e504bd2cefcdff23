"""How often a watch cries wolf, and how soon it calls: ``python -m tests.analysis.simulation.watch``.

``--part`` says what. ``held``: many worlds of 200 units in which nothing changes and what the watch assumes holds;
``broken``: the same where answers depend on each other; ``national``: 3,321 units; ``exact``: the chance of a
false alarm by a change of measure (watch_exact.py); ``drops``: delays and false discoveries.
"""

import argparse
import sys
from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl
from scipy.stats import beta

from analysis.monitoring import watch_units
from tests.analysis.simulation.printed import print_tables
from tests.analysis.simulation.watch_exact import measure_exactly
from tests.analysis.simulation.watch_worlds import BROKEN, FIRST, HELD, WORLDS, Quiet, draw_stream

UNITS, FEW, DAYS, ALPHA = 3_321, 200, 365, 0.05
NATIONAL = ("90 %, 1 a day, calendar",)
NAMES = {"unit": "unit", "day": "day", "value": "y"}


def measure_false_alarms(
    *, samples: int, seed: int, units: int = FEW, days: int = DAYS, worlds: tuple[str, ...] = tuple(WORLDS)
) -> pl.DataFrame:
    """Nothing ever changes. Per world: watches that ever called a unit (``fwer`` 5 %) with Clopper and Pearson's
    limits, of 100 units those ever called by ``each`` 5 %, watches in which limits missed, and of 100 units those
    called by a z test of 5 % every day."""
    rows = []
    for name in worlds:
        world = WORLDS[name]
        rng = np.random.default_rng([seed, list(WORLDS).index(name), units])
        any_alarm, each, missed, naive = [], [], [], []
        for _ in range(samples):
            stream = draw_stream(rng, world, units=units, days=days)
            share = 100 * world.share
            found = watch_units(
                stream, **NAMES, baseline=share, watched=units, horizon=days, days_depend=world.days_depend
            )
            any_alarm.append(found["alarm"].any())
            each.append(_count(found.filter(pl.col("e_value") >= 1 / ALPHA)))
            missed.append(((found["low"] > share) | (found["high"] < share)).any())
            spread = share * (100 - share) / (4 if world.levels else 1)
            error = (spread / pl.col("n_total")).sqrt()
            low = found.filter((pl.col("n_total") >= 30) & ((pl.col("estimate") - share) / error < -1.645))
            naive.append(_count(low))
        called, limits = int(np.sum(any_alarm)), int(np.sum(missed))
        low_limit, high_limit = bound_share(called, samples)
        rows.append(
            {
                "world": name,
                "watches": samples,
                "called": called,
                "fwer": 100 * called / samples,
                "fwer_low": low_limit,
                "fwer_high": high_limit,
                "each": 100 * float(np.mean(each)) / units,
                "limits missed": limits,
                "missed_high": bound_share(limits, samples)[1],
                "z test every day": 100 * float(np.mean(naive)) / units,
            }
        )
    return pl.DataFrame(rows)


def bound_share(count: int, of: int) -> tuple[float, float]:
    """Clopper and Pearson's limits of 95 %, in per cent."""
    low = beta.ppf(0.025, count, of - count + 1) if count else 0.0
    high = beta.ppf(0.975, count + 1, of - count) if count < of else 1.0
    return 100 * float(low), 100 * float(high)


def _count(rows: pl.DataFrame) -> int:
    return rows["unit"].n_unique()


def measure_delays(
    *, units: int, seed: int, watched: int = UNITS, days: int = DAYS, from_day: int = 60
) -> pl.DataFrame:
    """Every unit drops on day 60. Per drop × answers a day, answers counted singly or by days: units called by the
    end, days and answers needed."""
    rows = []
    for a_day in (2.0, 5.0, 20.0):
        for drop in (0.05, 0.1, 0.2):
            rng = np.random.default_rng([seed, int(a_day), int(100 * drop)])
            less = np.where(np.arange(days) >= from_day, drop, 0.0)[None, :]
            stream = draw_stream(rng, Quiet(0.9, a_day), units=units, days=days, less=less)
            for depend in (False, True):
                found = watch_units(
                    stream, **NAMES, baseline=90.0, watched=watched, horizon=days, days_depend=depend
                )
                told = {"drop": 100 * drop, "answers a day": a_day, "days_depend": depend}
                rows.append(told | _delay(found, units, from_day))
    return pl.DataFrame(rows)


def _delay(found: pl.DataFrame, units: int, from_day: int) -> dict[str, float | None]:
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
    answers = joined.select((pl.col("n_total") - pl.col("before").fill_null(0)).median()).item()
    return {
        "called by the end": 100 * len(called) / units,
        "median days": None if median >= 10**6 else median,
        "median answers of those called": answers,
    }


def measure_false_discoveries(*, samples: int, seed: int, units: int = FEW, days: int = 240) -> pl.DataFrame:
    """One unit in ten drops by 5, 10 or 20 points on day 60; ``fdr`` 5 %: the false part of single days' lists.

    Units by themselves, or with bad days of all units at once (``days_depend``). ``false_high``: mean of the
    false part and twice its standard error.
    """
    rows = []
    dropping = units // 10
    less = np.zeros((units, days))
    less[:dropping, 60:] = np.resize([0.05, 0.1, 0.2], dropping)[:, None]
    for name in ("90 %, 5 a day", "bad days of all units, days_depend"):
        world = Quiet(0.9, 5.0, luck=WORLDS[name].luck, days_depend=WORLDS[name].days_depend)
        rng = np.random.default_rng([seed, list(WORLDS).index(name)])
        false: dict[int, list[float]] = {day: [] for day in (90, 120, days - 1)}
        listed: dict[int, list[int]] = {day: [] for day in false}
        for _ in range(samples):
            stream = draw_stream(rng, world, units=units, days=days, less=less)
            for day in false:
                until = FIRST + timedelta(days=day)
                found = watch_units(
                    stream.filter(pl.col("day") <= until), **NAMES, baseline=90.0, control="fdr",
                    watched=units, horizon=days, until=until, days_depend=world.days_depend,
                )  # fmt: skip
                last = found.filter((pl.col("day") == until) & pl.col("alarm"))
                false[day].append(100 * (last["unit"] >= dropping).sum() / max(1, last.height))
                listed[day].append(last.height)
        rows += [
            {
                "world": name,
                "day": day,
                "watches": samples,
                "units that dropped": dropping,
                "units on the list": float(np.mean(listed[day])),
                "false, per cent": float(np.mean(part)),
                "false_high": float(np.mean(part) + 2 * np.std(part) / np.sqrt(samples)),
            }
            for day, part in false.items()
        ]
    return pl.DataFrame(rows)


def measure_part(part: str, *, samples: int, seed: int) -> dict[str, pl.DataFrame]:
    """The tables of one part."""
    if part in ("held", "broken"):
        worlds = tuple(HELD if part == "held" else BROKEN)
        return {"Nothing changes": measure_false_alarms(samples=samples, seed=seed, worlds=worlds)}
    if part == "national":
        quiet = measure_false_alarms(samples=samples, seed=seed, units=UNITS, worlds=NATIONAL)
        return {"Nothing changes, 3,321 units": quiet}
    if part == "exact":
        return {"Chance of a false alarm, by a change of measure": measure_exactly(units=samples, seed=seed)}
    return {
        "A drop on day 60": measure_delays(units=500, seed=seed),
        "One in ten drops": measure_false_discoveries(samples=samples, seed=seed),
    }


PARTS = {"held": 400, "broken": 200, "national": 60, "exact": 20_000, "drops": 100}


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=PARTS, required=True)
    parser.add_argument("--samples", type=int, help="watches of each world (exact: units); None: as stored")
    parser.add_argument("--seed", type=int, default=20261120)
    parser.add_argument("--out", type=Path, help="Markdown file for the tables")
    chosen = parser.parse_args(arguments)
    samples = chosen.samples or PARTS[chosen.part]
    text = f"# A watch over {DAYS} days, {chosen.part}: seed {chosen.seed}\n\n"
    text += f"`python -m tests.analysis.simulation.watch --part {chosen.part} --samples {samples}`\n"
    print_tables(text, measure_part(chosen.part, samples=samples, seed=chosen.seed), chosen.out)


if __name__ == "__main__":
    main(sys.argv[1:])
