"""The chance that a watch calls a unit that keeps its baseline, without waiting for something so rare.

Where answers are 0 or 100 and exactly the baseline's share is satisfied, the e-value is a likelihood ratio: of a
world in which the share falls, on a day drawn evenly from the horizon, by as much as one of the bets is best for,
against the quiet one. So P(ever called) = E[1 / e-value on the day of the alarm; called], the mean taken over
streams of the falling world (Siegmund 1976). There an alarm is common, and some thousand units say to a per cent
what in the quiet world would need millions.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.monitoring import watch_units
from analysis.monitoring.betting import CHANGES
from tests.analysis.simulation.watch_worlds import Quiet, draw_stream

_MOST = 0.95  # METHODS 17.2: the largest part of the capital that one answer may cost
_AT_ONCE = 1_000  # units
FAMILIES, DAYS, ALPHA = (1, 200, 3_321), 365, 0.05
EXACT = (Quiet(0.9, 1.0), Quiet(0.5, 1.0), Quiet(0.98, 1.0), Quiet(0.9, 0.1), Quiet(0.9, 5.0))


def measure_exactly(
    *,
    units: int,
    seed: int,
    worlds: Sequence[Quiet] = EXACT,
    families: Sequence[int] = FAMILIES,
    days: int = DAYS,
) -> pl.DataFrame:
    """Per world × family: of 100,000 quiet units those ever called where alarms need family/α, and the chance in
    per cent that any of a family of independent units is (``fwer``; 5 are promised), with its standard error.

    ``mass``: E[1 / e-value of the last day], which is 1 if the e-value is the likelihood ratio it should be.
    """
    rows = []
    for world in worlds:
        rng = np.random.default_rng([seed, round(1000 * world.share), round(10 * world.a_day)])
        starts = range(0, units, _AT_ONCE)
        found = pl.concat(
            _watch_falling(rng, world, min(_AT_ONCE, units - start), days, start) for start in starts
        )
        last = found.group_by("unit").last()["e_value"].to_numpy()
        for family in families:
            first = found.filter(pl.col("e_value") >= family / ALPHA).group_by("unit").first()
            chance = np.zeros(units)
            chance[: first.height] = 1 / first["e_value"].to_numpy()
            mean, error = float(chance.mean()), float(chance.std() / np.sqrt(units))
            rows.append(
                {
                    "share": 100 * world.share,
                    "answers a day": world.a_day,
                    "family": family,
                    "called of 100,000": 1e5 * mean,
                    "fwer": 100 * (1 - (1 - mean) ** family),
                    "standard error": 100 * family * (1 - mean) ** (family - 1) * error,
                    "mass": float((1 / last).mean()),
                }
            )
    return pl.DataFrame(rows)


def _watch_falling(rng: np.random.Generator, world: Quiet, units: int, days: int, start: int) -> pl.DataFrame:
    """unit, day, e_value of units that fall from a day drawn evenly, by what one of the bets is best for."""
    fall: NDArray[np.float64] = np.minimum(rng.choice(CHANGES, units), _MOST * world.share)
    since = rng.integers(0, days, units)
    less = np.where(np.arange(days) >= since[:, None], fall[:, None], 0.0)
    stream = draw_stream(rng, world, units=units, days=days, less=less)
    found = watch_units(
        stream, unit="unit", day="day", value="y", baseline=100 * world.share, control="each", horizon=days
    )
    return found.select(pl.col("unit") + start, "day", "e_value")
