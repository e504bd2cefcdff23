"""Which places have far more of something than the others; METHODS 22.3."""

import numpy as np
import polars as pl
from scipy import stats

from analysis.quality.signals.rules import SignalRules

CORRELATION_FLOOR = 0.01  # people of one place are alike even where a month is too small to show it
FEWEST_PLACES = 3


def find_high_shares(places: pl.DataFrame, rules: SignalRules) -> pl.DataFrame:
    """The places whose share is far above that of all others.

    Parameters
    ----------
    places
        One row per place: ``hits`` of ``responses``, whole numbers, no nulls; other columns are kept.
    rules
        Thresholds.

    Returns
    -------
    DataFrame
        The rows called, with ``share``, ``share_elsewhere`` (0-1) and ``p``. Empty with fewer than three places.
        Silently too few when most places do the same thing: they are each other's measure.

    References
    ----------
    METHODS 22.3.

    Examples
    --------
    >>> places = pl.DataFrame({"unit": list("abcdef"), "hits": [2, 3, 1, 2, 40, 2], "responses": [50] * 6})
    >>> find_high_shares(places, SignalRules())["unit"].to_list()
    ['e']
    """
    all_hits, all_responses = places["hits"].sum(), places["responses"].sum()
    told = places.with_columns(
        share=pl.col("hits") / pl.col("responses"),
        # One half added to each side: no share elsewhere is exactly 0.
        share_elsewhere=(all_hits - pl.col("hits") + 0.5) / (all_responses - pl.col("responses") + 1),
    )
    if places.height < FEWEST_PLACES:
        return told.with_columns(p=pl.lit(1.0)).clear()
    correlation = _estimate_correlation(told)
    mean, rest = told["share_elsewhere"].to_numpy(), (1 - correlation) / correlation
    p = stats.betabinom.sf(
        told["hits"].to_numpy() - 1, told["responses"].to_numpy(), mean * rest, (1 - mean) * rest
    )
    return told.with_columns(p=pl.Series(p)).filter(
        (pl.col("p") * places.height < rules.false_alarms)
        & (pl.col("hits") >= rules.high_share_responses)
        & (pl.col("share") >= rules.share_factor * pl.col("share_elsewhere"))
    )


def _estimate_correlation(places: pl.DataFrame) -> float:
    """By moments, of all places but the twentieth part furthest above the others (at least one): a place that
    cheats must not widen the limits it is judged by."""
    judged = places.filter(pl.col("responses") > 1).with_columns(
        z=(pl.col("hits") - pl.col("responses") * pl.col("share_elsewhere"))
        / (pl.col("responses") * pl.col("share_elsewhere") * (1 - pl.col("share_elsewhere"))).sqrt()
    )
    kept = judged.sort("z").head(judged.height - max(1, judged.height // 20))
    if kept.height < FEWEST_PLACES - 1:
        return CORRELATION_FLOOR
    hits, responses = kept["hits"].to_numpy(), kept["responses"].to_numpy()
    share = float(hits.sum() / responses.sum())
    if not 0 < share < 1:
        return CORRELATION_FLOOR
    squares = (hits - responses * share) ** 2 / (responses * share * (1 - share))
    excess = (float(np.sum(squares)) - kept.height) / float(np.sum(responses - 1))
    return min(0.5, max(CORRELATION_FLOOR, excess))
