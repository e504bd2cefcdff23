"""The population covariances of several scores, estimated, each with its standard error."""

from itertools import combinations_with_replacement

import polars as pl

from analysis.design import SurveyDesign
from analysis.errors import EstimateError
from analysis.estimation.asked import check_kinds, check_names
from analysis.estimation.estimate import estimate_means
from analysis.estimation.finish import ESTIMATE_COLUMNS
from analysis.grouping.names import Names, list_names

_PRODUCT, _MEAN, _N = " product", " mean", " n"


def estimate_covariances(
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
    """Population covariance of every pair of ``values`` in every domain: the mean of n/(n − 1)·(y − ȳ)(z − z̄).

    One row per domain × pair, in the order of ``values``, a value with itself (its variance) too: by…, value,
    other, and the columns of ``estimate_means``; in the product of the two units. Only rows with all of ``values``
    count.
    The standard error takes the means as known (as R's ``svyvar`` does): silently a little too small in small
    samples. Raises EstimateError for fewer than two values or one named twice. METHODS 5.

    >>> people = pl.DataFrame({"w": [1.0, 1.0, 2.0], "y": [1.0, 3.0, 5.0], "z": [0.0, 2.0, 3.0]})
    >>> found = estimate_covariances(people, SurveyDesign("w"), values=["y", "z"])  # means 3.5 and 2
    >>> found.select("value", "other", "estimate").rows()  # 3/2·(−2.5·−2 + 0 + 2·1.5·1)/4 = 3
    [('y', 'y', 4.125), ('y', 'z', 3.0), ('z', 'z', 2.25)]
    """
    values, by = list_names(values), list_names(by)
    if len(values) < 2 or len(set(values)) < len(values):
        raise EstimateError([f"values are {list(values)!r}"], "Name two columns at least, each once.")
    check_names(by, values, taken=("other", *ESTIMATE_COLUMNS), label="value")
    check_kinds(frame, design, {value: pl.col(value) for value in values}, where)
    complete = pl.all_horizontal(pl.col(value).is_not_null() for value in values)
    asked = complete if where is None else complete & where
    means = estimate_means(frame, design, values=values, by=by, where=asked)
    lazy = frame.lazy()
    for value in values:
        known = means.lazy().filter(pl.col("value") == value)
        told = known.select(*by, pl.col("estimate").alias(value + _MEAN), pl.col("n").alias(value + _N))
        lazy = (
            lazy.join(told, on=list(by), how="left", maintain_order="left")
            if by
            else lazy.join(told, how="cross", maintain_order="left")
        )
    n = pl.col(values[0] + _N)
    pairs = list(combinations_with_replacement(values, 2))
    away = {value: pl.col(value) - pl.col(value + _MEAN) for value in values}
    lazy = lazy.with_columns(
        pl.when(asked & (n > 1)).then(away[one] * away[other] * (n / (n - 1))).alias(f"{k}{_PRODUCT}")
        for k, (one, other) in enumerate(pairs)
    )
    found = estimate_means(
        lazy,
        design,
        values=[f"{k}{_PRODUCT}" for k in range(len(pairs))],
        by=by,
        confidence=confidence,
        df=df,
        design_effect=design_effect,
    )
    place = pl.col("value").str.strip_suffix(_PRODUCT).cast(pl.UInt32)
    first, second = (pl.Series([pair[k] for pair in pairs]) for k in (0, 1))
    return found.with_columns(
        place.replace_strict(range(len(pairs)), first, return_dtype=pl.String).alias("value"),
        place.replace_strict(range(len(pairs)), second, return_dtype=pl.String).alias("other"),
    ).select(*by, "value", "other", pl.exclude(*by, "value", "other"))
