"""What a fitted model says of people described by their predictors, with limits."""

from collections.abc import Callable

import numpy as np
import polars as pl

from analysis.designs.drawn import Real
from analysis.errors import EstimateError
from analysis.estimation.intervals import t_quantile
from analysis.models.encode import code_rows
from analysis.models.families import find_family
from analysis.models.fitted import FittedModel
from analysis.models.thresholds import ORDINAL_LINKS

PREDICTION_SCALES = ("outcome", "link")
_SPREAD = ("n", "estimate", "standard_error", "low", "high", "confidence", "df")


def predict_outcomes(
    model: FittedModel,
    values: pl.DataFrame,
    *,
    scale: str = "outcome",
    offset: float | str | None = None,
    confidence: float = 0.95,
    df: float | None = None,
) -> pl.DataFrame:
    """Mean outcome of people with these predictors; of an ordinal model the share of every level.

    Parameters
    ----------
    model
        What ``fit_model`` or ``fit_ordinal`` gave.
    values
        One row per kind of people, with every column the predictors of the model name. A row with a null there has
        no prediction.
    scale
        ``outcome``: in its unit (shares 0-1, counts); ``link``: log odds, log means, …; of ordinal models only
        ``outcome``.
    offset
        Of a model with one: a number, or a column of ``values``; on the scale of the link. None: 0.
    df
        None: those of the model; ``math.inf``: normal limits.

    Returns
    -------
    pl.DataFrame
        The columns of ``values``, for ordinal models ``level``, then n (of the model), estimate, standard_error,
        low, high, confidence, df. Limits are made on the scale of the link, and stay where outcomes can be (of
        shares of levels: on the scale of log odds).

    Raises
    ------
    EstimateError
        Columns that are missing or no numbers where the model has them, levels it does not know.

    Notes
    -----
    Limits of the mean of such people in the population, not of one of them. Silently wrong beyond the predictors
    that were seen.

    References
    ----------
    METHODS 19.10. As R's predict of svyglm and svyolr.

    Examples
    --------
    >>> from analysis.design import SurveyDesign
    >>> from analysis.models.generalised import fit_model
    >>> online = {"online": [0, 0, 0, 0, 1, 1, 1, 1], "pleased": [0, 0, 1, 1, 0, 1, 1, 1]}
    >>> people = pl.DataFrame({"w": [1.0] * 8, **online})
    >>> model = fit_model(people, SurveyDesign("w"), outcome="pleased", predictors=["online"], model="logistic")
    >>> predict_outcomes(model, pl.DataFrame({"online": [0, 1]})).select(pl.col("estimate").round(6)).rows()
    [(0.5,), (0.75,)]
    """
    problems = []
    if scale not in PREDICTION_SCALES:
        problems.append(f"scale is {scale!r}, known: {', '.join(PREDICTION_SCALES)}")
    if model.levels and (scale == "link" or offset is not None):
        problems.append("an ordinal model has neither an offset nor one predictor of its shares")
    if not 0 < confidence < 1:
        problems.append(f"confidence is {confidence!r}, it lies between 0 and 1")
    if clash := [column for column in values.columns if column in (*_SPREAD, "level")]:
        problems.append(f"values has columns {', '.join(map(repr, clash))}, which stand in the result")
    if isinstance(offset, str) and offset not in values.columns:
        problems.append(f"column {offset!r} (offset) is missing")
    if problems:
        raise EstimateError(problems, "Correct the arguments, or rename columns.")
    coded = code_rows(values, model.coding)
    free = model.df if df is None else float(df)
    half = float(t_quantile(free, confidence)) if free >= 1 else np.nan
    if model.levels:
        found = _share_levels(model, coded, half)
        table = values[np.repeat(np.arange(values.height), len(model.levels))]
        table = table.with_columns(pl.Series("level", list(model.levels) * values.height, dtype=pl.String))
    else:
        found, table = _predict(model, coded, _read_offset(values, offset), scale, half), values
    estimate, error, low, high = found
    return table.hstack(
        pl.DataFrame(
            {
                "n": np.full(len(estimate), model.fit["n"].item()),
                "estimate": estimate,
                "standard_error": error,
                "low": low,
                "high": high,
                "confidence": np.full(len(estimate), confidence),
                "df": np.full(len(estimate), free),
            }
        ).with_columns(pl.col("estimate", "standard_error", "low", "high").fill_nan(None))
    )


def _read_offset(values: pl.DataFrame, offset: float | str | None) -> Real:
    if isinstance(offset, str):
        return np.asarray(values[offset].cast(pl.Float64).fill_null(np.nan).to_numpy())
    return np.full(values.height, 0.0 if offset is None else float(offset))


def _predict(model: FittedModel, coded: Real, offset: Real, scale: str, half: float) -> tuple[Real, ...]:
    eta = coded @ model.coefficients["estimate"].to_numpy() + offset
    error = np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", coded, model.covariance, coded), 0.0))
    low, high = eta - half * error, eta + half * error
    if scale == "link":
        return eta, error, low, high
    family = find_family(model.fit["model"].item(), model.fit["link"].item())
    ends = np.sort([family.inverse(low), family.inverse(high)], axis=0)  # an inverse link turns them round
    return family.inverse(eta), error * np.abs(family.slope(eta)), ends[0], ends[1]


def _share_levels(model: FittedModel, coded: Real, half: float) -> tuple[Real, ...]:
    """P(level k) = F(τ_k − x·β) − F(τ_{k−1} − x·β) with its derivatives by slopes and thresholds."""
    link = ORDINAL_LINKS[model.fit["link"].item()]
    theta, slopes = model.coefficients["estimate"].to_numpy(), coded.shape[1]
    cuts, rows = len(theta) - slopes, len(coded)
    z = theta[slopes:] - (coded @ theta[:slopes])[:, None]
    edge = np.zeros((rows, 1))
    below = _frame(link.below, z, edge, edge + 1)
    density = _frame(link.density, z, edge, edge)
    shares = np.diff(below, axis=1)
    by_slope = -np.diff(density, axis=1)[:, :, None] * coded[:, None, :]
    own = density[:, 1:, None] * np.eye(cuts + 1)[None, :, :cuts]
    before = density[:, :-1, None] * np.eye(cuts + 1, k=-1)[None, :, :cuts]
    slope = np.concatenate([by_slope, own - before], axis=2).reshape(rows * (cuts + 1), -1)
    error = np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", slope, model.covariance, slope), 0.0))
    share = shares.ravel()
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        odds, width = share / (1 - share), half * error / (share * (1 - share))
        low, high = (odds * np.exp(sign * width) / (1 + odds * np.exp(sign * width)) for sign in (-1, 1))
    return share, error, low, high


def _frame(curve: Callable[[Real], Real], z: Real, first: Real, last: Real) -> Real:
    return np.hstack([first, curve(z), last])
