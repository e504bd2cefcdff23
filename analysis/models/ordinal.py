"""Ordinal models (proportional odds and its kin) with design-based standard errors."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.design import SurveyDesign
from analysis.designs.drawn import Real
from analysis.errors import EstimateError
from analysis.models.encode import Coding, Predictor, encode_predictors, list_columns
from analysis.models.fitted import THRESHOLD, FittedModel, WorkingModel
from analysis.models.sampled import Calibrated, Frame, name_role, read_sampled
from analysis.models.spread import spread_estimates
from analysis.models.tabulate import tabulate_estimates
from analysis.models.thresholds import (
    ORDINAL_LINKS,
    Link,
    climb,
    differ_information,
    find_ordinal_influence,
    find_slopes,
)


def fit_ordinal(
    frame: Frame,
    design: SurveyDesign,
    *,
    outcome: str | pl.Expr,
    predictors: Sequence[Predictor],
    levels: Sequence[object] | None = None,
    link: str = "logit",
    information: str = "exact",
    where: pl.Expr | None = None,
    calibration: Calibrated = None,
    confidence: float = 0.95,
    df: float | None = None,
) -> FittedModel:
    """Model of ordered levels: P(level ≤ k) = F(threshold_k − x·β); with ``logit`` proportional odds.

    Parameters
    ----------
    frame, design, predictors, where, calibration, confidence, df
        As in ``fit_model``; there is no intercept, thresholds stand for it. ``df`` None: PSUs − strata − slopes.
    outcome
        Ordered levels: numbers, or an Enum in its own order. Text needs ``levels``. Null: not in the model.
    levels
        The levels, lowest first; None: those that occur, in their order.
    link
        ``logit``, ``probit``, ``loglog`` (what R's svyolr calls cloglog), ``cloglog``, ``cauchit``.
    information
        Second derivatives of the likelihood: ``exact``, or by ``differences`` as R's svyolr has (METHODS 19.4).

    Returns
    -------
    FittedModel
        A positive coefficient means higher levels. Log odds per unit of the predictor (logit); thresholds last.

    Raises
    ------
    EstimateError
        Fewer than two levels, levels that are not listed, predictors that tell the level perfectly.
    DesignError, ItemError
        As ``fit_model``.

    Notes
    -----
    Silently wrong when one slope for all thresholds is (a predictor moves people from 1 to 2 but not from 4 to 5):
    compare with ``fit_model(model="logistic")`` of "at least 3", "at least 4" ….

    References
    ----------
    METHODS 19.1, 19.4; McCullagh (1980). Checked against R svyolr (p18), unweighted against statsmodels.

    Examples
    --------
    >>> people = pl.DataFrame({"w": [1.0] * 6, "wait": [1, 2, 3, 4, 5, 6], "level": [3, 2, 3, 1, 2, 1]})
    >>> fitted = fit_ordinal(people, SurveyDesign("w"), outcome="level", predictors=["wait"])
    >>> fitted.coefficients.select("term", "level", pl.col("estimate").round(3)).rows()
    [('wait', None, -1.06), ('threshold', '1|2', -4.911), ('threshold', '2|3', -2.507)]
    """
    if link not in ORDINAL_LINKS:
        raise EstimateError([f"link is {link!r}"], f"Known: {', '.join(ORDINAL_LINKS)}.")
    if information not in ("exact", "differences"):
        raise EstimateError([f"information is {information!r}"], "Known: exact, differences.")
    if not predictors:
        raise EstimateError(["no predictors"], "Name at least one; shares of levels are estimate_proportions.")
    answer = pl.col(outcome) if isinstance(outcome, str) else outcome
    role = name_role("outcome", outcome)
    columns = {role: answer} | {name: pl.col(name) for name in list_columns(predictors)}
    sample = read_sampled(frame, design, columns, where=where, calibration=calibration)
    names, level = order_levels(sample.values[role], levels)
    encoded = encode_predictors(sample.values, predictors, intercept=True)
    x, terms, own = encoded.matrix[:, 1:], encoded.terms[1:], encoded.levels[1:]
    curve, weight = ORDINAL_LINKS[link], sample.weight_used

    def refit(other: Real) -> Real:
        found = climb(x, level, other, curve)
        size = x.shape[1] + len(names) - 1
        return found if found is not None and len(found) == size else np.full(size, np.nan)

    theta = refit(weight)
    slopes = find_slopes(x, level, weight, theta, curve) if np.isfinite(theta).all() else None
    if slopes is None:
        raise EstimateError(
            [f"the ordinal model of {len(names)} levels does not settle: predictors tell the level perfectly"],
            "Join levels, or leave out what predicts them perfectly.",
        )
    if information == "differences":
        inverse = np.linalg.inv(differ_information(x, level, weight, theta, curve))
        influence = np.asarray(slopes.score @ inverse, float)
    else:
        influence, inverse = find_ordinal_influence(x, level, weight, theta, curve)
    spread = spread_estimates(sample, influence, theta, refit)
    free = spread.df - x.shape[1] if df is None else float(df)
    cuts = [f"{below}|{above}" for below, above in pairwise(names)]
    table = tabulate_estimates(
        {"term": [*terms, *[THRESHOLD] * len(cuts)], "level": [*own, *cuts]},
        theta,
        spread,
        sample,
        df=free,
        confidence=confidence,
    ).with_columns(pl.col("level").cast(pl.String))
    share = weight / weight.mean()
    of_level = np.bincount(level, share)
    alone = -2 * float(of_level @ np.log(of_level / of_level.sum()))
    deviance = -2 * slopes.value / float(weight.mean())
    fit = pl.DataFrame(
        {
            "model": ["ordinal"],
            "link": [link],
            "n": [sample.n],
            "sum_weights": [float(weight.sum())],
            "deviance": [deviance],
            "null_deviance": [alone],
            "explained": [1 - deviance / alone],
            "dispersion": [1.0],
        }
    )
    working = WorkingModel(
        inverse * weight.mean(),
        lambda kept: _deviance_without(x, kept[: x.shape[1]], level, weight, curve) - deviance,
    )
    slopes_only = Coding(encoded.coding.parts[1:], encoded.coding.levels)
    return FittedModel(table, spread.covariance, free, fit, tuple(names), working, slopes_only)


def _deviance_without(x: Real, kept: NDArray[np.bool_], level: np.ndarray, weight: Real, curve: Link) -> float:
    theta = climb(x[:, kept], level, weight, curve)
    slopes = None if theta is None else find_slopes(x[:, kept], level, weight, theta, curve)
    return np.nan if slopes is None else -2 * slopes.value / float(weight.mean())


def order_levels(answers: pl.Series, levels: Sequence[object] | None) -> tuple[list[str], np.ndarray]:
    """Names of the levels, lowest first, and the place of every answer; EstimateError for text. METHODS 19.4."""
    present = answers.unique().sort().to_list()
    if levels is None and answers.dtype in (pl.String, pl.Categorical):
        raise EstimateError(
            [f"the outcome is text with {len(present)} levels; their order is not known"],
            "Name ``levels``, lowest first, or make the column an Enum.",
        )
    if levels is not None:
        unknown = [value for value in present if value not in levels]
        if unknown:
            raise EstimateError(
                [f"level {value!r} of the outcome is not among levels" for value in unknown], "List all levels."
            )
        present = [value for value in levels if value in present]
    if len(present) < 2:
        raise EstimateError([f"the outcome has {len(present)} level in the rows used"], "Nothing differs.")
    place = {value: k for k, value in enumerate(present)}
    return [str(value) for value in present], np.array([place[value] for value in answers.to_list()])
