"""The mean of units: every unit counts the same, however many transactions it has; METHODS 10.2."""

import numpy as np
import polars as pl

from analysis.estimation.intervals import wilson_limits


def mean_of_units(units: pl.DataFrame, *, confidence: float) -> pl.DataFrame:
    """One row per figure: the plain mean of the units' estimates, Σ ȳ_u / U, with variance Σ v_u / U².

    Parameters
    ----------
    units
        Rows of units: figure, n, estimate, standard_error, df. Only published ones: a withheld unit could be
        computed from a mean it is in. Null estimates are left out.

    Returns
    -------
    DataFrame
        figure, units, n, n_effective, estimate, standard_error, low, high (Wilson on p(1−p)/v, t quantile on
        Satterthwaite's df), df. Limits are null where the variance is 0. Units are taken as independent and as
        the ones asked about: nothing is said of units without a figure.

    References
    ----------
    METHODS 10.2; Satterthwaite (1946), Biometrics Bulletin 2.
    """
    variance = pl.col("standard_error") ** 2
    means = (
        units.drop_nulls(["estimate", "standard_error"])
        .group_by("figure")
        .agg(
            pl.len().cast(pl.Int64).alias("units"),
            pl.col("n").sum(),
            pl.col("estimate").mean(),
            (variance.sum().sqrt() / pl.len()).alias("standard_error"),
            (variance.sum() ** 2 / (variance**2 / pl.col("df").clip(lower_bound=1.0)).sum()).alias("df"),
        )
        .sort("figure")
    )
    share, error, df = (means[name].to_numpy() for name in ("estimate", "standard_error", "df"))
    share, error = share / 100, error / 100
    is_open = (error > 0) & (share > 0) & (share < 1)
    effective = np.full(len(share), np.nan)
    effective[is_open] = share[is_open] * (1 - share[is_open]) / error[is_open] ** 2
    low, high = np.full(len(share), np.nan), np.full(len(share), np.nan)
    low[is_open], high[is_open] = wilson_limits(share[is_open], effective[is_open], df[is_open], confidence)
    return means.with_columns(
        pl.Series("n_effective", effective, dtype=pl.Float64).fill_nan(None),
        pl.Series("low", low * 100, dtype=pl.Float64).fill_nan(None),
        pl.Series("high", high * 100, dtype=pl.Float64).fill_nan(None),
        pl.col("df").fill_nan(None),
    )
