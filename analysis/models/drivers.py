"""Which aspects move overall satisfaction: coefficients of a model, comparable with each other."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from analysis.design import SurveyDesign
from analysis.designs.drawn import Real, Whole
from analysis.errors import EstimateError
from analysis.models.encode import Encoded, encode_predictors, list_columns
from analysis.models.families import find_family
from analysis.models.ordinal import order_levels
from analysis.models.sampled import Calibrated, Frame, Sampled, read_sampled
from analysis.models.score_equations import find_influence, solve_weights
from analysis.models.spread import Refit, Spread, spread_estimates
from analysis.models.tabulate import tabulate_estimates
from analysis.models.thresholds import ORDINAL_LINKS, climb, find_ordinal_influence, find_slopes

MODELS = ("linear", "ordinal")
SCALES = ("standardised", "points")
COLLINEAR = 5.0  # METHODS 19.5
Fitted = tuple[Real, Real, Refit]  # estimates, influence, and estimates from other weights
_OUTCOME = " outcome"
_TOGETHER = (
    "đi cùng các khía cạnh khác, khó tách riêng (VIF {}) / moves with other aspects, hard to tell apart (VIF {})"
)


@dataclass(frozen=True)
class Drivers:
    """Coefficients of the aspects in order, how they were found, and what is needed to compare them."""

    sample: Sampled
    estimates: Real
    spread: Spread
    inflation: Real
    df: float


def estimate_drivers(
    frame: Frame,
    design: SurveyDesign,
    *,
    outcome: str,
    aspects: Sequence[str],
    controls: Sequence[str] = (),
    model: str = "linear",
    scale: str = "standardised",
    where: pl.Expr | None = None,
    calibration: Calibrated = None,
    confidence: float = 0.95,
    df: float | None = None,
) -> pl.DataFrame:
    """How overall satisfaction goes with each aspect, the others and the controls held.

    Parameters
    ----------
    frame, design, where, calibration, confidence, df
        As in ``fit_model``; rows with a null in any column named leave the model.
    outcome
        Overall satisfaction: a number; for ``ordinal`` ordered levels (numbers or an Enum).
    aspects
        Numeric columns, one per aspect, all pointing the same way.
    controls
        Columns held constant: numbers or categories.
    scale
        ``standardised``: per standard deviation of the aspect, in those of the outcome (linear), or log odds
        (ordinal); comparable between aspects measured differently. ``points``: per point of the aspect.

    Returns
    -------
    pl.DataFrame
        One row per aspect, in the order given: aspect, n, sum_weights, estimate, standard_error, low, high,
        confidence, df, statistic, p_value, design_effect, vif, method, note (aspects that move together).

    Raises
    ------
    EstimateError
        Unknown choices, aspects that are not numbers, follow from each other or tell the outcome perfectly.

    Notes
    -----
    Silently wrong as a promise: raising an aspect need not raise the outcome. Aspects that are left out, or asked
    in the same breath (halo), make the others look stronger.

    References
    ----------
    METHODS 19.5.

    Examples
    --------
    >>> scores = {"speed": [1, 2, 3, 4, 5, 3], "staff": [2, 5, 1, 4, 3, 3], "overall": [1, 3, 3, 4, 5, 3]}
    >>> people = pl.DataFrame({"w": [1.0] * 6, **scores})
    >>> found = estimate_drivers(people, SurveyDesign("w"), outcome="overall", aspects=["speed", "staff"])
    >>> found.select("aspect", pl.col("estimate", "vif").round(3)).rows()
    [('speed', 0.935, 1.01), ('staff', 0.226, 1.01)]
    """
    found = find_drivers(
        frame,
        design,
        outcome=outcome,
        aspects=aspects,
        controls=controls,
        model=model,
        scale=scale,
        where=where,
        calibration=calibration,
        df=df,
    )
    vifs = [f"{value:.1f}" for value in found.inflation]
    notes = [
        _TOGETHER.format(text.replace(".", ","), text) if value >= COLLINEAR else None
        for text, value in zip(vifs, found.inflation, strict=True)
    ]
    table = tabulate_estimates(
        {"aspect": list(aspects)},
        found.estimates,
        found.spread,
        found.sample,
        df=found.df,
        confidence=confidence,
        notes=notes,
    )
    described = table.with_columns(
        pl.Series("vif", found.inflation),
        pl.format("{}, {}; {}", pl.lit(model), pl.lit(scale), "method").alias("method"),
    )
    return described.select(pl.exclude("vif", "method", "note"), "vif", "method", "note")


def find_drivers(
    frame: Frame,
    design: SurveyDesign,
    *,
    outcome: str,
    aspects: Sequence[str],
    controls: Sequence[str],
    model: str,
    scale: str,
    where: pl.Expr | None,
    calibration: Calibrated,
    df: float | None,
) -> Drivers:
    """The coefficients of ``estimate_drivers`` with their covariance. METHODS 19.5."""
    _refuse_choices(frame, outcome, aspects, controls, model, scale)
    columns = {_OUTCOME: pl.col(outcome)} | {name: pl.col(name) for name in list_columns([*aspects, *controls])}
    sample = read_sampled(frame, design, columns, where=where, calibration=calibration)
    encoded = encode_predictors(sample.values, [*aspects, *controls], intercept=True)
    at = np.arange(1, len(aspects) + 1)
    x, weight = encoded.matrix, sample.weight_used
    answers = sample.values[_OUTCOME]
    if model == "linear":
        y = answers.cast(pl.Float64).to_numpy()
        estimates, influence, refit = _fit_linear(x, y, weight, at, scale)
        slopes = x.shape[1] - 1
    else:
        estimates, influence, refit = _fit_ordinal(x, order_levels(answers, None)[1], weight, at, scale)
        slopes = x.shape[1] - 1
    spread = spread_estimates(sample, influence, estimates, refit)
    free = spread.df - slopes if df is None else float(df)
    return Drivers(sample, estimates, spread, _inflate(encoded, weight)[: len(aspects)], free)


def _fit_linear(x: Real, y: Real, weight: Real, at: Whole, scale: str) -> Fitted:
    family = find_family("linear", None)
    nothing = np.zeros(len(y))
    beta = solve_weights(x, y, nothing, weight, family)
    if beta is None or y.min() == y.max():
        raise EstimateError(["the linear model of the drivers does not settle"], "The outcome must differ.")
    influence = find_influence(x, y, nothing, weight, beta, family)[:, at]

    def refit(other: Real) -> Real:
        again = solve_weights(x, y, nothing, other, family)
        if again is None:
            return np.full(len(at), np.nan)
        return again[at] * (_deviate(x[:, at], other) / _deviate(y[:, None], other) if scale == SCALES[0] else 1.0)

    if scale == SCALES[0]:
        size, of_outcome = _deviate(x[:, at], weight), _deviate(y[:, None], weight)
        influence = influence * size / of_outcome
        standard = beta[at] * size / of_outcome
        influence += standard * _log_deviation_by_row(x[:, at], weight)
        influence -= standard * _log_deviation_by_row(y[:, None], weight)
    return refit(weight), influence, refit


def _fit_ordinal(x: Real, level: Whole, weight: Real, at: Whole, scale: str) -> Fitted:
    curve, slopes = ORDINAL_LINKS["logit"], x[:, 1:]
    theta = climb(slopes, level, weight, curve)
    if theta is None or find_slopes(slopes, level, weight, theta, curve) is None:
        raise EstimateError(
            ["the ordinal model of the drivers does not settle: aspects tell the level perfectly"],
            "Leave out the aspect that is the outcome under another name, or join levels.",
        )
    influence = find_ordinal_influence(slopes, level, weight, theta, curve)[0][:, at - 1]

    def refit(other: Real) -> Real:
        again = climb(slopes, level, other, curve)
        if again is None or len(again) != len(theta):
            return np.full(len(at), np.nan)
        return again[at - 1] * (_deviate(x[:, at], other) if scale == SCALES[0] else 1.0)

    if scale == SCALES[0]:
        size = _deviate(x[:, at], weight)
        influence = np.asarray(influence * size, float) + theta[at - 1] * size * _log_deviation_by_row(
            x[:, at], weight
        )
    return refit(weight), influence, refit


def _deviate(columns: Real, weight: Real) -> Real:
    away = columns - weight @ columns / weight.sum()
    return np.asarray(np.sqrt(weight @ away**2 / weight.sum()))


def _log_deviation_by_row(columns: Real, weight: Real) -> Real:
    """What one unit of weight of a row adds to the logarithm of the standard deviation."""
    away = columns - weight @ columns / weight.sum()
    return np.asarray((away**2 / _deviate(columns, weight) ** 2 - 1) / (2 * weight.sum()))


def _inflate(encoded: Encoded, weight: Real) -> Real:
    columns = encoded.matrix[:, 1:]
    away = columns - weight @ columns / weight.sum()
    size = np.sqrt(weight @ away**2)
    correlation = (away * weight[:, None]).T @ away / np.outer(size, size)
    return np.asarray(np.diag(np.linalg.inv(correlation)))


def _refuse_choices(
    frame: Frame, outcome: str, aspects: Sequence[str], controls: Sequence[str], model: str, scale: str
) -> None:
    problems = [
        f"{name} is {value!r}, known: {', '.join(known)}"
        for name, value, known in (("model", model, MODELS), ("scale", scale, SCALES))
        if value not in known
    ]
    if not aspects:
        problems.append("no aspect was named")
    problems += [f"{name!r} is also the outcome" for name in (*aspects, *controls) if name == outcome]
    schema = frame.lazy().collect_schema()
    numeric = [*aspects, *([outcome] if model == "linear" else [])]
    problems += [
        f"column {name!r} is {schema[name]}, not a number"
        for name in numeric
        if name in schema and not schema[name].is_numeric()
    ]
    if problems:
        raise EstimateError(
            problems, "Aspects are numeric columns, such as levels 1-5; the rest goes to controls."
        )
