"""Responses filled in faster than anybody reads; METHODS 22.4."""

from collections.abc import Iterator

import polars as pl

from analysis.quality.signals.frames import PLACE, Signal
from analysis.quality.signals.rules import SignalRules


def find_too_fast(responses: pl.DataFrame, rules: SignalRules) -> Iterator[Signal]:
    """One signal per place with ``rules.fast_responses`` or more responses of at least ``rules.fast_items`` items
    that took less than ``rules.seconds_per_item`` each.

    ``responses`` by ``frames.GUARDED``; ``seconds`` null takes no part. Somebody who thinks while the page is
    closed, or a page that was opened late, is silently too fast. METHODS 22.4.
    """
    fast = responses.filter(
        (pl.col("items") >= rules.fast_items) & (pl.col("seconds") < rules.seconds_per_item * pl.col("items"))
    )
    for (form, unit, counter), rows in fast.group_by(list(PLACE), maintain_order=True):
        if rows.height < rules.fast_responses:
            continue
        seconds, items = rows.select(pl.col("seconds", "items").cast(pl.Float64).median()).row(0)
        figures = {"responses": rows.height, "seconds": seconds, "items": items}
        yield Signal("too_fast", form, unit, counter, None, figures, tuple(sorted(rows["response_id"])))
