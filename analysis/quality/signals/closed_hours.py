"""Tablets awake and responses given while the office is closed; METHODS 22.4."""

from collections.abc import Iterator

import polars as pl

from analysis.quality.signals.closing_time import LATE_MINUTES
from analysis.quality.signals.frames import PLACE, Signal
from analysis.quality.signals.rules import SignalRules


def find_closed_hours(responses: pl.DataFrame, awake: pl.DataFrame, rules: SignalRules) -> Iterator[Signal]:
    """One signal per tablet and day awake for ``rules.closed_minutes`` or more outside its hours; one per place
    with ``rules.closed_responses`` or more responses from tablets more than an hour outside them.

    ``responses`` by ``frames.GUARDED`` (rows without ``minute``, ``opens`` or ``closes`` take no part), ``awake``
    by ``frames.AWAKE``. Silently wrong when hours are not kept up to date. METHODS 22.4.
    """
    for row in awake.filter(pl.col("minutes") >= rules.closed_minutes).iter_rows(named=True):
        same = responses.filter(
            pl.col("device").eq(row["device"]) & pl.col("local_day").eq(row["local_day"]) & _is_outside()
        )
        figures = {"minutes": row["minutes"], "responses": same.height, "device": row["device"]}
        ids = tuple(sorted(same["response_id"]))
        place = (None, row["unit"], row["counter"])
        yield Signal("awake_closed", *place, row["local_day"], figures, ids, detail=row["device"])
    outside = responses.filter((pl.col("channel") == "kiosk") & _is_outside())
    for (form, unit, counter), rows in outside.group_by(list(PLACE), maintain_order=True):
        if rows.height >= rules.closed_responses:
            days = rows["local_day"].n_unique()
            figures = {"responses": rows.height, "days": days}
            yield Signal("closed_hours", form, unit, counter, None, figures, tuple(sorted(rows["response_id"])))


def _is_outside() -> pl.Expr:
    before = pl.col("minute") < pl.col("opens") - LATE_MINUTES
    after = pl.col("minute") > pl.col("closes") + LATE_MINUTES
    return (before | after).fill_null(False)
