"""Limits of a model's coefficients at any level: by their errors, or by how the likelihood falls."""

from collections.abc import Callable

import numpy as np
import polars as pl
from scipy import optimize

from analysis.errors import EstimateError
from analysis.estimation.intervals import t_quantile
from analysis.models.fitted import FittedModel

LIMIT_METHODS = ("wald", "likelihood")
_STEPS = 60
_TIGHT = 1e-10


def limit_coefficients(
    model: FittedModel, *, confidence: float = 0.95, method: str = "wald", df: float | None = None
) -> pl.DataFrame:
    """Limits of every coefficient of a model.

    Parameters
    ----------
    model
        What ``fit_model`` gave; by ``wald`` also what ``fit_ordinal`` gave.
    method
        ``wald``: estimate ± t·standard error. ``likelihood``: all values b at which the working likelihood ratio
        against the best fit is at most λ·t², λ the design effect of the coefficient; not symmetric, better for
        rare outcomes and few PSUs. The model is fitted again some twenty times for each limit.
    df
        None: those of the model; ``math.inf``: normal quantiles.

    Returns
    -------
    pl.DataFrame
        One row per coefficient: term, level, n, estimate, standard_error, low, high, confidence, df, method. A
        limit is null where the model held at it does not settle, and without variance or degrees of freedom.

    Raises
    ------
    EstimateError
        An unknown method, confidence outside 0-1, an ordinal model by ``likelihood``.

    Notes
    -----
    Exponentiated they are limits of odds and rate ratios; both methods.

    References
    ----------
    METHODS 19.14. As R's confint of svyglm, which interpolates by likelihood.

    Examples
    --------
    >>> from analysis.design import SurveyDesign
    >>> from analysis.models.generalised import fit_model
    >>> people = pl.DataFrame({"w": [1.0] * 6, "wait": range(1, 7), "score": [9.0, 7.0, 6.0, 6.0, 4.0, 1.0]})
    >>> model = fit_model(people, SurveyDesign("w"), outcome="score", predictors=["wait"])
    >>> limit_coefficients(model, confidence=0.9).select("term", pl.col("low", "high").round(3)).row(1)
    ('wait', -1.783, -1.017)
    """
    problems = []
    if method not in LIMIT_METHODS:
        problems.append(f"method is {method!r}, known: {', '.join(LIMIT_METHODS)}")
    if not 0 < confidence < 1:
        problems.append(f"confidence is {confidence!r}, it lies between 0 and 1")
    if method == "likelihood" and (model.working is None or model.working.rise_at is None):
        problems.append("limits by likelihood are those of fit_model, not of ordinal models")
    if problems:
        raise EstimateError(problems, "Correct the arguments.")
    free = model.df if df is None else float(df)
    estimate, error = (model.coefficients[c].to_numpy() for c in ("estimate", "standard_error"))
    low, high = np.full(len(estimate), np.nan), np.full(len(estimate), np.nan)
    usable = (error > 0) & (free >= 1)
    if usable.any():
        t = float(t_quantile(free, confidence))
        low, high = np.where(usable, estimate - t * error, np.nan), np.where(usable, estimate + t * error, np.nan)
        if method == "likelihood":
            for k in np.flatnonzero(usable):
                low[k], high[k] = _find_limits(model, int(k), t)
    return model.coefficients.select("term", "level", "n", "estimate", "standard_error").with_columns(
        pl.Series("low", low).fill_nan(None),
        pl.Series("high", high).fill_nan(None),
        pl.lit(confidence).alias("confidence"),
        pl.lit(float(free)).alias("df"),
        pl.lit(f"{method}, t(df)").alias("method"),
    )


def _find_limits(model: FittedModel, k: int, t: float) -> tuple[float, float]:
    working = model.working
    assert working is not None
    assert working.rise_at is not None
    rise_at = working.rise_at
    estimate, error = (float(model.coefficients[c][k]) for c in ("estimate", "standard_error"))
    allowed = model.covariance[k, k] / working.covariance[k, k] * t**2

    def beyond(value: float) -> float:
        return rise_at(k, value) - allowed

    return _find_root(beyond, estimate, -t * error), _find_root(beyond, estimate, t * error)


def _find_root(beyond: Callable[[float], float], estimate: float, step: float) -> float:
    """Where ``beyond`` passes 0 on this side of the estimate; NaN where it never does or the model breaks off."""
    near = estimate
    for _ in range(_STEPS):
        far = near + step
        found = beyond(far)
        if not np.isfinite(found):
            step /= 2  # held so far out the model does not settle: the limit may lie before
        elif found >= 0:
            return float(optimize.brentq(beyond, near, far, xtol=_TIGHT * abs(step), rtol=1e-12))
        else:
            near = far
    return np.nan
