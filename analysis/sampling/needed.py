"""How many to ask so that a planned margin is met: all strata in the same proportions until they are exhausted."""

from collections.abc import Sequence

import polars as pl

UNIT = " unit"  # a name no caller's column has


def size_for_target(parts: pl.DataFrame, by: Sequence[str], *, variance: float, noise: float) -> pl.DataFrame:
    """``by`` and ``n_needed``, the number to ask in each unit for its ``variance``.

    ``parts``: one row per stratum with n > 0, population (null: endless), and shrinks and constant, by which its
    variance is shrinks/c − constant when c times as many are asked. A stratum gives at most its population, so
    those that are exhausted stay at it and the others grow further. All of a unit where even that is not enough.
    METHODS 12.8.
    """
    limit = (pl.col("population") / pl.col("n")).fill_null(float("inf"))
    rows = (
        parts.with_columns(limit.alias("limit"), (pl.struct(by) if by else pl.lit(0)).alias(UNIT))
        .sort("limit", maintain_order=True)
        .with_columns((pl.col("shrinks") / pl.col("limit")).alias("spent"))
    )
    # Suppose that the strata before this one, and only they, are exhausted.
    exhausted = pl.col("spent").cum_sum().over(UNIT) - pl.col("spent")
    growing = pl.col("shrinks").sum().over(UNIT) - pl.col("shrinks").cum_sum().over(UNIT) + pl.col("shrinks")
    left = variance + pl.col("constant").sum().over(UNIT) - exhausted
    scale = pl.when(left > 0).then(growing / left)
    fits = scale <= pl.col("limit") * (1 + noise)
    found = rows.with_columns(scale.alias("scale"), fits.fill_null(value=False).alias("fits")).with_columns(
        pl.col("scale").filter("fits").first().over(UNIT).fill_null(float("inf")).alias("scale")
    )
    asked = pl.min_horizontal(pl.col("scale") * pl.col("n"), pl.col("population"))
    counted = pl.max_horizontal((asked.sum() - noise).ceil(), 0.0).cast(pl.Int64).alias("n_needed")
    return found.group_by(by).agg(counted) if by else found.select(counted)
