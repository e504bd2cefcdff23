"""More responses within minutes than a counter has at that hour; METHODS 22.2."""

from collections.abc import Iterator

import polars as pl
from scipy import stats

from analysis.quality.signals.frames import PLACE, Signal
from analysis.quality.signals.rules import SignalRules


def find_bursts(responses: pl.DataFrame, rules: SignalRules) -> Iterator[Signal]:
    """One signal per place and day on which more came within ``rules.window_minutes`` than its own other days and
    the rest of that day explain.

    ``responses`` by ``frames.GUARDED``; rows without ``at`` take no part. Silently nothing where the same burst
    comes every day at the same hour: then it is what the counter usually has (closing time is asked apart).
    METHODS 22.2.
    """
    timed = responses.drop_nulls(["at", "minute"]).sort(*PLACE, "at", "response_id")
    if timed.is_empty():
        return
    width = rules.window_minutes * 60
    counted = timed.with_columns(hour=pl.col("minute") // 60, in_window=_count_window(timed, width))
    usual = _usual_rates(counted)
    judged = (
        counted.join(usual, on=[*PLACE, "local_day", "hour"], how="left", nulls_equal=True)
        .with_columns(
            # The window may reach back into the hour before, or the day may be busy as a whole.
            expected=pl.max_horizontal("per_hour", _rest_of_day(width)) * (width / 3600)
        )
        .filter(pl.col("in_window") >= rules.burst_responses)
    )
    p = stats.poisson.sf(judged["in_window"].to_numpy() - 2, judged["expected"].to_numpy())
    called = judged.with_columns(p=pl.Series(p, dtype=pl.Float64)).filter(
        pl.col("p") * timed.height < rules.false_alarms
    )
    for (form, unit, counter, day), windows in called.group_by([*PLACE, "local_day"], maintain_order=True):
        highest = windows.sort("in_window", descending=True, maintain_order=True).row(0, named=True)
        ends = windows["at"].to_list()
        here = timed.filter(
            (pl.col("form") == form)
            & (pl.col("unit") == unit)
            & pl.col("counter").eq_missing(pl.lit(counter))
            & (pl.col("local_day") == day)
        )
        inside = here.filter(
            pl.any_horizontal([pl.col("at").is_between(end - width, end, closed="right") for end in ends])
        )
        figures = {
            "responses": highest["in_window"],
            "minutes": rules.window_minutes,
            "expected": highest["expected"],
            "until": f"{highest['minute'] // 60:02d}:{highest['minute'] % 60:02d}",
        }
        yield Signal(
            "burst", form, unit, counter, day, figures, tuple(sorted(inside["response_id"])), highest["p"]
        )


def _count_window(timed: pl.DataFrame, width: int) -> pl.Series:
    """How many of the place came in the ``width`` seconds up to and with each row; the rows are sorted."""
    numbered = timed.select(*PLACE, "at").with_columns(place=pl.struct(*PLACE).rank("dense"))
    return numbered.rolling("at", period=f"{width}i", group_by="place").agg(n=pl.len())["n"].cast(pl.Int64)


def _usual_rates(counted: pl.DataFrame) -> pl.DataFrame:
    """Per place, day and hour: what an hour has on the other days of the place (one of each added)."""
    days = counted.group_by(*PLACE).agg(days=pl.col("local_day").n_unique())
    return (
        counted.group_by(*PLACE, "local_day", "hour")
        .agg(own=pl.len().cast(pl.Int64))
        .with_columns(all=pl.col("own").sum().over(*PLACE, "hour"))
        .join(days, on=list(PLACE), nulls_equal=True)
        .select(*PLACE, "local_day", "hour", per_hour=(pl.col("all") - pl.col("own") + 1) / pl.col("days"))
    )


def _rest_of_day(width: int) -> pl.Expr:
    """Responses per hour of the place on that day, outside the window."""
    group = (*PLACE, "local_day")
    hours = (pl.col("at").max().over(*group) - pl.col("at").min().over(*group) - width) / 3600
    rest = pl.len().over(*group).cast(pl.Int64) - pl.col("in_window")
    return rest / pl.max_horizontal(hours, pl.lit(1.0))
