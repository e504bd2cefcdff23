"""Counters whose own responses are far from what people say who were chosen and asked later; METHODS 22.6."""

from collections.abc import Iterator

import numpy as np
import polars as pl
from scipy import stats

from analysis.quality.signals.frames import Signal
from analysis.quality.signals.rules import SignalRules

CHOSEN = ("invited", "sample", "census")  # selections nobody at the counter can steer
FEWEST_TO_CENTRE = 5


def find_far_from_follow_up(responses: pl.DataFrame, rules: SignalRules) -> Iterator[Signal]:
    """One signal per unit and counter whose self-selected responses are more (or less) satisfied than those of
    people who were chosen, beyond what is so everywhere.

    ``responses`` by ``frames.GUARDED``, all forms together; ``satisfied`` null takes no part. Chosen people of the
    counter are taken where there are enough, else those of the unit. The difference is told with its interval; its
    middle over all counters is taken off first, since those who answer by themselves, and other forms, differ
    everywhere. Unweighted; silently wrong where a counter serves other procedures than the follow-up asked about.
    METHODS 22.6.
    """
    scored = responses.drop_nulls("satisfied")
    is_chosen = pl.col("selection").is_in(CHOSEN)
    own = _summarise(scored.filter(is_chosen.not_()), ["unit", "counter"], rules)
    of_counter = _summarise(scored.filter(is_chosen & pl.col("counter").is_not_null()), ["unit", "counter"], rules)
    of_unit = _summarise(scored.filter(is_chosen), ["unit"], rules)
    sides = ("n", "mean", "variance")
    beside = (
        own.join(of_unit.select("unit", *(pl.col(s).alias(f"{s}_unit") for s in sides)), on="unit", how="left")
        .join(
            of_counter.select("unit", "counter", *(pl.col(s).alias(f"{s}_counter") for s in sides)),
            on=["unit", "counter"],
            how="left",
        )
        .with_columns(pl.coalesce(f"{s}_counter", f"{s}_unit").alias(f"{s}_later") for s in sides)
        .drop_nulls("n_later")
        .sort("unit", "counter")
    )
    if beside.is_empty():
        return
    difference = (beside["mean"] - beside["mean_later"]).to_numpy()
    centre = float(np.median(difference)) if beside.height >= FEWEST_TO_CENTRE else 0.0
    part, part_later = beside["variance"] / beside["n"], beside["variance_later"] / beside["n_later"]
    variance = (part + part_later).to_numpy()
    df = variance**2 / (part**2 / (beside["n"] - 1) + part_later**2 / (beside["n_later"] - 1)).to_numpy()
    error = np.sqrt(variance)
    p = 2 * stats.t.sf(np.abs(difference - centre) / error, df)
    reach = stats.t.ppf(0.975, df) * error
    told = beside.with_columns(
        difference=pl.Series(difference),
        low=pl.Series(difference - reach),
        high=pl.Series(difference + reach),
        p=pl.Series(p),
    )
    is_far = (pl.col("difference") - centre).abs() >= rules.follow_up_points
    for row in told.filter(is_far & (pl.col("p") * beside.height < rules.false_alarms)).iter_rows(named=True):
        figures = {name: row[name] for name in ("n", "mean", "n_later", "mean_later", "difference", "low", "high")}
        figures["usual"] = centre
        ids = tuple(sorted(row["ids"]))
        yield Signal("follow_up", None, row["unit"], row["counter"], None, figures, ids, row["p"])


def _summarise(scored: pl.DataFrame, by: list[str], rules: SignalRules) -> pl.DataFrame:
    return (
        scored.group_by(by)
        .agg(
            n=pl.len().cast(pl.Int64),
            mean=pl.col("satisfied").mean(),
            # Nobody is that sure: a unanimous counter gets the variance one different answer would give.
            variance=pl.max_horizontal(pl.col("satisfied").var(), 100.0**2 / pl.len()),
            ids=pl.col("response_id"),
        )
        .filter(pl.col("n") >= rules.follow_up_responses)
    )
