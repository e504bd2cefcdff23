"""Weights that make the responses of each stratum stand for its transactions; METHODS 2.3."""

import polars as pl

STRATA = {
    "stratum": pl.String,
    "n": pl.Int64,
    "transactions": pl.Int64,
    "weight": pl.Float64,
    "population": pl.Float64,
    "is_pooled": pl.Boolean,
    "has_excess": pl.Boolean,
}


def post_stratify(cells: pl.DataFrame) -> pl.DataFrame:
    """The strata of collapsed cells, each with the weight of its responses.

    Parameters
    ----------
    cells
        ``CollapsedCells.cells``; those without a stratum are left out.

    Returns
    -------
    DataFrame
        One row per stratum, sorted: n, transactions, ``weight`` = transactions / n (1 where the stratum has no
        transactions), ``population`` for the finite-population correction (null: no correction, since there
        are no transactions or fewer than responses), ``is_pooled``, ``has_excess`` (more responses than
        transactions: the counts or the answers are wrong; the weight, then below 1, is kept).

    References
    ----------
    METHODS 2.3; Holt and Smith (1979), Post Stratification, JRSS A 142.
    """
    strata = (
        cells.filter(pl.col("stratum").is_not_null())
        .group_by("stratum")
        .agg(pl.col("n").sum(), pl.col("transactions").sum(), pl.col("is_pooled").all())
        .sort("stratum")
    )
    counted = pl.col("transactions") > 0
    return strata.with_columns(
        pl.when(counted).then(pl.col("transactions") / pl.col("n")).otherwise(1.0).alias("weight"),
        pl.when(counted & (pl.col("n") <= pl.col("transactions")))
        .then(pl.col("transactions"))
        .alias("population"),
        (counted & (pl.col("n") > pl.col("transactions"))).alias("has_excess"),
    ).select(pl.col(name).cast(dtype) for name, dtype in STRATA.items())
