"""Limits of a running mean that hold on every day at once, however often one looks; METHODS 17.3."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.monitoring.stream import Stream

Real = NDArray[np.float64]
_SLOPES = np.geomspace(0.004, 0.95, 24)  # METHODS 17.3
_KNOTS = 1500
_STEPS, _CLOSE = 60, 1e-14


def bound_sums(variances: Real, alpha: float) -> Real:
    """u(v): with chance 1 − ``alpha`` a sum of differences from their means never exceeds u at its own v.

    v: the sum of squared differences from predictions made before. Rounded up to the next of 1,500 knots, so
    never too small. METHODS 17.3.
    """
    v = np.asarray(variances, float)
    if v.size == 0:
        return v
    knots = np.concatenate([[0.0], np.geomspace(0.01, max(1.0, float(v.max())), _KNOTS)])
    cost = -np.log1p(-_SLOPES) - _SLOPES
    wanted = np.log(1 / alpha)
    # The mixture is at least each of its terms, so where the best term alone suffices the root is passed; it is
    # convex, so Newton's steps come down from there and never pass the root again.
    u = ((wanted + np.log(len(_SLOPES)) + cost * knots[:, None]) / _SLOPES).min(axis=1)
    for _ in range(_STEPS):
        over, slope = _log_mixture(u, knots, cost)
        step = np.maximum((over - wanted) / slope, 0.0)
        u = u - step
        if (step <= _CLOSE * u).all():
            break
    return np.asarray(np.maximum.accumulate(u)[np.searchsorted(knots, v, side="left").clip(max=len(knots) - 1)])


def _log_mixture(s: Real, v: Real, cost: Real) -> tuple[Real, Real]:
    """ln of the mixture, and its slope in s."""
    exponents = _SLOPES * s[:, None] - cost * v[:, None]
    largest = exponents.max(axis=1, keepdims=True)
    terms = np.exp(exponents - largest)
    total = terms.sum(axis=1)
    return np.log(total / len(_SLOPES)) + largest[:, 0], terms @ _SLOPES / total


def follow_means(stream: Stream, *, alpha: float, days_depend: bool) -> pl.DataFrame:
    """unit, day, n (that day), n_total, estimate, low, high: one row for each unit and day with answers, sorted.

    Estimates on the scale of the values; the limits are for the weighted mean of what all answers so far were
    expected to be. With chance 1 − ``alpha`` those of a unit hold on all its days. METHODS 17.3.
    """
    b, x = pl.col("b"), pl.col("x")
    daily = stream.answers.group_by("unit", "day", maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias("n"), b.sum().alias("b1"), (b * x).sum().alias("bx"), *_squares(b, x)
    )
    if days_depend:
        mean = pl.col("bx") / pl.col("b1")
        daily = daily.with_columns(b1=pl.lit(1.0), bx=mean, b2=pl.lit(1.0), b2x=mean, b2x2=mean**2)
    before = [pl.col(name).cum_sum().over("unit") - pl.col(name) for name in ("b1", "bx")]
    predicted = ((before[1] + 0.5) / (before[0] + 1)).alias("predicted")
    daily = daily.with_columns(predicted)
    spread = pl.col("b2x2") - 2 * pl.col("predicted") * pl.col("b2x") + pl.col("predicted") ** 2 * pl.col("b2")
    daily = daily.with_columns(spread.clip(lower_bound=0).alias("spread")).select(
        "unit",
        "day",
        "n",
        *(pl.col(c).cum_sum().over("unit").alias(c) for c in ("b1", "bx", "spread")),
        pl.col("n").cum_sum().over("unit").alias("n_total"),
    )
    weight = daily["b1"].to_numpy()
    mean_so_far = daily["bx"].to_numpy() / weight
    half = bound_sums(daily["spread"].to_numpy(), alpha / 2) / weight
    return daily.select("unit", "day", "n", "n_total").with_columns(
        pl.Series("estimate", stream.low + stream.width * mean_so_far),
        pl.Series("low", stream.low + stream.width * np.maximum(mean_so_far - half, 0.0)),
        pl.Series("high", stream.low + stream.width * np.minimum(mean_so_far + half, 1.0)),
    )


def _squares(b: pl.Expr, x: pl.Expr) -> list[pl.Expr]:
    return [(b**2).sum().alias("b2"), (b**2 * x).sum().alias("b2x"), (b**2 * x**2).sum().alias("b2x2")]
