"""The population variance of a score, estimated; what reliability and sample size start from."""

import polars as pl

from analysis.design import SurveyDesign
from analysis.estimation.estimate import estimate_means
from analysis.grouping.names import Names, list_names

_SQUARED = " squared deviation"
_MEAN, _N = " mean", " n"


def estimate_variances(
    frame: pl.DataFrame | pl.LazyFrame,
    design: SurveyDesign,
    *,
    values: Names,
    by: Names = (),
    where: pl.Expr | None = None,
    confidence: float = 0.95,
    df: str | float = "domain",
    design_effect: str = "replace",
) -> pl.DataFrame:
    """Population variance of every column of ``values`` in every domain: the mean of n/(n − 1)·(y − ȳ)².

    One row per domain × value in the shape of ``estimate_means``, in squared units. Nulls are left out, value by
    value. The standard error takes ȳ as known (as R survey does): silently a little too small in small samples.
    With one response there is none. METHODS 5.

    >>> sample = pl.DataFrame({"w": [1.0, 1.0, 2.0], "y": [1.0, 3.0, 5.0]})  # mean 3.5, 3/2·(6.25 + 0.25 + 4.5)/4
    >>> estimate_variances(sample, SurveyDesign("w"), values=["y"])["estimate"].item()
    4.125
    """
    values, by = list_names(values), list_names(by)
    means = estimate_means(frame, design, values=values, by=by, where=where)
    lazy = frame.lazy()
    for value in values:
        told = means.lazy().filter(pl.col("value") == value)
        known = told.select(*by, pl.col("estimate").alias(f"{value}{_MEAN}"), pl.col("n").alias(f"{value}{_N}"))
        lazy = (
            lazy.join(known, on=list(by), how="left", maintain_order="left")
            if by
            else lazy.join(known, how="cross", maintain_order="left")
        )
        n = pl.col(f"{value}{_N}")
        squares = (pl.col(value) - pl.col(f"{value}{_MEAN}")) ** 2 * (n / (n - 1))
        lazy = lazy.with_columns(pl.when(n > 1).then(squares).alias(f"{value}{_SQUARED}"))
    found = estimate_means(
        lazy,
        design,
        values=[f"{value}{_SQUARED}" for value in values],
        by=by,
        where=where,
        confidence=confidence,
        df=df,
        design_effect=design_effect,
    )
    return found.with_columns(pl.col("value").str.strip_suffix(_SQUARED))
