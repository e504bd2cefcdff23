"""The mean of units: every unit counts the same, however many transactions it has; METHODS 10.2."""

import numpy as np
import polars as pl

from analysis.estimation.intervals import wilson_limits
from analysis.estimation.rows import find_starts


def mean_of_units(units: pl.DataFrame, *, confidence: float) -> pl.DataFrame:
    """One row per figure: the plain mean of the units' estimates, Σ ȳ_u / U, with variance Σ v_u / U².

    Parameters
    ----------
    units
        Rows of units: position (of the figure), n, estimate, standard_error, df. Only published ones: a withheld
        unit could be computed from a mean it is in. Null estimates are left out.

    Returns
    -------
    DataFrame
        position, units, n, n_effective, estimate, standard_error, low, high (Wilson on p(1−p)/v, t quantile on
        Satterthwaite's df), df. Limits are null where the variance is 0. Units are taken as independent and as
        the ones asked about: nothing is said of units without a figure.

    References
    ----------
    METHODS 10.2; Satterthwaite (1946), Biometrics Bulletin 2.
    """
    known = units.drop_nulls(["estimate", "standard_error"]).sort("position", maintain_order=True)
    starts = find_starts(known["position"])
    variance = known["standard_error"].to_numpy() ** 2
    pieces = variance**2 / known["df"].clip(lower_bound=1.0).to_numpy()
    many = np.diff(starts, append=known.height)
    total = np.add.reduceat(variance, starts)
    with np.errstate(invalid="ignore"):  # 0/0 where no unit has a variance
        df = total**2 / np.add.reduceat(pieces, starts)
    means = known.select("position")[starts].with_columns(
        pl.Series("units", many, dtype=pl.Int64),
        pl.Series("n", np.add.reduceat(known["n"].to_numpy(), starts), dtype=pl.Int64),
        pl.Series("estimate", np.add.reduceat(known["estimate"].to_numpy(), starts) / many, dtype=pl.Float64),
        pl.Series("standard_error", np.sqrt(total) / many, dtype=pl.Float64),
        pl.Series("df", df, dtype=pl.Float64),
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
