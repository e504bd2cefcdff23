"""The unit-level model of Battese, Harter and Fuller: one row per response, an effect per area; METHODS 13.7."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from analysis.grouping.names import Names, list_names
from analysis.small_area.modelled import (
    CENSUS,
    EMPTY,
    RESULT_COLUMNS,
    ZERO,
    Bounds,
    check_by,
    check_choices,
    join_notes,
    null_where_nan,
    say,
    set_limits,
)
from analysis.small_area.nested_fit import METHODS, NestedFit, fit_nested
from analysis.small_area.response_frame import ResponseFrame, read_responses


@dataclass(frozen=True)
class UnitModel:
    """A fitted nested error model; METHODS 13.7.

    ``areas``: one row per area of the population frame. ``coefficients``: term, estimate, standard_error.
    ``between``, ``within``: variances of area effects and of responses inside an area, squared units.
    """

    areas: pl.DataFrame
    coefficients: pl.DataFrame
    between: float
    within: float
    method: str


def fit_nested_error(
    responses: pl.DataFrame | pl.LazyFrame,
    populations: pl.DataFrame | pl.LazyFrame,
    *,
    area: Names,
    value: str,
    covariates: Names = (),
    population: str | None = None,
    method: str = "reml",
    confidence: float = 0.95,
    bounds: Bounds = None,
) -> UnitModel:
    """Modelled means (EBLUP) of all areas from single responses, with mean squared error and interval.

    Parameters
    ----------
    responses
        One row per response: ``area``, ``value`` (null: no answer, left out), ``covariates`` (no nulls).
    populations
        One row per area: ``area``, the population means of ``covariates`` under the same names, and
        ``population``. Areas without responses get what the covariates say; each area of ``responses`` is here.
    area
        Column or columns that name the area.
    population
        Column of how many transactions the area has; None: so many that the sample is no part worth counting.
        Where all were asked, the direct mean stands and the row is not modelled.
    method
        ``reml`` or ``ml``, for both variances.
    bounds
        Possible range of the mean: figure and limits are cut to it, and the note says so.

    Returns
    -------
    UnitModel
        ``areas`` in the order of ``populations``, columns as in ``fit_fay_herriot``: direct is the plain mean,
        direct_standard_error √(within/n), residual the standardised area effect, design_effect null.

    Raises
    ------
    AreaError
        Every problem of both frames, with counts.

    Notes
    -----
    Silently wrong where answering depends on the answer inside an area (weights are not used), and for means of
    0/100 answers near a bound, whose spread differs from area to area. Intervals hold on average over areas.

    References
    ----------
    METHODS 13.7; Battese, Harter and Fuller (1988); Prasad and Rao (1990).

    Examples
    --------
    >>> responses = pl.DataFrame({"unit": list("AAABBBCC"), "score": [60.0, 70, 80, 80, 90, 100, 50, 60]})
    >>> model = fit_nested_error(responses, pl.DataFrame({"unit": list("ABC")}), area="unit", value="score")
    >>> model.areas["estimate"].round(1).to_list()
    [70.2, 88.2, 57.4]
    """
    names, covariates = list_names(area), list_names(covariates)
    responses, populations = responses.lazy().collect(), populations.lazy().collect()
    check_choices(method, METHODS, confidence, bounds)
    check_by(names)
    read = read_responses(responses, populations, area=names, value=value, covariates=covariates, size=population)
    fit = fit_nested(read, method)
    rows = populations.select(names).with_columns(_predict(read, fit, method))
    rows = set_limits(rows, confidence=confidence, bounds=bounds).select(*names, *RESULT_COLUMNS)
    coefficients = pl.DataFrame(
        {
            "term": ["intercept", *covariates],
            "estimate": fit.beta,
            "standard_error": np.sqrt(np.diag(fit.spread)),
        }
    )
    return UnitModel(rows, coefficients, fit.between, fit.within, method)


def _predict(read: ResponseFrame, fit: NestedFit, method: str) -> list[pl.Series | pl.Expr]:
    """Ȳ = f·ȳ + (1 − f)·(what is expected of those not asked); its error is theirs alone. METHODS 13.7."""
    n, asked = read.n, read.n / read.size
    has, census = n > 0, asked >= 1
    mean, x_mean = (np.where(has.reshape(-1, *[1] * (v.ndim - 1)), v, 0.0) for v in (read.mean, read.x_mean))
    # covariate means of those who were not asked
    rest = np.where(census[:, None], read.x_population, (read.x_population - asked[:, None] * x_mean))
    rest /= np.where(census, 1.0, 1 - asked)[:, None]
    gamma = n * fit.between / (fit.within + n * fit.between)
    effect = gamma * (mean - x_mean @ fit.beta)
    estimate = asked * mean + (1 - asked) * (rest @ fit.beta + effect)
    distance = rest - gamma[:, None] * x_mean
    mse = (1 - gamma) * fit.between + ((distance @ np.linalg.cholesky(fit.spread)) ** 2).sum(axis=1)
    mse = mse + 2 * fit.shrinkage_error(n) - fit.bias(gamma)
    not_asked = np.where(np.isfinite(read.size), (1 - asked) * fit.within / np.where(census, 1.0, read.size), 0.0)
    mse = np.where(census, 0.0, (1 - asked) ** 2 * mse + not_asked)
    whole = np.where(census, mean, read.x_population @ fit.beta)
    effects = np.where(has, effect, np.nan)
    spread = np.sqrt(np.where(has, gamma, 1.0) * fit.between)
    residual = effects / spread if fit.between > 0 else np.full(len(n), np.nan)
    zero = np.full(len(n), fit.between == 0) & has & ~census
    said = (say(census, CENSUS), say(~has, EMPTY), say(zero, ZERO))
    return [
        pl.Series("n", n.astype(np.int64)),
        pl.Series("n_effective", n.astype(float)),
        null_where_nan(np.where(np.isfinite(read.size), read.size, np.nan)).alias("sum_weights"),
        pl.lit(None, pl.Float64).alias("design_effect"),
        pl.Series("estimate", np.where(census, mean, estimate)),
        pl.Series("standard_error", np.sqrt(mse)),
        pl.Series("df", np.full(len(n), float(has.sum() - len(fit.beta)))),
        pl.Series("method", np.where(census, "census", f"nested error {method}; t(df)"), dtype=pl.String),
        pl.Series("modelled", ~census),
        null_where_nan(np.where(has, mean, np.nan)).alias("direct"),
        null_where_nan(np.where(has, np.sqrt(fit.within / np.maximum(n, 1)), np.nan)).alias(
            "direct_standard_error"
        ),
        pl.Series("synthetic", whole),
        pl.Series("shrinkage", np.where(census, 0.0, (1 - asked) * (1 - gamma))),
        pl.Series("mse", mse),
        null_where_nan(residual).alias("residual"),
        join_notes(*said),
    ]
