"""The population variance of a score, estimated; what reliability and sample size start from."""

from collections.abc import Sequence

import polars as pl

from analysis.design import SurveyDesign
from analysis.estimation.estimate import estimate_means


def estimate_variances(
    frame: pl.DataFrame | pl.LazyFrame,
    design: SurveyDesign,
    *,
    values: Sequence[str],
    where: pl.Expr | None = None,
) -> pl.DataFrame:
    """Population variance of every column of ``values``: the mean of n/(n − 1)·(y − ȳ)², with its standard error.

    One row per value in the shape of ``estimate_means``, in squared units. Nulls are left out, value by
    value. The standard error takes ȳ as known (as R survey does): silently a little too small in small
    samples. METHODS 5.
    """
    means = estimate_means(frame, design, values=values, where=where)
    squares = {}
    for row in means.iter_rows(named=True):
        n, mean = row["n"], row["estimate"]
        deviation = pl.col(row["value"]) - mean
        squares[f"{row['value']}{_SQUARED}"] = deviation**2 * (n / (n - 1) if n > 1 else None)
    result = estimate_means(frame.lazy().with_columns(**squares), design, values=list(squares), where=where)
    return result.with_columns(pl.col("value").str.strip_suffix(_SQUARED))


_SQUARED = " squared deviation"
