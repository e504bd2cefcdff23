"""Worlds a watch looks at: answers of 0-100 day by day, where nothing changes or some units drop."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

Real = NDArray[np.float64]
FIRST = date(2026, 1, 1)  # a Thursday
_LUCK = 0.1  # part of the days, or of the weeks, that are bad
_WORSE = 3.0  # as many dissatisfied then
_MONDAY = 1.5  # as many dissatisfied on Mondays
_PAIRED = 1 / 6  # of the answers come with somebody who says the same
_ALIKE = 0.05  # intraclass correlation of people of one unit and day


@dataclass(frozen=True)
class Quiet:
    """A world in which every unit keeps its baseline of ``share``; units differ in size about threefold.

    ``calendar``: volumes double over the year, nobody comes on Sundays, half on Saturdays, one in ten in the two
    weeks around Tết. ``levels``: five levels (0, 25 … 100) instead of two. ``luck``: what people share, always
    with ``share`` as the mean over days: a bad ``day`` or ``week`` in ten, worse ``mondays``, ``alike`` (every
    day its own share), ``pairs``, or a bad day of ``all`` units at once. ``by_week``: all answers of seven days
    bear the date of the first of them.
    """

    share: float
    a_day: float
    calendar: bool = False
    levels: bool = False
    luck: str = "none"
    days_depend: bool = False
    by_week: bool = False


HELD = {
    "90 %, 1 a day": Quiet(0.9, 1.0),
    "50 %, 1 a day": Quiet(0.5, 1.0),
    "98 %, 1 a day": Quiet(0.98, 1.0),
    "90 %, 0.1 a day": Quiet(0.9, 0.1),
    "90 %, 5 a day": Quiet(0.9, 5.0),
    "90 %, 1 a day, calendar": Quiet(0.9, 1.0, calendar=True),
    "five levels, mean 80, 1 a day": Quiet(0.8, 1.0, levels=True),
}
BROKEN = {
    "worse Mondays": Quiet(0.9, 2.0, luck="mondays"),
    "one in six with a companion": Quiet(0.9, 2.0, luck="pairs"),
    "people of a day alike": Quiet(0.9, 2.0, luck="alike"),
    "bad days": Quiet(0.9, 2.0, luck="day"),
    "bad days, 5 a day": Quiet(0.9, 5.0, luck="day"),
    "bad weeks": Quiet(0.9, 2.0, luck="week"),
    "one in six with a companion, days_depend": Quiet(0.9, 2.0, luck="pairs", days_depend=True),
    "people of a day alike, days_depend": Quiet(0.9, 2.0, luck="alike", days_depend=True),
    "bad days, days_depend": Quiet(0.9, 2.0, luck="day", days_depend=True),
    "bad days, 5 a day, days_depend": Quiet(0.9, 5.0, luck="day", days_depend=True),
    "bad days of all units, days_depend": Quiet(0.9, 2.0, luck="all", days_depend=True),
    "bad weeks, days_depend": Quiet(0.9, 2.0, luck="week", days_depend=True),
    "bad weeks, days_depend, weeks as days": Quiet(0.9, 2.0, luck="week", days_depend=True, by_week=True),
}
WORLDS = HELD | BROKEN


def draw_stream(
    rng: np.random.Generator, world: Quiet, *, units: int, days: int, less: Real | float = 0.0
) -> pl.DataFrame:
    """unit, day and y of every answer; ``less``: by how much shares fall (units × days, or what spreads to it)."""
    size = world.a_day * rng.lognormal(-0.5, 1.0, units)
    counts = rng.poisson(size[:, None] * (_calendar(days) if world.calendar else np.ones(days)))
    chance = np.clip(_share(rng, world, units, days) - less, 0, 1)
    unit, day = np.nonzero(counts)
    repeats = counts[unit, day]
    of_answer = np.repeat(chance[unit, day], repeats)
    y = rng.binomial(4, of_answer) * 25.0 if world.levels else 100.0 * (rng.random(len(of_answer)) < of_answer)
    place = np.repeat(np.arange(len(unit)), repeats)
    if world.luck == "pairs":
        twice = 1 + (rng.random(len(y)) < _PAIRED)
        place, y = np.repeat(place, twice), np.repeat(y, twice)
    if world.by_week:
        day = day - day % 7
    return pl.DataFrame({"unit": unit[place], "day": np.datetime64(FIRST) + day[place], "y": y}).with_columns(
        pl.col("day").cast(pl.Date)
    )


def _calendar(days: int) -> Real:
    """Volume of each day: mean about 1 over a year."""
    number = np.arange(days)
    weekday = (number + FIRST.weekday()) % 7
    of_weekday = np.select([weekday == 6, weekday == 5], [0.0, 0.5], 1.0) * 7 / 5.5
    of_season = np.where((number >= 40) & (number < 54), 0.1, 1.0)
    return np.asarray(of_weekday * of_season * (2 / 3 + 2 / 3 * number / max(1, days - 1)))


def _share(rng: np.random.Generator, world: Quiet, units: int, days: int) -> Real:
    """Satisfied share of every unit and day."""
    bad: NDArray[np.bool_]
    if world.luck in ("none", "pairs"):
        return np.full((units, days), world.share)
    if world.luck == "alike":
        tight = (1 - _ALIKE) / _ALIKE
        return rng.beta(world.share * tight, (1 - world.share) * tight, (units, days))
    if world.luck == "mondays":
        bad, part, worse = np.arange(days)[None, :] % 7 == 4, 1 / 7, _MONDAY  # the fifth day is a Monday
    elif world.luck == "week":
        weeks = rng.random((units, days // 7 + 1)) < _LUCK
        bad, part, worse = np.repeat(weeks, 7, axis=1)[:, :days], _LUCK, _WORSE
    else:
        bad, part, worse = rng.random((1 if world.luck == "all" else units, days)) < _LUCK, _LUCK, _WORSE
    calm = (1 - world.share) / (1 + (worse - 1) * part)
    return np.broadcast_to(1 - np.where(bad, worse, 1.0) * calm, (units, days))
