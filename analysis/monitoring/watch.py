"""Units watched every day, without crying wolf: running limits, evidence and alarms; METHODS 17."""

from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.errors import WatchError
from analysis.monitoring.betting import DIRECTIONS, bet_on_changes
from analysis.monitoring.sequences import follow_means
from analysis.monitoring.stream import Frame, Real, Stream, day_of, read_stream

CONTROLS = ("fwer", "fdr", "each")


def watch_units(
    frame: Frame,
    *,
    unit: str,
    day: str,
    value: str,
    baseline: float | pl.DataFrame,
    direction: str = "drop",
    tolerance: float = 0.0,
    control: str = "fwer",
    alpha: float = 0.05,
    confidence: float = 0.95,
    watched: int | None = None,
    horizon: int = 365,
    start: date | None = None,
    until: date | None = None,
    weight: str | None = None,
    largest_weight: float | None = None,
    days_depend: bool = False,
    bounds: tuple[float, float] = (0.0, 100.0),
) -> pl.DataFrame:
    """Every unit's answers followed day by day: is it still as good as its baseline?

    Parameters
    ----------
    frame
        One row per answer: ``unit``, ``day`` (Date), ``value`` inside ``bounds`` (0 and 100 for a satisfied
        share, 0-100 for a mean). Answers without a value are left out.
    baseline
        What each unit is held to: a number, or a frame with the columns ``unit`` and ``baseline``, which then also
        says which units are watched. In the unit of ``value``, strictly inside ``bounds``, fixed before the watch.
    direction, tolerance
        ``drop``: evidence that the mean fell more than ``tolerance`` points below the baseline; ``rise``: that it
        rose by more above; ``both``: either.
    control
        What the alarms promise for all units together (METHODS 17.4). ``fwer``: with chance 1 − ``alpha`` no unit
        that keeps its baseline is ever called, over the whole watch. ``fdr``: of the units called on a day, at
        most ``alpha`` are expected to be false; an alarm can end. ``each``: chance of ``alpha`` per unit.
    confidence
        Of the limits: with ``fwer`` of all units on all days at once, else of each unit on all its days.
    watched
        How many units are watched, also those without answers so far; None: those of ``baseline`` or the frame.
    horizon
        Days over which the change is expected to begin; after that no new bets are opened.
    start, until
        First and last day of the watch; None: of the answers.
    weight, largest_weight
        Column of weights, known before the answer, and the most a weight can be (fixed before the watch).
    days_depend
        True where people of one unit and day may answer alike for a common reason (a broken system, one
        officer, families at one tablet): the day's mean then counts as one answer, and alarms come later. Where
        the reason lasts for weeks, also give all answers of a week the date of its first day.

    Returns
    -------
    pl.DataFrame
        One row per unit and day with answers, and one for the last day of every unit, sorted: unit, day, n (that
        day), n_total, estimate (mean since the start), low, high, confidence, baseline, e_value, alarm, since
        (first day of the alarm), control, method, note. Null estimates where nobody answered yet.

    Raises
    ------
    WatchError
        Everything that is wrong with columns, baseline, weights and choices, together.

    References
    ----------
    METHODS 17.1-17.5. Valid however often and whenever one looks or stops. Silently too many alarms where the
    baseline is itself an estimate (leave it a tolerance of its own error), where people of one day hang together
    and ``days_depend`` is False (one in six with a companion is enough), where days hang together (METHODS 17.6),
    or where who answers changes (more complainers): the watch is about those who answer.

    Examples
    --------
    >>> days = [date(2026, 11, 1 + k // 4) for k in range(80)]
    >>> stream = pl.DataFrame({"unit": ["A", "B"] * 40, "day": days, "y": [100.0, 0.0] * 40})
    >>> last = watch_units(stream, unit="unit", day="day", value="y", baseline=80.0).group_by("unit").last()
    >>> last.sort("unit").select("unit", "n_total", "estimate", "alarm", "since").rows()
    [('A', 40, 100.0, False, None), ('B', 40, 0.0, True, datetime.date(2026, 11, 5))]
    """
    _check(direction, control, alpha, confidence, horizon)
    stream = read_stream(
        frame,
        unit=unit,
        day=day,
        value=value,
        baseline=baseline,
        bounds=bounds,
        weight=weight,
        largest_weight=largest_weight,
        tolerance=tolerance,
        direction=direction,
        start=start,
        until=until,
    )
    family = len(stream.units) if watched is None else watched
    if family < len(stream.units):
        raise WatchError(
            [f"watched is {watched}, the frame has {len(stream.units)} units"],
            "Count every unit that could alarm.",
        )
    e_values = bet_on_changes(stream, direction=direction, horizon=horizon, days_depend=days_depend)
    since = _call(e_values, control, alpha, family)
    each = (1 - confidence) / (family if control == "fwer" else 1)
    followed = _with_last_day(follow_means(stream, alpha=each, days_depend=days_depend), stream)
    at = followed["unit"].to_numpy(), followed["day"].to_numpy()
    method = (
        f"betting, {direction}; {control} {alpha:g} over {family} units; horizon {horizon}; "
        f"{'days' if days_depend else 'answers'}; limits: empirical bernstein mixture"
    )
    given = baseline.select(unit, "baseline") if isinstance(baseline, pl.DataFrame) else None
    named = followed.with_columns(
        stream.units.gather(followed["unit"]).alias(unit),
        pl.lit(confidence).alias("confidence"),
        pl.Series("e_value", e_values[at]),
        day_of(stream, since[at]).alias("since"),
        day_of(stream, at[1].astype(float)).alias(day),
        pl.lit(control).alias("control"),
        pl.lit(method).alias("method"),
        pl.when(pl.col("estimate").is_null()).then(pl.lit("chưa có trả lời / no answers yet")).alias("note"),
    ).with_columns(pl.col("since").is_not_null().alias("alarm"))
    if given is None:
        named = named.with_columns(pl.lit(float(baseline)).alias("baseline"))  # type: ignore[arg-type]
    else:
        named = named.join(given, on=unit, how="left", maintain_order="left")
    told = ("n", "n_total", "estimate", "low", "high", "confidence", "baseline", "e_value", "alarm", "since")
    return named.select(unit, day, *told, "control", "method", "note")


