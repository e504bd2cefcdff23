"""The same answers again and again, one response after the other; METHODS 22.5."""

from collections.abc import Iterator

import numpy as np
import polars as pl

from analysis.quality.signals.frames import PLACE, Signal
from analysis.quality.signals.rules import SignalRules

PRIOR_RESPONSES = 10  # what a place's own habits weigh before they are known


def find_runs(responses: pl.DataFrame, rules: SignalRules) -> Iterator[Signal]:
    """One signal per run of equal answers that is longer than chance makes: on one tablet, else at one place.

    How common the answers are is taken from the other places, and from this place outside the run, whichever is
    more. ``responses`` by ``frames.GUARDED``; rows without ``at`` take no part. With forms of one question it
    finds the button that is never not pressed. METHODS 22.5.
    """
    line = ("form", "unit", "counter", "device")
    timed = responses.drop_nulls("at").sort(*line, "at", "device_sequence", "response_id")
    if timed.is_empty():
        return
    changes = pl.col("answers").ne_missing(pl.col("answers").shift().over(*line)).cast(pl.Int64)
    runs = (
        timed.with_columns(run=changes.cum_sum().over(*line))
        .group_by(*line, "run", maintain_order=True)
        .agg(
            pl.col("answers").first(),
            pl.col("local_day").first(),
            length=pl.len().cast(pl.Int64),
            ids=pl.col("response_id"),
        )
    )
    long = runs.filter(pl.col("length") >= rules.run_responses)
    judged = long.with_columns(p_of_one=_how_common(long, timed)).with_columns(
        p=pl.col("p_of_one").log() * (pl.col("length") - 1)
    )
    for row in judged.filter(pl.col("p") < np.log(rules.false_alarms / timed.height)).iter_rows(named=True):
        figures = {"responses": row["length"], "share": 100 * row["p_of_one"]}
        place = (row["form"], row["unit"], row["counter"])
        ids = tuple(sorted(row["ids"]))
        p = float(np.exp(row["p"]))
        yield Signal("same_answers", *place, row["local_day"], figures, ids, p, detail=row["ids"][0])


def _how_common(runs: pl.DataFrame, timed: pl.DataFrame) -> pl.Series:
    """Chance that one more response of the place gives these answers."""
    told = runs
    for name, by in (("all", ("form",)), ("here", PLACE)):
        of = timed.group_by(*by).agg(pl.len().cast(pl.Int64).alias(f"n_{name}"))
        same = timed.group_by(*by, "answers").agg(pl.len().cast(pl.Int64).alias(f"k_{name}"))
        told = told.join(of, on=list(by), how="left", nulls_equal=True, maintain_order="left")
        told = told.join(same, on=[*by, "answers"], how="left", nulls_equal=True, maintain_order="left")
    elsewhere = (pl.col("k_all") - pl.col("k_here") + 1) / (pl.col("n_all") - pl.col("n_here") + 2)
    own_same, own = pl.col("k_here") - pl.col("length"), pl.col("n_here") - pl.col("length")
    here = (own_same + PRIOR_RESPONSES * elsewhere) / (own + PRIOR_RESPONSES)
    return told.select(p=pl.max_horizontal(elsewhere, here))["p"]
