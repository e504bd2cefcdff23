"""From differences and their variances to the rows people read: limits, p values, what many at once mean."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.comparison.multiplicity import (
    Real,
    adjust_p_values,
    check_multiplicity,
    simulate_largest,
    two_sided,
)
from analysis.errors import ComparisonError
from analysis.estimation.intervals import t_quantile

_ZERO = 1e-10  # a standard error below this part of the figures is rounding noise
_ROUNDING = 1e-13  # what floating point leaves where parts of a variance cancel
_TAIL = 20  # draws beyond the critical value, or it is guesswork
COMPARISON_COLUMNS = (
    "estimate",
    "standard_error",
    "low",
    "high",
    "confidence",
    "df",
    "design_effect",
    "p_value",
    "p_adjusted",
    "is_different",
    "method",
    "note",
)


@dataclass(frozen=True)
class Claims:
    """How sure, and against how many comparisons at once; ``seed`` and ``draws`` for max_t only."""

    confidence: float = 0.95
    multiplicity: str = "none"
    seed: int = 20261120
    draws: int = 20_000

    def __post_init__(self) -> None:
        check_multiplicity(self.multiplicity)
        problems = []
        if not 0 < self.confidence < 1:
            problems.append(f"confidence is {self.confidence!r}, must lie between 0 and 1")
        elif self.multiplicity == "max_t" and self.draws * (1 - self.confidence) < _TAIL:
            problems.append(f"{self.draws} draws leave fewer than {_TAIL} beyond {self.confidence}")
        if problems:
            raise ComparisonError(problems, "Choose a confidence such as 0.95, and draws to match.")


@dataclass(frozen=True)
class Compared:
    """Differences (or ratios) as arrays: ``estimate``, ``variance``, ``df``, ``random`` (its variance in simple
    random samples), ``size`` (of the figures compared), ``correlation`` (for max_t); ``null``: no difference;
    ``is_same``: of the same people, certainly 0 and not only so by chance (None: none)."""

    estimate: Real
    variance: Real
    df: Real
    random: Real
    size: Real
    null: float = 0.0
    correlation: Real | None = None
    is_same: NDArray[np.bool_] | None = None


def finish_comparisons(compared: Compared, claims: Claims, *, method: str) -> pl.DataFrame:
    """COMPARISON_COLUMNS, one row per comparison.

    A standard error that is rounding noise is exactly 0, and has limits and a p value only where a figure is
    compared with itself: two figures that happen to be equal are not the same. METHODS 15.3, 15.4.
    """
    error = np.sqrt(np.maximum(compared.variance, 0.0))
    error = np.where(error <= _ZERO * compared.size, 0.0, error)
    away = compared.estimate - compared.null
    is_same = (error == 0) & (np.abs(away) <= _ZERO * compared.size)
    is_same &= False if compared.is_same is None else compared.is_same
    away = np.where(is_same, 0.0, away)
    regular = (error > 0) & (compared.df >= 1) & np.isfinite(away)
    p = np.full(len(error), np.nan)
    p[regular] = two_sided(away[regular] / error[regular], compared.df[regular])
    adjusted, level = _adjust(p, regular, compared, claims)
    half = np.full(len(error), np.nan)
    half[regular] = t_quantile(compared.df[regular], 1 - level) * error[regular]
    half = np.where(is_same, 0.0, half)
    p, adjusted = np.where(is_same, 1.0, p), np.where(is_same, 1.0, adjusted)
    estimate = compared.null + away
    with np.errstate(invalid="ignore", divide="ignore"):
        effect = np.where(compared.random > 0, compared.variance / compared.random, np.nan)
    several = "" if claims.multiplicity == "none" else f"; {claims.multiplicity} over {int(regular.sum())}"
    drawn = f", seed {claims.seed}" if claims.multiplicity == "max_t" else ""
    made = pl.DataFrame(
        {
            "estimate": estimate,
            "standard_error": error,
            "low": estimate - half,
            "high": estimate + half,
            "confidence": np.full(len(error), claims.confidence),
            "df": compared.df,
            "design_effect": effect,
            "p_value": p,
            "p_adjusted": adjusted,
        }
    ).with_columns(pl.all().fill_nan(None))
    note = (
        pl.when(pl.lit(pl.Series(is_same)))
        .then(pl.lit("chính là một / the two are the same"))
        .when(pl.lit(pl.Series((error == 0) & np.isfinite(away))))
        .then(pl.lit("sai số tuyến tính bằng 0, không so sánh được / linearised variance is 0: no comparison"))
        .when(pl.lit(pl.Series((compared.df < 1) & np.isfinite(away))))
        .then(pl.lit("không có bậc tự do / no degrees of freedom"))
        .when(pl.lit(pl.Series(~np.isfinite(away))))
        .then(pl.lit("thiếu số để so sánh / a figure to compare is missing"))
    )
    return made.with_columns(
        (pl.col("p_adjusted") <= 1 - claims.confidence).alias("is_different"),
        pl.lit(f"{method}; t(df){several}{drawn}").alias("method"),
        note.alias("note"),
    ).select(COMPARISON_COLUMNS)


def drop_noise(variance: Real, parts: Real) -> Real:
    """0 where a variance is what rounding leaves of the ``parts`` it was added up from. METHODS 15.3."""
    return np.where(variance <= _ROUNDING * parts, 0.0, variance)


def _adjust(p: Real, regular: NDArray[np.bool_], compared: Compared, claims: Claims) -> tuple[Real, float]:
    """Adjusted p values, and one minus the confidence of the rows' own limits."""
    alpha, m = 1 - claims.confidence, int(regular.sum())
    if m == 0 or claims.multiplicity == "none":
        return p, alpha
    if claims.multiplicity == "max_t":
        assert compared.correlation is not None
        family = np.flatnonzero(regular)
        correlation, df = compared.correlation[np.ix_(family, family)], compared.df[family]
        smallest = simulate_largest(correlation, df, draws=claims.draws, seed=claims.seed)
        adjusted = p.copy()
        adjusted[family] = (np.searchsorted(smallest, p[family], side="right") + 1) / (claims.draws + 1)
        # The draw that at most α of them and this sample stay at or below: never too bold by simulation alone.
        return adjusted, float(smallest[max(0, int(np.floor((claims.draws + 1) * alpha)) - 1)])
    adjusted = adjust_p_values(p, claims.multiplicity)
    claimed = int((adjusted <= alpha).sum())
    return adjusted, alpha * (max(1, claimed) if claims.multiplicity == "bh" else 1) / m
