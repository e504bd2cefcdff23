"""The area-level model of Fay and Herriot: direct figures drawn towards what covariates say; METHODS 13.2-13.5."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import stats

from analysis.small_area.area_frame import AreaFrame, read_areas
from analysis.small_area.between_areas import METHODS, Floats, LinearFit, estimate_between, fit_line
from analysis.small_area.diagnostics import p_value_normal, p_value_same_areas
from analysis.small_area.mean_squared_error import area_mse, synthetic_mse
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


@dataclass(frozen=True)
class AreaModel:
    """A fitted Fay-Herriot model; METHODS 13.2-13.5.

    ``areas``: one row per area, as ``fit_fay_herriot`` says. ``coefficients``: term, estimate, standard_error,
    z, p_value. ``between``: the variance between areas left by the covariates, in squared units. ``fit``: one
    row of criteria and diagnostics (METHODS 13.5).
    """

    areas: pl.DataFrame
    coefficients: pl.DataFrame
    between: float
    method: str
    fit: pl.DataFrame


def fit_fay_herriot(
    areas: pl.DataFrame,
    *,
    area: str | Sequence[str],
    covariates: Sequence[str] = (),
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
        ``prasad_rao`` (simple moments), ``positive`` (adjusted REML, never 0). METHODS 13.2.
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
    names = (area,) if isinstance(area, str) else tuple(area)
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
    line = fit_line(y, x, sampling, estimate_between(y, x, sampling, method))
    rows = areas.select(*names, *direct_columns(areas)).with_columns(_predict(read, line, method))
    rows = set_limits(rows, confidence=confidence, bounds=bounds).select(*names, *RESULT_COLUMNS)
    return AreaModel(rows, _coefficients(read.terms, line), line.between, method, _fit(rows, line, y, x, sampling))


def _predict(read: AreaFrame, line: LinearFit, method: str) -> list[pl.Series | pl.Expr]:
    fitted, census = read.is_fitted, read.is_census
    sampling = read.error**2
    synthetic = read.covariates @ line.beta
    leverage = ((read.covariates @ np.linalg.cholesky(line.spread)) ** 2).sum(axis=1)
    shrinkage = np.where(fitted, sampling / (sampling + line.between), np.where(census, 0.0, 1.0))
    direct = np.where(np.isnan(read.direct), synthetic, read.direct)
    mse = np.where(census, 0.0, synthetic_mse(line, leverage))
    is_left_out = np.zeros(len(mse), bool)
    mse[fitted], is_left_out[fitted] = area_mse(line, sampling[fitted], method)
    residual = np.full(len(mse), np.nan)
    spread = sampling[fitted] + line.between - line.leverage
    # an area that alone determines a coefficient has no residual
    residual[fitted] = np.where(
        spread > 1e-9 * sampling[fitted],
        (read.direct[fitted] - line.fitted) / np.sqrt(np.maximum(spread, 1e-300)),
        np.nan,
    )
    everywhere = np.full(len(mse), line.between == 0) & fitted
    said = (
        say(census, CENSUS),
        say(~fitted & ~census, EMPTY),
        say(everywhere, ZERO),
        say(is_left_out, NO_CORRECTION),
    )
    return [
        pl.Series("estimate", shrinkage * synthetic + (1 - shrinkage) * direct),
        pl.Series("standard_error", np.sqrt(mse)),
        pl.Series("df", np.full(len(mse), float(fitted.sum() - len(line.beta)))),
        pl.Series("method", np.where(census, "census", f"fay-herriot {method}; t(df)"), dtype=pl.String),
        pl.Series("modelled", ~census),
        null_where_nan(read.direct).alias("direct"),
        null_where_nan(read.error).alias("direct_standard_error"),
        pl.Series("synthetic", synthetic),
        pl.Series("shrinkage", shrinkage),
        pl.Series("mse", mse),
        null_where_nan(residual).alias("residual"),
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
