"""Places where far more people than elsewhere give every item the same level; METHODS 22.3."""

from collections.abc import Iterator

import polars as pl

from analysis.quality.signals.frames import PLACE, Signal
from analysis.quality.signals.high_shares import find_high_shares
from analysis.quality.signals.rules import SignalRules


def find_straight_lines(responses: pl.DataFrame, rules: SignalRules) -> Iterator[Signal]:
    """One signal per place with a high share of responses whose rated items (at least ``rules.straight_items``)
    all have one level.

    A straight line alone is no sign: many who are satisfied with everything draw one. ``responses`` by
    ``frames.GUARDED``. Silently nothing where straight lines are common everywhere. METHODS 22.3.
    """
    rated = responses.filter(pl.col("levels").list.len() >= rules.straight_items).with_columns(
        is_straight=pl.col("levels").list.n_unique() == 1
    )
    for _, of_form in rated.group_by("form", maintain_order=True):
        places = of_form.group_by(*PLACE, maintain_order=True).agg(
            hits=pl.col("is_straight").sum().cast(pl.Int64),
            responses=pl.len().cast(pl.Int64),
            ids=pl.col("response_id").filter("is_straight"),
        )
        for row in find_high_shares(places, rules).iter_rows(named=True):
            figures = {
                "hits": row["hits"],
                "responses": row["responses"],
                "share": 100 * row["share"],
                "share_elsewhere": 100 * row["share_elsewhere"],
            }
            place = (row["form"], row["unit"], row["counter"])
            yield Signal("straight_lines", *place, None, figures, tuple(sorted(row["ids"])), row["p"])
