"""Probabilities of being among the best or the last k, by parametric bootstrap; METHODS 14.4."""

import numpy as np
import polars as pl

from analysis.errors import RankError
from analysis.ranking.figures import Figures, Floats, draw_errors, read_figures

_AT_ONCE = 2_000_000  # numbers held at once
_NEW = ("probability_top", "probability_bottom", "expected_rank", "probability_draws", "probability_seed")


def estimate_top_probabilities(
    frame: pl.DataFrame | pl.LazyFrame,
    *,
    unit: str,
    k: int,
    estimate: str = "estimate",
    standard_error: str = "standard_error",
    df: str | None = None,
    covariance: Floats | None = None,
    best: str = "high",
    draws: int = 10_000,
    seed: int = 20261120,
) -> pl.DataFrame:
    """How probable it is that a unit is among the best k, and among the last k.

    Parameters
    ----------
    frame, unit, estimate, standard_error, df, covariance, best
        As in ``rank_units``; every unit needs a figure. Modelled figures (``small_area``) are the ones to use.
    k
        1 … units − 1.
    draws, seed
        Of the bootstrap: each draw moves every figure by a chance error (Student's where ``df`` is named) and
        ranks anew. The simulation is off by about √(p(1−p)/draws): half a point of 100 at most.

    Returns
    -------
    pl.DataFrame
        The frame's columns and rows, and probability_top, probability_bottom (0-1; each adds up to k over the
        units), expected_rank (mean over the draws), probability_draws, probability_seed.

    Raises
    ------
    RankError
        As in ``rank_units``, units without a figure, and k out of range.

    Notes
    -----
    What is computed is the chance *given these figures and errors*, every true figure being equally plausible
    beforehand. Silently too far from the truth for direct figures whose errors are as large as the differences
    between units: the noise then counts twice. Modelled figures carry it once; in simulation theirs are true
    as stated (METHODS 14.6).

    References
    ----------
    METHODS 14.4; Goldstein and Spiegelhalter (1996); Laird and Louis (1989) for expected ranks.

    Examples
    --------
    >>> units = pl.DataFrame({"unit": list("ABC"), "estimate": [90.0, 70.0, 70.0], "standard_error": [2.0] * 3})
    >>> estimate_top_probabilities(units, unit="unit", k=1)["probability_top"].round(2).to_list()
    [1.0, 0.0, 0.0]
    """
    frame = frame.lazy().collect()
    figures = read_figures(
        frame,
        unit=unit,
        estimate=estimate,
        standard_error=standard_error,
        df=df,
        covariance=covariance,
        best=best,
    )
    _check(frame, figures, k, draws)
    top, bottom, ranks = np.zeros(frame.height), np.zeros(frame.height), np.zeros(frame.height)
    rng = np.random.default_rng(seed)
    chunk = max(1, _AT_ONCE // frame.height)
    for start in range(0, draws, chunk):
        noise, factor = draw_errors(figures, rng, min(chunk, draws - start))
        order = np.argsort(-(figures.score + noise / factor), axis=1)
        rank = np.empty_like(order)
        np.put_along_axis(rank, order, np.arange(1, frame.height + 1)[None, :], axis=1)
        top += (rank <= k).sum(axis=0)
        bottom += (rank > frame.height - k).sum(axis=0)
        ranks += rank.sum(axis=0)
    return frame.with_columns(
        pl.Series("probability_top", top / draws),
        pl.Series("probability_bottom", bottom / draws),
        pl.Series("expected_rank", ranks / draws),
        pl.lit(draws, pl.Int64).alias("probability_draws"),
        pl.lit(seed, pl.Int64).alias("probability_seed"),
    )


def _check(frame: pl.DataFrame, figures: Figures, k: int, draws: int) -> None:
    problems = [f"column {c!r} is also a column of the result" for c in _NEW if c in frame.columns]
    if absent := int((~figures.has).sum()):
        problems.append(f"{absent} units have no figure")
    if not 1 <= k < frame.height:
        problems.append(f"k is {k}, must lie between 1 and {frame.height - 1}")
    if draws < 100:
        problems.append(f"{draws} draws, 100 at least")
    if problems:
        raise RankError(problems, "Leave out units without a figure and say so beside the table.")
