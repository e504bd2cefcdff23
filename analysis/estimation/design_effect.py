"""Effective sample sizes and design effects: how much the design cost against simple random sampling."""

import polars as pl

REFERENCES = ("replace", "finite")


def add_design_effect(domains: pl.DataFrame, *, reference: str) -> pl.DataFrame:
    """Adds kish, n_effective and design_effect to a table of n, psus, weight, weight2, s2, variance, is_certain.

    ``s2`` is the weighted variance one person's deviation has in the domain (for a share p(1 − p)), so
    n_effective = s2 / v is the size of the simple random sample that would be as exact; for a share it is
    p(1 − p)/v. Where v is 0 without a census: the smaller of Kish's (Σw)²/Σw² and the PSUs with members. After
    a census n. design_effect = v / (s2·n/(n − 1)/n), without replacement also times 1/(1 − n/Σw) (``finite``:
    only when weights add up to the population); null when s2 is 0, n < 2 or the sample outnumbers Σw.

    METHODS 5.
    """
    n, weight, s2, variance = pl.col("n"), pl.col("weight"), pl.col("s2"), pl.col("variance")
    kish = pl.when(weight > 0).then(weight**2 / pl.col("weight2"))
    simple = s2 / (n - 1) if reference == "replace" else s2 / (n - 1) * (1 - n / weight)
    return domains.with_columns(kish.alias("kish")).with_columns(
        pl.when(n == 0)
        .then(None)
        .when("is_census")
        .then(n.cast(pl.Float64))
        .when("is_certain")
        .then(pl.min_horizontal("kish", "psus"))
        .otherwise(s2 / variance)
        .alias("n_effective"),
        pl.when((n > 1) & (s2 > 0) & (simple > 0) & ~pl.col("is_census") & ~pl.col("is_certain"))
        .then(variance / simple)
        .when((n > 1) & (s2 > 0) & pl.col("is_census"))
        .then(0.0)
        .alias("design_effect"),
    )
