"""A stream of answers per unit and day, read and checked, on 0-1 and with weights of 1 at most."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.errors import WatchError

Real = NDArray[np.float64]
Frame = pl.DataFrame | pl.LazyFrame


@dataclass(frozen=True)
class Stream:
    """``answers``: unit (its number), day (days since ``start``), x (0-1), b (0 < b ≤ 1), worst and best (the
    baseline less and more the tolerance, 0-1), sorted by the first two. ``units``: their names. ``days``: how
    many."""

    answers: pl.DataFrame
    units: pl.Series
    start: date
    days: int
    low: float
    width: float


def read_stream(
    frame: Frame,
    *,
    unit: str,
    day: str,
    value: str,
    baseline: float | pl.DataFrame,
    bounds: tuple[float, float],
    weight: str | None,
    largest_weight: float | None,
    tolerance: float,
    direction: str,
    start: date | None,
    until: date | None,
) -> Stream:
    """Answers without a value are left out. Raises WatchError with every problem. METHODS 17.1."""
    wanted = [unit, day, value, *([weight] if weight else [])]
    read = _select(frame, wanted, unit, baseline)
    _refuse(_column_problems(read, unit, day, value, weight, bounds))
    read = read.filter(pl.col(value).is_not_null())
    _refuse([] if read.height or start else ["there are no answers and no start: nothing is watched"])
    first = start or read[day].min()
    last = until or read[day].max() or first
    assert isinstance(first, date)
    assert isinstance(last, date)
    _refuse(
        [
            *_baseline_problems(read, baseline, bounds, tolerance, direction),
            *_weight_problems(read, weight, largest_weight),
            *([f"start {first} is after the last day {last}"] if first > last else []),
            *_outside(read, day, first, last),
        ]
    )
    low, width = bounds[0], bounds[1] - bounds[0]
    known = baseline[unit] if isinstance(baseline, pl.DataFrame) else read[unit]
    units = known.unique().sort()
    numbered = pl.DataFrame({unit: units}).with_row_index("number")
    answers = (
        read.join(numbered, on=unit, how="left", maintain_order="left")
        .select(
            pl.col("number").cast(pl.Int64).alias("unit"),
            (pl.col(day) - first).dt.total_days().alias("day"),
            ((pl.col(value).cast(pl.Float64) - low) / width).clip(0, 1).alias("x"),
            (pl.col(weight) / largest_weight if weight else pl.lit(1.0)).alias("b"),
            ((pl.col(" baseline") - tolerance - low) / width).alias("worst"),
            ((pl.col(" baseline") + tolerance - low) / width).alias("best"),
        )
        .filter(pl.col("b") > 0)
        .sort("unit", "day", maintain_order=True)
    )
    return Stream(answers, units, first, (last - first).days + 1, low, width)


def day_of(stream: Stream, numbers: Real) -> pl.Series:
    """Dates of numbered days; NaN: null. METHODS 17.1."""
    since_epoch = pl.Series(numbers, dtype=pl.Float64).fill_nan(None) + (stream.start - date(1970, 1, 1)).days
    return since_epoch.cast(pl.Int32).cast(pl.Date)


def _select(frame: Frame, wanted: Sequence[str], unit: str, baseline: float | pl.DataFrame) -> pl.DataFrame:
    has = frame.lazy().collect_schema()
    problems = [f"column {c!r} is missing" for c in wanted if c not in has]
    if isinstance(baseline, pl.DataFrame):
        problems += [f"baseline: column {c!r} is missing" for c in (unit, "baseline") if c not in baseline.columns]
    _refuse(problems)
    read = frame.lazy().select(wanted).collect()
    if not isinstance(baseline, pl.DataFrame):
        return read.with_columns(pl.lit(float(baseline)).alias(" baseline"))
    if doubles := baseline.height - baseline[unit].n_unique():
        _refuse([f"baseline: {doubles} rows repeat a unit of {unit!r}"])
    of_unit = baseline.select(unit, pl.col("baseline").cast(pl.Float64).alias(" baseline"))
    return read.join(of_unit, on=unit, how="left", maintain_order="left")


def _column_problems(
    read: pl.DataFrame, unit: str, day: str, value: str, weight: str | None, bounds: tuple[float, float]
) -> list[str]:
    problems = []
    if read[day].dtype != pl.Date:
        problems.append(f"column {day!r} is {read[day].dtype}, a date is needed")
    problems += [
        f"column {c!r} is null in {n} of {read.height} rows" for c in (unit, day) if (n := read[c].null_count())
    ]
    for column in (value, *([weight] if weight else [])):
        if not read[column].dtype.is_numeric():
            problems.append(f"column {column!r} is {read[column].dtype}, a number is needed")
    if not bounds[0] < bounds[1]:
        problems.append(f"bounds are {bounds!r}, the first must be the smaller")
    elif read[value].dtype.is_numeric() and (bad := int((~read[value].is_between(*bounds)).sum())):
        problems.append(f"column {value!r}: {bad} of {read.height} values are outside {bounds[0]:g}-{bounds[1]:g}")
    return problems


def _baseline_problems(
    read: pl.DataFrame,
    baseline: float | pl.DataFrame,
    bounds: tuple[float, float],
    tolerance: float,
    direction: str,
) -> list[str]:
    problems = []
    if not (tolerance >= 0 and np.isfinite(tolerance)):
        problems.append(f"tolerance is {tolerance!r}, must be 0 or more")
    if lacking := read[" baseline"].null_count():
        problems.append(f"baseline: {lacking} of {read.height} answers are of units without one")
    given = baseline["baseline"] if isinstance(baseline, pl.DataFrame) else pl.Series([float(baseline)])
    low = given.cast(pl.Float64) - (0 if direction == "rise" else tolerance)
    high = given.cast(pl.Float64) + (0 if direction == "drop" else tolerance)
    inside = (low > bounds[0]) & (high < bounds[1])
    if bad := int((~inside.fill_null(False)).sum()):
        problems.append(
            f"baseline: {bad} (with the tolerance) are not strictly inside {bounds[0]:g}-{bounds[1]:g}"
        )
    return problems


def _weight_problems(read: pl.DataFrame, weight: str | None, largest: float | None) -> list[str]:
    if weight is None:
        return [] if largest is None else ["largest_weight goes with weight only"]
    if largest is None or not (largest > 0 and np.isfinite(largest)):
        return [f"largest_weight is {largest!r}; it bounds the weights to come and must be fixed beforehand"]
    bad = int((~read[weight].is_between(0, largest)).fill_null(True).sum())
    return [f"column {weight!r}: {bad} of {read.height} weights are null or outside 0-{largest:g}"] if bad else []


def _outside(read: pl.DataFrame, day: str, first: date, last: date) -> list[str]:
    bad = int((~read[day].is_between(first, last)).sum())
    return [f"column {day!r}: {bad} of {read.height} rows are outside {first} - {last}"] if bad else []


def _refuse(problems: list[str]) -> None:
    if problems:
        raise WatchError(
            problems,
            "One row per answer with unit, day and value; for every unit a baseline fixed before the watch began, "
            "strictly inside the bounds.",
        )
