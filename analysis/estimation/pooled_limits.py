"""Limits of composites whose design effect is moved towards that of the other domains; METHODS 4.9."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from analysis.errors import EstimateError
from analysis.estimation.intervals import wilson_limits

PRIOR_DF = 5.0  # METHODS 4.9, 11.1: how many degrees of freedom the other domains are worth
OWN, POOLED = "; wilson; ", "; wilson on pooled design effect; "  # in the column ``method``


def pool_limits(estimates: pl.DataFrame, *, over: Sequence[str]) -> pl.DataFrame:
    """``estimates`` with the Wilson limits of design effects that are pooled over domains.

    A variance from few people is itself uncertain, and too small just where by chance nobody is dissatisfied.
    With g = v·n/(p(1−p)) of a domain and ḡ the mean of g over its domains, weighted by df, its limits are
    Wilson's with v·g'/g for v, g' = (df·g + 5·ḡ)/(df + 5).

    Parameters
    ----------
    estimates
        One row per domain and figure, in points of 0-100: the ``over`` columns, n, estimate, standard_error, df,
        confidence (one value), low, high, method. Published rows only, so that everybody can check the limits
        from the table and no withheld row has a part in them.
    over
        Columns whose combinations are sets of domains to be pooled: the figure, and what kind the domains are.

    Returns
    -------
    DataFrame
        The same rows. low, high and method are other where v > 0, df >= 1 and 0 < estimate < 100, and where there
        is more than one such row in the set; null figures and exact limits stay as they are.

    Notes
    -----
    Silently too narrow for a domain whose people are truly much more alike than those of the others.

    Raises
    ------
    EstimateError
        The rows have several levels of confidence.

    References
    ----------
    METHODS 4.2, 4.9. Wolter (2007), Introduction to Variance Estimation, chapter 7, on variances smoothed over
    domains.

    Examples
    --------
    >>> units = pl.DataFrame(
    ...     {"code": ["i", "i"], "n": [12, 40], "estimate": [95.0, 80.0], "standard_error": [2.0, 5.0],
    ...      "df": [10.0, 38.0], "confidence": [0.95, 0.95], "low": [0.0, 0.0], "high": [100.0, 100.0],
    ...      "method": ["linearised; wilson; t(df)"] * 2})
    >>> pool_limits(units, over=["code"])["low"].round(2).to_list()
    [83.25, 68.35]
    """
    share, error, df, n = (
        estimates[name].cast(pl.Float64).fill_null(np.nan).to_numpy()
        for name in ("estimate", "standard_error", "df", "n")
    )
    share, error = share / 100, error / 100
    with np.errstate(invalid="ignore"):
        regular = np.flatnonzero((error > 0) & (df >= 1) & (share > 0) & (share < 1))
    sets = estimates.select(pl.struct(over).rank("dense")).to_series().to_numpy()[regular]
    share, error, df, n = (values[regular] for values in (share, error, df, n))
    people = share * (1 - share) / error**2
    # bincount adds in the order of the rows: the same data give the same last digits
    weight = np.bincount(sets, df)
    mean = (np.bincount(sets, df * n / people) / np.maximum(weight, 1))[sets]
    people *= (df + PRIOR_DF) / (df + PRIOR_DF * mean * people / n)
    is_pooled = np.bincount(sets)[sets] > 1
    low, high = wilson_limits(share, people, df, _confidence(estimates))
    made = pl.DataFrame({"row": regular, "pooled.low": 100 * low, "pooled.high": 100 * high}).filter(is_pooled)
    placed = estimates.with_row_index("row").join(
        made.with_columns(pl.col("row").cast(pl.UInt32)), on="row", how="left", maintain_order="left"
    )
    return placed.with_columns(
        pl.coalesce("pooled.low", "low").alias("low"),
        pl.coalesce("pooled.high", "high").alias("high"),
        pl.when(pl.col("pooled.low").is_not_null())
        .then(pl.col("method").str.replace(OWN, POOLED, literal=True))
        .otherwise("method")
        .alias("method"),
    ).drop("row", "pooled.low", "pooled.high")


def _confidence(estimates: pl.DataFrame) -> float:
    values = estimates["confidence"].unique()
    if len(values) > 1:
        raise EstimateError([f"column 'confidence' has {len(values)} values"], "Pool the rows of one at a time.")
    return float(values[0]) if len(values) else 0.95
