"""Two figures side by side: their difference or ratio, its variance and degrees of freedom."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.comparison.figures import Figures
from analysis.comparison.finish import COMPARISON_COLUMNS, Claims, Compared, drop_noise, finish_comparisons
from analysis.designs.drawn import Real, Whole
from analysis.errors import ComparisonError

STATISTICS = ("difference", "ratio", "log_ratio")
_NULL = {"difference": 0.0, "ratio": 1.0, "log_ratio": 0.0}
_ZERO = 1e-10


@dataclass(frozen=True)
class Beside:
    """``first`` and ``second``, row beside row; ``covariance`` of the two; ``names`` of the second; ``random``:
    their covariance in simple random samples. For max_t: ``place`` of the first among all figures, ``weights`` of
    the second on them. ``is_same``: both are of the same people."""

    first: Figures
    second: Figures
    covariance: Real
    names: pl.Series
    random: Real
    place: Whole
    weights: Real
    is_same: NDArray[np.bool_]


def finish_beside(
    beside: Beside,
    *,
    by: Sequence[str],
    label: str,
    statistic: str,
    claims: Claims,
    df: str | float,
    df_design: float,
    matrix: Real | None,
    most: Real | float = np.inf,
) -> pl.DataFrame:
    """The rows of ``compare_domains``; ``matrix``: the covariance of all figures, for max_t; ``most``: df at most.

    METHODS 15.2-15.4.
    """
    _check(statistic, df)
    one, two = beside.first.estimate, beside.second.estimate
    estimate, g1, g2 = _compare(one, two, statistic)
    v1, v2, cov = beside.first.variance, beside.second.variance, beside.covariance
    parts = g1**2 * v1 + g2**2 * v2
    variance = drop_noise(parts + 2 * g1 * g2 * cov, parts)
    random = g1**2 * beside.first.random + g2**2 * beside.second.random + 2 * g1 * g2 * beside.random
    degrees = _degrees(g1, g2, beside, variance, df, df_design)
    degrees = degrees if not isinstance(df, str) else np.minimum(degrees, most)
    is_odd = _is_odd(beside.first) | _is_odd(beside.second)
    # A figure whose answers do not differ is not certain: no t limits from the other one's variance alone.
    unknown = is_odd & ~beside.is_same
    correlation = None
    if matrix is not None:
        c = g2[:, None] * beside.weights
        c[np.arange(len(c)), beside.place] += g1
        joint = c @ matrix @ c.T
        scale = np.sqrt(np.where(np.diag(joint) > 0, np.diag(joint), 1.0))
        correlation = joint / np.outer(scale, scale)
    size = np.abs(g1 * one) + np.abs(g2 * two) + np.abs(g1) * np.sqrt(v1) + np.abs(g2) * np.sqrt(v2)
    compared = Compared(
        estimate,
        variance,
        np.where(unknown, 0.0, degrees),
        random,
        np.nan_to_num(size),
        _NULL[statistic],
        correlation,
        beside.is_same,
    )
    made = finish_comparisons(compared, claims, method=statistic.replace("_", " "))
    made = _borrow_limits(made, beside, unknown, statistic)
    return beside.first.table.select(
        *by,
        beside.names.alias("against"),
        label,
        pl.col("estimate").alias("figure"),
        beside.second.table["estimate"].alias("figure_against"),
        "n",
        beside.second.table["n"].alias("n_against"),
    ).hstack(made.select(COMPARISON_COLUMNS))


def _check(statistic: str, df: str | float) -> None:
    problems = []
    if statistic not in STATISTICS:
        problems.append(f"statistic is {statistic!r}, known: {', '.join(STATISTICS)}")
    if isinstance(df, str) and df not in ("domain", "design"):
        problems.append(f"df is {df!r}, known: domain, design, or a number")
    if not isinstance(df, str) and not df >= 1:
        problems.append(f"df is {df!r}, must be 1 or more")
    if problems:
        raise ComparisonError(problems, "Choose one of the known.")


def _compare(one: Real, two: Real, statistic: str) -> tuple[Real, Real, Real]:
    """The comparison and its slopes."""
    if statistic == "difference":
        return one - two, np.ones_like(one), -np.ones_like(two)
    if bad := int(((one <= 0) | (two <= 0)).sum()):
        raise ComparisonError(
            [f"{bad} of {len(one)} rows compare with a figure of 0 or less"], "Take differences, not ratios."
        )
    if statistic == "ratio":
        return one / two, 1 / two, -one / two**2
    return np.log(one) - np.log(two), 1 / one, -1 / two


def _degrees(g1: Real, g2: Real, beside: Beside, variance: Real, df: str | float, df_design: float) -> Real:
    known = (beside.first.df >= 1) & (beside.second.df >= 1)
    if df == "design":
        return np.where(known, df_design, 0.0)
    if not isinstance(df, str):
        return np.where(known, float(df), 0.0)
    a1 = g1 * (g1 * beside.first.variance + g2 * beside.covariance)
    a2 = g2 * (g2 * beside.second.variance + g1 * beside.covariance)
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = a1**2 / beside.first.df + a2**2 / beside.second.df
        found = np.where(spread > 0, variance**2 / spread, np.minimum(beside.first.df, beside.second.df))
    # Never below the smaller of the two, which alone would be too careful; never above the design's.
    found = np.maximum(found, np.minimum(beside.first.df, beside.second.df))
    return np.where(known, np.minimum(found, df_design), 0.0)


def _is_odd(figures: Figures) -> NDArray[np.bool_]:
    """Figures without a variance that could be trusted; exact ones (a census, a value) have df infinite."""
    lacks = (figures.df < 1) | (figures.variance <= _noise(figures.estimate)) & np.isfinite(figures.df)
    return np.asarray(lacks & np.isfinite(figures.estimate))


def _noise(figure: Real) -> Real:
    return (_ZERO * np.maximum(np.abs(figure), 1e-300)) ** 2


def _borrow_limits(made: pl.DataFrame, beside: Beside, unknown: NDArray[np.bool_], statistic: str) -> pl.DataFrame:
    """Limits of a difference from those of the two figures, where a variance is 0 or unknown. METHODS 15.3."""
    said = "một bên không có phương sai / one of the two has no variance"
    if statistic != "difference" or not unknown.any():
        return made.with_columns(
            pl.when(pl.lit(pl.Series(unknown))).then(pl.lit(said)).otherwise("note").alias("note")
        )
    one, two = (
        side.table.select("estimate", "low", "high").to_numpy().T for side in (beside.first, beside.second)
    )
    low = one[0] - two[0] - np.sqrt((one[0] - one[1]) ** 2 + (two[2] - two[0]) ** 2)
    high = one[0] - two[0] + np.sqrt((one[2] - one[0]) ** 2 + (two[0] - two[1]) ** 2)
    takes = pl.lit(pl.Series(unknown & np.isfinite(low) & np.isfinite(high)))
    return made.with_columns(
        pl.when(takes).then(pl.Series(low)).otherwise("low").alias("low"),
        pl.when(takes).then(pl.Series(high)).otherwise("high").alias("high"),
        pl.when(takes)
        .then(pl.lit("difference; limits from those of the two figures, each comparison for itself"))
        .otherwise("method")
        .alias("method"),
        pl.when(pl.lit(pl.Series(unknown))).then(pl.lit(said)).otherwise("note").alias("note"),
    )
