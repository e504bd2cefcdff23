"""From estimates and their covariance to the rows people read: errors, t limits, tests, notes."""

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from scipy import special

from analysis.designs.drawn import Real
from analysis.errors import EstimateError
from analysis.estimation.intervals import t_quantile
from analysis.models.sampled import Sampled
from analysis.models.spread import Spread

MODEL_COLUMNS = (
    "n",
    "sum_weights",
    "estimate",
    "standard_error",
    "low",
    "high",
    "confidence",
    "df",
    "statistic",
    "p_value",
    "design_effect",
    "method",
    "note",
)
_ZERO = 1e-10  # a standard error below this part of the estimate or of its simple error is rounding noise
NO_DF = "không có bậc tự do để ước lượng phương sai / no degrees of freedom for a variance"
NO_VARIANCE = "phương sai bằng 0, không có khoảng tin cậy / variance is 0: no limits and no test"


def tabulate_estimates(
    labels: Mapping[str, Sequence[object]],
    estimates: Real,
    spread: Spread,
    sample: Sampled,
    *,
    df: float,
    confidence: float,
    scale: str = "plain",
    null: float = 0.0,
    notes: Sequence[str | None] | None = None,
) -> pl.DataFrame:
    """``labels`` and MODEL_COLUMNS, one row per estimate: t limits and the t test of estimate = ``null``.

    ``scale``: limits on the estimate itself, on ln(1 − estimate) or on Fisher's z. Null where the variance is 0
    or has no degrees of freedom, and the note says so. METHODS 4.1, 19.1.
    """
    if not 0 < confidence < 1:
        raise EstimateError([f"confidence is {confidence!r}"], "It lies between 0 and 1, such as 0.95.")
    variance = np.maximum(np.diag(spread.covariance), 0.0)
    error = np.sqrt(variance)
    is_zero = error <= _ZERO * np.maximum(np.abs(estimates), np.sqrt(spread.simple))
    error = np.where(is_zero, 0.0, error)
    regular = ~is_zero & (df >= 1)
    low, high = np.full(len(estimates), np.nan), np.full(len(estimates), np.nan)
    statistic, p_value = low.copy(), low.copy()
    if regular.any():
        half = float(t_quantile(df, confidence)) * error[regular]
        low[regular], high[regular] = _limits(estimates[regular], half, scale)
        statistic[regular] = (estimates[regular] - null) / error[regular]
        p_value[regular] = two_sided(statistic[regular], df)
    own = notes or [None] * len(estimates)
    said = NO_DF if df < 1 else None
    note = [
        " | ".join(text for text in (said or (NO_VARIANCE if zero else None), more) if text) or None
        for zero, more in zip(is_zero, own, strict=True)
    ]
    with np.errstate(invalid="ignore", divide="ignore"):
        design_effect = np.where((spread.simple > 0) & ~is_zero, variance / spread.simple, np.nan)
    return pl.DataFrame(
        {
            **{name: list(values) for name, values in labels.items()},
            "n": np.full(len(estimates), sample.n),
            "sum_weights": np.full(len(estimates), sample.weight_used.sum()),
            "estimate": estimates,
            "standard_error": error,
            "low": low,
            "high": high,
            "confidence": np.full(len(estimates), confidence),
            "df": np.full(len(estimates), float(df)),
            "statistic": statistic,
            "p_value": p_value,
            "design_effect": design_effect,
            "method": [f"{spread.how}; {_SCALE_NAMES[scale]}"] * len(estimates),
            "note": pl.Series(note, dtype=pl.String),
        }
    ).with_columns(pl.col("low", "high", "statistic", "p_value", "design_effect").fill_nan(None))


_SCALE_NAMES = {"plain": "t(df)", "one minus": "t(df) of ln(1 − estimate)", "fisher": "t(df) of Fisher's z"}


def two_sided(statistic: Real, df: float) -> Real:
    """p value of a t statistic; infinite ``df``: normal. METHODS 19.3."""
    below = -np.abs(np.asarray(statistic, float))
    return np.asarray(2 * (special.ndtr(below) if np.isinf(df) else special.stdtr(df, below)))


def above_f(statistic: float, numerator: float, denominator: float) -> float | None:
    """p value of an F statistic; infinite ``denominator``: chi square / numerator. METHODS 19.3."""
    if not denominator > 0 or not np.isfinite(statistic):
        return None
    if np.isinf(denominator):
        return float(special.chdtrc(numerator, max(0.0, statistic) * numerator))
    return float(special.fdtrc(numerator, denominator, max(0.0, statistic)))


def _limits(estimate: Real, half: Real, scale: str) -> tuple[Real, Real]:
    if scale == "plain":
        return estimate - half, estimate + half
    if scale == "one minus":
        left = 1 - estimate
        return 1 - left * np.exp(half / left), 1 - left * np.exp(-half / left)
    half = half / (1 - estimate**2)
    return np.tanh(np.arctanh(estimate) - half), np.tanh(np.arctanh(estimate) + half)