def _check(direction: str, control: str, alpha: float, confidence: float, horizon: int) -> None:
    problems = [
        f"{name} is {got!r}, known: {', '.join(known)}"
        for name, got, known in (("direction", direction, DIRECTIONS), ("control", control, CONTROLS))
        if got not in known
    ]
    problems += [
        f"{name} is {got!r}, must lie between 0 and 1"
        for name, got in (("alpha", alpha), ("confidence", confidence))
        if not 0 < got < 1
    ]
    if horizon < 1:
        problems.append(f"horizon is {horizon!r}, must be 1 day or more")
    if problems:
        raise WatchError(problems, "Choose one of the known (METHODS 17).")


def _call(e_values: Real, control: str, alpha: float, family: int) -> Real:
    """Units × days: the first day of the alarm that holds on that day, NaN: none. METHODS 17.4."""
    if control == "fdr":
        called = _select_by_e_values(e_values, alpha, family)
        number = np.arange(e_values.shape[1], dtype=float)
        quiet = np.where(called, -1.0, number)
        return np.where(called, np.maximum.accumulate(quiet, axis=1) + 1, np.nan)
    needed = (family if control == "fwer" else 1) / alpha
    called = np.logical_or.accumulate(e_values >= needed, axis=1)
    return np.where(called, np.argmax(called, axis=1)[:, None].astype(float), np.nan)


def _select_by_e_values(e_values: Real, alpha: float, family: int) -> NDArray[np.bool_]:
    """Wang and Ramdas (2022): the largest k with k e-values of family/(α·k) or more, day by day."""
    ordered = -np.sort(-e_values, axis=0)
    k = np.arange(1, len(e_values) + 1)[:, None]
    enough = ordered >= family / (alpha * k)
    count = np.where(enough.any(axis=0), len(k) - np.argmax(enough[::-1], axis=0), 0)
    needed = np.where(count > 0, family / (alpha * np.maximum(count, 1)), np.inf)
    return np.asarray(e_values >= needed)


def _with_last_day(followed: pl.DataFrame, stream: Stream) -> pl.DataFrame:
    """Adds the last day of the watch to every unit; nobody answered on it, or the row is there."""
    ends = pl.DataFrame({"unit": np.arange(len(stream.units)), "day": np.full(len(stream.units), stream.days - 1)})
    missing = ends.join(followed.select("unit", "day"), on=["unit", "day"], how="anti")
    if missing.is_empty():
        return followed
    carried = ["n_total", "estimate", "low", "high"]
    together = pl.concat([followed, missing.with_columns(pl.lit(0, pl.Int64).alias("n"))], how="diagonal")
    return (
        together.sort("unit", "day")
        .with_columns(
            pl.col(carried).forward_fill().over("unit"),
        )
        .with_columns(pl.col("n_total").fill_null(0))
    )
