"""The area-level model of Fay and Herriot: direct figures drawn towards what covariates say; METHODS 13.2-13.5."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import stats

from analysis.grouping.names import Names, list_names
from analysis.small_area.area_frame import AreaFrame, read_areas
from analysis.small_area.between_areas import Floats, LinearFit, estimate_between, fit_line
from analysis.small_area.diagnostics import p_value_normal, p_value_same_areas
from analysis.small_area.modelled import (
    CENSUS,
    EMPTY,
    NO_CORRECTION,
    RESULT_COLUMNS,
    ZERO,
    Bounds,
    check_by,
    check_choices,
    direct_columns,
    join_notes,
    null_where_nan,
    say,
    set_limits,
)
from analysis.small_area.posterior import find_posterior
from analysis.small_area.prediction import Prediction, predict, predict_averaged, standardised_residuals

METHODS = ("reml", "ml", "moments", "prasad_rao", "positive", "bayes")


@dataclass(frozen=True)
class AreaModel:
    """A fitted Fay-Herriot model; METHODS 13.2-13.5.

    ``areas``: one row per area, as ``fit_fay_herriot`` says. ``coefficients``: term, estimate, standard_error,
    z, p_value. ``between``: the variance between areas left by the covariates, squared units. ``fit``: one
    row of criteria and diagnostics (METHODS 13.5). After ``bayes``, ``between`` is the posterior's median, and
    ``coefficients`` and ``fit`` are those at it.
    """

    areas: pl.DataFrame
    coefficients: pl.DataFrame
    between: float
    method: str
    fit: pl.DataFrame


def fit_fay_herriot(
    areas: pl.DataFrame | pl.LazyFrame,
    *,
    area: Names,
    covariates: Names = (),
    estimate: str = "estimate",
    standard_error: str = "standard_error",
    intercept: bool = True,
    method: str = "reml",
    confidence: float = 0.95,
    bounds: Bounds = None,
) -> AreaModel:
    """Modelled figures (EBLUP) of all areas, with mean squared error and interval, marked as modelled.

    Parameters
    ----------
    areas
        One row per area (a unit, a cell unit × procedure …), as the estimators of ``analysis.estimation`` give.
        An area without a direct figure (null) gets what the covariates say, and its note says so. A row whose
        ``method`` is ``census`` and whose standard error is 0 keeps its direct figure.
    area
        Column or columns that name the area; each area once.
    covariates
        Numeric columns known for every area without sampling error; no nulls.
    estimate, standard_error
        Direct figure, any unit, and its standard error > 0, taken as known. In cells of few responses smooth
        it first: ``smooth_variances``.
    intercept
        Whether the model has a constant.
    method
        How the variance between areas is estimated: ``reml``, ``ml``, ``moments`` (Fay and Herriot),
        ``prasad_rao`` (simple moments), ``positive`` (adjusted REML, never 0); or ``bayes``: averaged over all
        plausible variances, whose intervals held best for cells of few responses. METHODS 13.2-13.4, 13.8.
    bounds
        Possible range of the figure, such as (0, 100): figure and limits are cut to it, and the note says so.

    Returns
    -------
    AreaModel
        ``areas`` has the rows of the frame in their order: area…, n, n_effective, sum_weights (of the direct
        figure, null if unknown), estimate, standard_error (root of the MSE), low, high, confidence, df (areas −
        coefficients), design_effect, method, note, modelled (False: a census), direct, direct_standard_error,
        synthetic (x'β), shrinkage (0-1: the part that comes from the model), mse, residual (standardised).

    Raises
    ------
    AreaError
        Every problem of the frame or of the choices, with counts.

    Notes
    -----
    Silently wrong where standard errors are far off, where covariates are themselves estimates, and for an area
    unlike all others: it is drawn to the model like the rest. Residuals beyond 3 deserve a look. Intervals hold
    on average over areas, not for every single one.

    References
    ----------
    METHODS 13.2-13.5; Fay and Herriot (1979); Prasad and Rao (1990); Datta and Lahiri (2000); Datta, Rao and
    Smith (2005); Yoshimori and Lahiri (2014). Checked against R sae 1.3 (p22).

    Examples
    --------
    >>> cells = pl.DataFrame(
    ...     {"unit": list("ABCD"), "estimate": [70.0, 90.0, 80.0, 100.0], "standard_error": [2.0, 2.0, 2.0, 20.0]}
    ... )
    >>> model = fit_fay_herriot(cells, area="unit")
    >>> model.areas.select("unit", "direct", pl.col("estimate").round(1), "modelled").row(3)
    ('D', 100.0, 84.8, True)
    """
    names, covariates = list_names(area), list_names(covariates)
    areas = areas.lazy().collect()
    check_choices(method, METHODS, confidence, bounds)
    check_by(names)
    read = read_areas(
        areas,
        area=names,
        estimate=estimate,
        standard_error=standard_error,
        covariates=covariates,
        intercept=intercept,
    )
    fitted = read.is_fitted
    y, x, sampling = read.direct[fitted], read.covariates[fitted], read.error[fitted] ** 2
    if method == "bayes":
        posterior = find_posterior(y, x, sampling)
        line = fit_line(y, x, sampling, posterior.median)
        found = predict_averaged(read, posterior, confidence)
    else:
        line = fit_line(y, x, sampling, estimate_between(y, x, sampling, method))
        found = predict(read, line, method)
    rows = areas.select(*names, *direct_columns(areas)).with_columns(_columns(read, line, found, method))
    limits = None if found.low is None or found.high is None else (found.low, found.high)
    rows = set_limits(rows, confidence=confidence, bounds=bounds, limits=limits).select(*names, *RESULT_COLUMNS)
    return AreaModel(rows, _coefficients(read.terms, line), line.between, method, _fit(rows, line, y, x, sampling))


def _columns(read: AreaFrame, line: LinearFit, found: Prediction, method: str) -> list[pl.Series | pl.Expr]:
    fitted, census = read.is_fitted, read.is_census
    said = (
        say(census, CENSUS),
        say(~fitted & ~census, EMPTY),
        say(fitted & (line.between == 0), ZERO),
        say(found.is_uncorrected, NO_CORRECTION),
    )
    how = f"fay-herriot {method}; {'posterior' if method == 'bayes' else 't(df)'}"
    return [
        pl.Series("estimate", found.estimate),
        pl.Series("standard_error", np.sqrt(found.mse)),
        pl.Series("df", np.full(len(fitted), float(fitted.sum() - len(line.beta)))),
        pl.Series("method", np.where(census, "census", how), dtype=pl.String),
        pl.Series("modelled", ~census),
        null_where_nan(read.direct).alias("direct"),
        null_where_nan(read.error).alias("direct_standard_error"),
        pl.Series("synthetic", found.synthetic),
        pl.Series("shrinkage", found.shrinkage),
        pl.Series("mse", found.mse),
        null_where_nan(standardised_residuals(read, line)).alias("residual"),
        join_notes(*said),
    ]


def _coefficients(terms: Sequence[str], line: LinearFit) -> pl.DataFrame:
    error = np.sqrt(np.diag(line.spread))
    z = line.beta / error
    return pl.DataFrame(
        {
            "term": list(terms),
            "estimate": line.beta,
            "standard_error": error,
            "z": z,
            "p_value": 2 * stats.norm.sf(np.abs(z)),
        }
    )


def _fit(rows: pl.DataFrame, line: LinearFit, y: Floats, x: Floats, sampling: Floats) -> pl.DataFrame:
    """One row: criteria of the likelihood and what tells whether the model fits. METHODS 13.5."""
    parameters, lost = x.shape[1] + 1, -2 * line.log_likelihood
    modelled = rows.filter("modelled")
    residual = modelled["residual"].drop_nulls()
    return pl.DataFrame(
        {
            "areas": rows.height,
            "fitted": len(y),
            "between": line.between,
            "log_likelihood": line.log_likelihood,
            "aic": lost + 2 * parameters,
            "bic": lost + np.log(len(y)) * parameters,
            "kic": lost + 3 * parameters,
            "shrinkage_mean": float(np.mean(sampling / (sampling + line.between))),
            "mostly_model": int((modelled["shrinkage"] > 0.5).sum()),
            "residuals_beyond_2": int((residual.abs() > 2).sum()),
            "residuals_beyond_3": int((residual.abs() > 3).sum()),
            "p_normal": p_value_normal(residual.to_numpy()),
            "p_same_areas": p_value_same_areas(y, x, sampling),
        }
    )
