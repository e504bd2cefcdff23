"""Counters that have far more of their responses just before closing than the others; METHODS 22.3."""

from collections.abc import Iterator

import polars as pl

from analysis.quality.signals.frames import PLACE, Signal
from analysis.quality.signals.high_shares import find_high_shares
from analysis.quality.signals.rules import SignalRules

LATE_MINUTES = 60  # after closing; what comes later still is asked apart (closed_hours)


def find_closing_time(responses: pl.DataFrame, rules: SignalRules) -> Iterator[Signal]:
    """One signal per place with a high share in the last ``rules.closing_minutes`` before closing, or in the hour
    after it. ``responses`` by ``frames.GUARDED``; rows without ``minute`` or ``closes`` take no part. Silently
    wrong where offices close at other times than ``closes`` says. METHODS 22.3.
    """
    before_end = pl.col("closes") - pl.col("minute")
    timed = responses.drop_nulls(["minute", "closes"]).with_columns(
        is_late=before_end.is_between(-LATE_MINUTES, rules.closing_minutes)
    )
    for _, of_form in timed.group_by("form", maintain_order=True):
        places = of_form.group_by(*PLACE, maintain_order=True).agg(
            hits=pl.col("is_late").sum().cast(pl.Int64),
            responses=pl.len().cast(pl.Int64),
            ids=pl.col("response_id").filter("is_late"),
        )
        for row in find_high_shares(places, rules).iter_rows(named=True):
            figures = {
                "hits": row["hits"],
                "responses": row["responses"],
                "minutes": rules.closing_minutes,
                "share": 100 * row["share"],
                "share_elsewhere": 100 * row["share_elsewhere"],
            }
            place = (row["form"], row["unit"], row["counter"])
            yield Signal("closing_time", *place, None, figures, tuple(sorted(row["ids"])), row["p"])
