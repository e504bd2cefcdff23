"""Linear, logistic and Poisson models with design-based standard errors."""

import warnings
from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.design import SurveyDesign
from analysis.designs.drawn import Real
from analysis.errors import EstimateError
from analysis.models.encode import INTERCEPT, Predictor, encode_predictors, list_columns
from analysis.models.families import Family, find_family
from analysis.models.fitted import FittedModel, WorkingModel
from analysis.models.last_round import fit_to_last_round
from analysis.models.sampled import Calibrated, Frame, Sampled, read_sampled
from analysis.models.spread import spread_estimates
from analysis.models.tabulate import tabulate_estimates

_TIGHT = 1e-11
_ROUNDS = 100
_LOOSE = 1e-13
_OUTCOME, _OFFSET = " outcome", " offset"


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
        Number: any (``linear``), 0-1 or Boolean (``logistic``), 0 or more (``poisson``).
    predictors
        Columns: numbers as they are; text, Boolean, Enum and Categorical as differences from their first level
        (sorted; an Enum in its own order). A tuple of columns is their interaction.
    link
        Of ``logistic``: ``logit``, ``probit``, ``cloglog``.
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
        log rate (Poisson).

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
    family = find_family(model, link)
    answer = pl.col(outcome) if isinstance(outcome, str) else outcome
    columns = {_OUTCOME: answer.cast(pl.Float64)} | {name: pl.col(name) for name in list_columns(predictors)}
    if offset is not None:
        columns[_OFFSET] = (pl.col(offset) if isinstance(offset, str) else offset).cast(pl.Float64)
    sample = read_sampled(frame, design, columns, where=where, calibration=calibration)
    y = sample.values[_OUTCOME].to_numpy()
    _refuse_outcomes(y, family)
    encoded = encode_predictors(sample.values, predictors, intercept=intercept)
    x = encoded.matrix
    start = np.zeros(sample.n) if offset is None else sample.values[_OFFSET].to_numpy()
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
        raise EstimateError(
            [f"the {model} model does not settle: {_name_separated(x, y, encoded.terms)}"],
            "Join levels, or leave out what predicts the outcome perfectly.",
        )
    spread = spread_estimates(
        sample,
        find_influence(x, y, start, weight, found, family) if ended is None else ended.influence,
        found,
        lambda other: _refit(x, y, start, other, family),
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
    known = find_information(x, start, weight, found, family) if ended is None else ended.information
    working = WorkingModel(
        np.linalg.inv(known) * weight.mean(),
        lambda kept: _deviance_without(x, kept, y, start, weight, family) - fit["deviance"].item(),
    )
    return FittedModel(table, spread.covariance, free, fit, working=working)


def solve_weights(x: Real, y: Real, offset: Real, weight: Real, family: Family) -> Real | None:
    """Coefficients that solve Σ w·x·(y − μ)·μ'/V = 0, by statsmodels; None where they run away. METHODS 19.2."""
    from statsmodels.genmod import families as known
    from statsmodels.genmod.generalized_linear_model import GLM
    from statsmodels.tools.sm_exceptions import PerfectSeparationError

    links = known.links
    of = {
        "identity": lambda: known.Gaussian(),
        "log": lambda: known.Poisson(),
        "logit": lambda: known.Binomial(),
        "probit": lambda: known.Binomial(links.Probit()),
        "cloglog": lambda: known.Binomial(links.CLogLog()),
    }
    kept = weight > 0
    if kept.sum() < x.shape[1]:
        return None
    # Weights with mean 1: the point of balance is the same, and nothing over- or underflows.
    likelihood = weight[kept] / weight[kept].mean()
    glm = GLM(y[kept], x[kept], of[family.link](), offset=offset[kept], freq_weights=likelihood)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            result = glm.fit(maxiter=_ROUNDS, tol_criterion="params", atol=_TIGHT, rtol=_TIGHT)
        except (PerfectSeparationError, np.linalg.LinAlgError, ValueError):
            return None
    found = np.asarray(result.params, float)
    if not result.converged or not np.isfinite(found).all():
        return None
    return found if _is_held(x[kept], offset[kept], likelihood, found, family) else None


def _is_held(x: Real, offset: Real, weight: Real, beta: Real, family: Family) -> bool:
    """Whether answers hold the coefficients: where a category is unanimous statsmodels stops far out, content."""
    plain = (x * weight[:, None]).T @ x
    root = np.linalg.cholesky(plain)
    pulled = np.linalg.solve(root, np.linalg.solve(root, find_information(x, offset, weight, beta, family)).T)
    found = np.linalg.eigvalsh((pulled + pulled.T) / 2)
    return bool(found[0] > _LOOSE * found[-1])


def _refit(x: Real, y: Real, offset: Real, weight: Real, family: Family) -> Real:
    found = solve_weights(x, y, offset, weight, family)
    return np.full(x.shape[1], np.nan) if found is None else found


def find_influence(x: Real, y: Real, offset: Real, weight: Real, beta: Real, family: Family) -> Real:
    """What one unit of weight of a row adds to every coefficient: A⁻¹·x·(y − μ)·μ'/V. METHODS 19.2."""
    eta = x @ beta + offset
    mean = family.inverse(eta)
    pull = (y - mean) * _divide(family.slope(eta), family.variance(mean))
    return np.asarray(np.linalg.solve(find_information(x, offset, weight, beta, family), (x * pull[:, None]).T).T)


def find_information(x: Real, offset: Real, weight: Real, beta: Real, family: Family) -> Real:
    """A = Σ w·x·xᵀ·μ'²/V. METHODS 19.2."""
    eta = x @ beta + offset
    pull = _divide(family.slope(eta) ** 2, family.variance(family.inverse(eta)))
    return np.asarray((x * (weight * pull)[:, None]).T @ x)


def _divide(above: Real, below: Real) -> Real:
    """Their ratio; 0 for means that are 0 or 1 to the last digit."""
    return np.divide(above, below, out=np.zeros(len(above)), where=below > 0)


def _deviance_without(
    x: Real, kept: NDArray[np.bool_], y: Real, offset: Real, weight: Real, family: Family
) -> float:
    """Deviance of the model of these columns only, weights of mean 1; NaN where it does not settle."""
    eta = offset
    if kept.any():
        eta = x[:, kept] @ _refit(x[:, kept], y, offset, weight, family) + offset
    return family.add_deviances(y, family.inverse(eta), weight / weight.mean())


def _describe_fit(
    sample: Sampled, x: Real, y: Real, offset: Real, beta: Real, family: Family, *, has_intercept: bool
) -> pl.DataFrame:
    weight = sample.weight_used / sample.weight_used.mean()
    mean = family.inverse(x @ beta + offset)
    deviance = family.add_deviances(y, mean, weight)
    null = None
    if has_intercept:
        alone = _refit(np.ones((len(y), 1)), y, offset, weight, family)
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


def _refuse_outcomes(y: Real, family: Family) -> None:
    low, high = family.bounds
    problems = []
    if bad := int(((y < low) | (y > high)).sum()):
        problems.append(f"outcome: {bad} of {len(y)} values are outside {low:g}-{high:g}")
    if not problems and y.min() == y.max():
        problems.append(f"outcome: all {len(y)} values are {y[0]:g}")
    if problems:
        raise EstimateError(problems, f"A {family.name} model needs outcomes that differ, within its range.")


def _name_separated(x: Real, y: Real, terms: Sequence[str]) -> str:
    told = [term for k, term in enumerate(terms) if _separates(x[:, k], y)]
    return f"{', '.join(map(repr, told))} alone tells outcomes apart" if told else "together predictors tell all"


def _separates(column: Real, y: Real) -> bool:
    values = np.unique(column)
    if len(values) == 2:
        return any(len(np.unique(y[column == value])) == 1 for value in values)
    outcomes = np.unique(y)
    return (
        len(outcomes) == 2
        and len(values) > 2
        and (
            column[y == outcomes[0]].max() <= column[y == outcomes[1]].min()
            or column[y == outcomes[1]].max() <= column[y == outcomes[0]].min()
        )
    )
