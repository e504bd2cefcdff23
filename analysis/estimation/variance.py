"""Linearised variance of every domain from its strata: finite populations, lonely PSUs, degrees of freedom."""

import polars as pl


def add_up_strata(sums: pl.DataFrame, strata: pl.DataFrame, *, lonely: str) -> pl.DataFrame:
    """One row per domain: n, weight, weight2, spread2, psus, df, variance, all_asked, is_census (all asked and
    all answered), lonely (strata so treated).

    ``sums`` as made by ``totals.sum_strata``; ``strata`` with stratum, psus (sampled) and population. A stratum
    adds (1 − f)·n/(n − 1)·Σ(t − t̄)², t the PSU totals, zeros for sampled PSUs outside the domain. Written as
    within-member variance plus m·t̄²·(1 − m/n) every term is >= 0: nothing to clip, no cancellation.

    METHODS 3.2, 3.3, 3.5, 3.6. Silently too small when the PSUs named are not the ones drawn.
    """
    sampled, rows, mean = pl.col("sampled"), pl.col("rows"), pl.col("mean")
    squares = rows * pl.col("variance") + rows * mean**2 * (sampled - rows) / sampled
    correction = pl.coalesce(1 - sampled / pl.col("population"), pl.lit(1.0)).clip(lower_bound=0.0)
    has_members = pl.col("psus") > 0
    is_lonely = (sampled == 1) & (pl.col("correction") > _CENSUS) & has_members
    regular = pl.when(sampled > 1).then(pl.col("correction") * sampled / (sampled - 1) * squares).otherwise(0.0)
    # Centred at the mean over all sampled PSUs of the strata the domain touches; 0 for means, not for totals.
    grand = (rows * mean).sum().over("domain") / sampled.sum().over("domain")
    alone = pl.col("correction") * (mean - grand) ** 2 if lonely == "adjust" else pl.lit(0.0)
    added = (
        sums.join(strata.rename({"psus": "sampled"}), on="stratum", how="left", maintain_order="left")
        .with_columns(correction.alias("correction"))
        .with_columns(
            pl.when(pl.col("correction") > _CENSUS).then("correction").otherwise(0.0).alias("correction")
        )
        .with_columns(
            is_lonely.alias("is_lonely"),
            pl.when(is_lonely).then(alone).otherwise(regular).alias("added"),
        )
        .group_by("domain", maintain_order=True)
        .agg(
            *(pl.col(name).sum() for name in ("n", "weight", "weight2", "spread2", "psus")),
            (pl.col("psus").sum() - has_members.sum()).cast(pl.Float64).alias("df"),
            pl.col("added").sum().alias("variance"),
            (pl.col("correction") == 0).all().alias("all_asked"),
            ((pl.col("correction") == 0).all() & (pl.col("n").sum() == pl.col("people").sum())).alias("is_census"),
            pl.col("is_lonely").sum().cast(pl.Int64).alias("lonely"),
            has_members.sum().cast(pl.Int64).alias("strata"),
        )
    )
    if lonely == "average":
        share = pl.col("strata") / (pl.col("strata") - pl.col("lonely"))
        added = added.with_columns(
            pl.when(pl.col("lonely") < pl.col("strata"))
            .then(pl.col("variance") * share)
            .otherwise(0.0)
            .alias("variance")
        )
    return added


_CENSUS = 1e-12  # a correction below this is a stratum where everybody was asked
