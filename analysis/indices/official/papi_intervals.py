"""PAPI intervals as published, and the true ones beside them. METHODS 18.6."""

import math

import polars as pl
from scipy import stats

from analysis.errors import OfficialError
from analysis.indices.official.reading import load_method


def add_intervals(
    frame: pl.DataFrame, *, confidence: float = 0.95, df: str | None = None, z_published: float | None = None
) -> pl.DataFrame:
    """The interval as the workbooks print it and the one of the level it is said to have.

    Parameters
    ----------
    frame
        estimate, standard_error (Float64; null: withheld; standard_error >= 0); with ``df`` a column of degrees
        of freedom > 0.
    confidence
        Of ``low`` and ``high``.
    df
        Column; None: normal quantile. Few districts per province leave few degrees of freedom: name them.
    z_published
        Multiplier of the published interval; None: 1.645, seen in three provinces of 2023 only.

    Returns
    -------
    DataFrame
        ``frame`` with low_published, high_published, confidence_published (what that multiplier really covers:
        0.90 when z is 1.645, not the 0.95 printed), low, high, confidence. Silently too short without ``df`` when
        standard errors rest on few clusters.

    Raises
    ------
    OfficialError
        A negative standard error or a confidence outside (0, 1).

    References
    ----------
    METHODS 18.6.

    Examples
    --------
    >>> hanoi = pl.DataFrame({"estimate": [43.960304], "standard_error": [0.157685]})
    >>> row = add_intervals(hanoi).row(0, named=True)
    >>> [round(row[name], 3) for name in ("low_published", "high_published", "low", "high")]
    [43.701, 44.22, 43.651, 44.269]
    >>> round(row["confidence_published"], 4)
    0.9
    """
    negative = frame.filter(pl.col("standard_error") < 0).height
    if negative or not 0 < confidence < 1:
        raise OfficialError(
            [f"{negative} negative standard errors, confidence {confidence}"],
            "Standard errors are >= 0 or null, a confidence lies between 0 and 1.",
        )
    printed = float(load_method("papi", "2011").settle("z_published", z_published))
    upper = (1 + confidence) / 2
    if df is None:
        quantile: pl.Expr = pl.lit(float(stats.norm.ppf(upper)))
    else:
        found = [None if value is None else float(stats.t.ppf(upper, value)) for value in frame[df].to_list()]
        quantile = pl.lit(pl.Series("quantile", found, dtype=pl.Float64))
    estimate, error = pl.col("estimate"), pl.col("standard_error")
    return frame.with_columns(
        (estimate - printed * error).alias("low_published"),
        (estimate + printed * error).alias("high_published"),
        pl.lit(float(2 * stats.norm.cdf(printed) - 1)).alias("confidence_published"),
        (estimate - quantile * error).alias("low"),
        (estimate + quantile * error).alias("high"),
        pl.lit(confidence).alias("confidence"),
    )


def least_difference(standard_error: float, other: float, *, confidence: float = 0.95) -> float:
    """The smallest difference of two independent units that is told apart, in points.

    z·√(se² + other²): for one comparison chosen beforehand, not for all pairs (METHODS 14.2). Normal quantile:
    too small when errors rest on few clusters. OfficialError on a negative standard error. METHODS 18.6.

    >>> round(least_difference(0.19, 0.19), 2), round(least_difference(0.89, 0.89), 2)
    (0.53, 2.47)
    """
    if standard_error < 0 or other < 0 or not 0 < confidence < 1:
        raise OfficialError(
            [f"standard errors {standard_error} and {other}, confidence {confidence}"],
            "Standard errors are >= 0, a confidence lies between 0 and 1.",
        )
    return float(stats.norm.ppf((1 + confidence) / 2)) * math.hypot(standard_error, other)
