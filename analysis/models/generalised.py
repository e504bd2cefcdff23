"""Linear, logistic, Poisson and gamma models with design-based standard errors."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from analysis.design import SurveyDesign
from analysis.designs.drawn import Real
from analysis.errors import EstimateError
from analysis.models.encode import INTERCEPT, Predictor
from analysis.models.families import Family
from analysis.models.fitted import FittedModel, WorkingModel
from analysis.models.last_round import fit_to_last_round
from analysis.models.model_rows import read_model_rows, refuse_unsettled
from analysis.models.sampled import Calibrated, Frame, Sampled
from analysis.models.score_equations import (
    deviance_without,
    find_influence,
    invert_information,
    refit_weights,
    solve_weights,
)
from analysis.models.spread import spread_estimates
from analysis.models.tabulate import tabulate_estimates


def fit_model(
    frame: Frame,
    design: SurveyDesign,
    *,
    outcome: str | pl.Expr,
    predictors: Sequence[Predictor] = (),
    model: str = "linear",
    link: str | None = None,
    offset: str | pl.Expr | None = None,
    intercept: bool = True,
    where: pl.Expr | None = None,
    calibration: Calibrated = None,
    confidence: float = 0.95,
    df: float | None = None,
    information: str = "exact",
) -> FittedModel:
    """A generalised linear model of the population the weights stand for, with standard errors of the design.

    Parameters
    ----------
    frame
        One row per response of the whole sample. Rows with a null in outcome, predictors or offset, and rows
        outside ``where``, leave the model and stay in the design.
    design
        Any: strata, clusters, stages, finite populations, PPS, replicates (then refitted with each).
    outcome
        Number: any (``linear``), 0-1 or Boolean (``logistic``), 0 or more (``poisson``), above 0 (``gamma``: times
        and costs, whose spread grows with their mean).
    predictors
        Columns: numbers as they are; text, Boolean, Enum and Categorical as differences from their first level
        (sorted; an Enum in its own order). A tuple of columns is their interaction.
    link
        None: ``identity`` (linear), ``logit`` (logistic), ``log`` (Poisson, gamma). Or, linear: ``log``,
        ``inverse``; logistic: ``probit``, ``cloglog``, ``cauchit``, ``log`` (ratios of shares); Poisson:
        ``identity``, ``sqrt``; gamma: ``inverse`` (R's usual one), ``identity``.
    offset
        Added to the linear predictor with coefficient 1: for rates ``pl.col("people").log()``.
    calibration
        What ``calibrate`` gave, if the weights were calibrated: errors are then of residuals (METHODS 3.7).
    df
        Degrees of freedom of tests and limits; None: PSUs − strata of the rows used + 1 − coefficients;
        ``math.inf``: normal.
    information
        ``exact``: at the solution. ``last_round``: where R's ``svyglm`` ends, with the weights of its last but one
        round; to compare with R to the last digits (its errors are 1e-7 to 1e-4 off). Not with replicates.

    Returns
    -------
    FittedModel
        Estimates are per unit of the predictor, in the unit of the outcome (linear), log odds (logit) or
        log mean (Poisson, gamma); of other links on their scale.

    Raises
    ------
    EstimateError
        A category predicts the outcome perfectly, a predictor follows from others, unknown names.
    DesignError, ItemError
        Columns that are absent or hold what they cannot.

    Notes
    -----
    The dispersion is free (as R's quasibinomial and quasipoisson). Silently wrong as a statement of cause; and
    standard errors silently too small when people came in groups the design does not name, or when coefficients
    are many next to PSUs − strata.

    References
    ----------
    METHODS 19.1, 19.2; Binder (1983). Checked against R survey 4.5 (p18).

    Examples
    --------
    >>> people = pl.DataFrame({"w": [1.0, 1.0, 2.0, 2.0], "wait": [1, 2, 3, 4], "score": [9.0, 7.0, 6.0, 3.0]})
    >>> fitted = fit_model(people, SurveyDesign("w"), outcome="score", predictors=["wait"])
    >>> fitted.coefficients.select("term", pl.col("estimate", "standard_error").round(4)).rows()
    [('intercept', 11.1951, 0.4492), ('wait', -1.9512, 0.1802)]
    """
    rows = read_model_rows(
        frame,
        design,
        outcome=outcome,
        predictors=predictors,
        model=model,
        link=link,
        offset=offset,
        intercept=intercept,
        where=where,
        calibration=calibration,
    )
    sample, family, y, encoded, start = rows.sample, rows.family, rows.y, rows.encoded, rows.offset
    x = encoded.matrix
    weight = sample.weight_used
    ended = None
    if information == "last_round" and design.replicates is None:
        ended = fit_to_last_round(x, y, start, weight, family)
        found = None if ended is None else ended.coefficients
    elif information == "exact":
        found = solve_weights(x, y, start, weight, family)
    else:
        raise EstimateError(
            [f"information is {information!r} {'with replicates' if design.replicates else ''}".strip()],
            "Known: exact; last_round without replicates.",
        )
    if found is None:
        raise refuse_unsettled(rows)
    spread = spread_estimates(
        sample,
        find_influence(x, y, start, weight, found, family) if ended is None else ended.influence,
        found,
        lambda other: refit_weights(x, y, start, other, family),
    )
    free = spread.df + 1 - x.shape[1] if df is None else float(df)
    table = tabulate_estimates(
        {"term": encoded.terms, "level": pl.Series(encoded.levels, dtype=pl.String).to_list()},
        found,
        spread,
        sample,
        df=free,
        confidence=confidence,
    ).with_columns(pl.col("level").cast(pl.String))
    fit = _describe_fit(sample, x, y, start, found, family, has_intercept=INTERCEPT in encoded.terms)
    inverse = invert_information(x, start, weight, found, family) if ended is None else ended.inverse
    working = WorkingModel(
        inverse * weight.mean(),
        lambda kept: deviance_without(x, kept, y, start, weight, family) - fit["deviance"].item(),
        lambda k, value: (
            deviance_without(x, np.arange(x.shape[1]) != k, y, start + value * x[:, k], weight, family)
            - fit["deviance"].item()
        ),
    )
    return FittedModel(table, spread.covariance, free, fit, working=working, coding=encoded.coding)


def _describe_fit(
    sample: Sampled, x: Real, y: Real, offset: Real, beta: Real, family: Family, *, has_intercept: bool
) -> pl.DataFrame:
    weight = sample.weight_used / sample.weight_used.mean()
    mean = family.inverse(x @ beta + offset)
    deviance = family.add_deviances(y, mean, weight)
    null = None
    if has_intercept:
        alone = refit_weights(np.ones((len(y), 1)), y, offset, weight, family)
        null = family.add_deviances(y, family.inverse(alone[0] + offset), weight)
    residual = (y - mean) / np.sqrt(family.variance(mean))
    centred = residual - weight @ residual / weight.sum()
    return pl.DataFrame(
        {
            "model": [family.name],
            "link": [family.link],
            "n": [sample.n],
            "sum_weights": [float(sample.weight_used.sum())],
            "deviance": [deviance],
            "null_deviance": [null],
            "explained": [1 - deviance / null if null else None],
            "dispersion": [float(weight @ centred**2 / weight.sum() * len(y) / (len(y) - 1))],
        },
        schema_overrides={"null_deviance": pl.Float64, "explained": pl.Float64},
    )
