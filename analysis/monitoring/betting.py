"""Evidence that grows while a unit stays below its baseline: bets on answers to come; METHODS 17.2."""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.monitoring.stream import Stream

Real = NDArray[np.float64]
DIRECTIONS = ("drop", "rise", "both")
CHANGES = (0.03, 0.06, 0.12, 0.24, 0.48)  # METHODS 17.2: changes the bets are best for, as parts of the range
_MOST = 0.95  # part of the capital one answer may cost
_LARGEST = 1e300


def bet_on_changes(stream: Stream, *, direction: str, horizon: int, days_depend: bool) -> Real:
    """Units × days of e-values against "the mean of every answer to come is the baseline or better" (``drop``).

    Capital 1 is spread evenly over the first ``horizon`` days; what starts on a day is bet from that day on. So
    the chance that the e-value ever reaches 1/α is at most α. METHODS 17.2.
    """
    sides = {"drop": (-1,), "rise": (1,), "both": (-1, 1)}[direction]
    daily = _logs(stream, sides, days_depend)
    count = len(stream.units)
    capital = np.zeros((count, len(sides) * len(CHANGES)))
    e_values = np.ones((count, stream.days))
    days = daily["day"].to_numpy()
    unit = daily["unit"].to_numpy()
    logs = daily.drop("unit", "day").to_numpy()
    starts = np.searchsorted(days, np.arange(stream.days + 1))
    share, unspent = 1 / horizon, 1.0
    for day in range(stream.days):
        if day < horizon:
            capital += share
            unspent = max(0.0, 1 - (day + 1) * share)
        rows = slice(starts[day], starts[day + 1])
        with np.errstate(over="ignore"):
            # A capital cut at the largest number stays a fair bet: it is only ever made smaller.
            capital[unit[rows]] = np.minimum(capital[unit[rows]] * np.exp(logs[rows]), _LARGEST)
        e_values[:, day] = np.minimum(capital.mean(axis=1) + unspent, _LARGEST)
    return e_values


def _logs(stream: Stream, sides: Sequence[int], days_depend: bool) -> pl.DataFrame:
    """day, unit and for every bet the log of what the day's answers make of a capital of 1."""
    answers = stream.answers
    if days_depend:
        # People of one day may share their luck: their mean is one answer.
        mean = (pl.col("b") * pl.col("x")).sum() / pl.col("b").sum()
        answers = answers.group_by("unit", "day", maintain_order=True).agg(
            mean.alias("x"), pl.lit(1.0).alias("b"), pl.col("worst", "best").first()
        )
    bets = {}
    for side in sides:
        m, x = (pl.col("worst"), pl.col("x")) if side < 0 else (1 - pl.col("best"), 1 - pl.col("x"))
        for change in CHANGES:
            # Best for a share that falls by ``change``: λ = change/(m(1−m)); an answer costs λ(1−m) at most.
            stake = pl.min_horizontal(change / m, _MOST) / (1 - m)
            bets[f"{side}.{change}"] = (stake * pl.col("b") * (m - x)).log1p().sum()
    return answers.group_by("day", "unit").agg(**bets).sort("day", "unit")
