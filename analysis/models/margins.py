"""What the mean outcome would be if everybody were of one group, everything else as it is."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from analysis.design import SurveyDesign
from analysis.designs.drawn import Real
from analysis.errors import EstimateError
from analysis.models.encode import Predictor, code_rows, list_columns
from analysis.models.families import Family
from analysis.models.model_rows import read_model_rows, refuse_unsettled
from analysis.models.sampled import Calibrated, Frame, Sampled
from analysis.models.score_equations import find_influence, refit_weights
from analysis.models.spread import Spread, spread_estimates
from analysis.models.tabulate import tabulate_estimates

MARGIN_ERRORS = ("joint", "apart")


def estimate_margins(
    frame: Frame,
    design: SurveyDesign,
    *,
    outcome: str | pl.Expr,
    predictors: Sequence[Predictor],
    of: str,
    levels: Sequence[object] | None = None,
    differences: bool = False,
    model: str = "linear",
    link: str | None = None,
    offset: str | pl.Expr | None = None,
    where: pl.Expr | None = None,
    calibration: Calibrated = None,
    confidence: float = 0.95,
    df: float | None = None,
    errors: str = "joint",
) -> pl.DataFrame:
    """Adjusted means: the model's mean outcome of the whole population with ``of`` set to each level in turn.

    Parameters
    ----------
    frame, design, outcome, predictors, model, link, offset, where, calibration, confidence, df
        As in ``fit_model``.
    of
        One of the columns of ``predictors``.
    levels
        Values it is set to; None: every level of a category. A number needs them.
    differences
        Differences from the first level instead (of shares: risk differences), with their tests.
    errors
        ``joint``: the population over which is averaged and the model vary together. ``apart``: their variances
        added without the covariance, as R's ``svypredmeans`` has it.

    Returns
    -------
    pl.DataFrame
        One row per level (or difference): the column ``of`` (the level as text, "b − a" of a difference), n,
        sum_weights, estimate (in the unit of the outcome), standard_error, low, high, confidence, df,
        statistic and p_value (of differences), design_effect, method, note.

    Raises
    ------
    EstimateError
        ``of`` is no predictor, a number without ``levels``, unknown levels, fewer than two for differences; with
        what ``fit_model`` raises.

    Notes
    -----
    Silently wrong as an effect: people of the groups may differ in what the model does not know. Silently a guess
    where hardly anybody of a group has the other predictors of the rest.

    References
    ----------
    METHODS 19.11; Graubard and Korn (1999), predictive margins, Biometrics 55.

    Examples
    --------
    >>> rows = {"online": ["n", "n", "n", "y", "y", "y"], "age": [1, 2, 3, 1, 2, 6], "score": [5, 6, 8, 6, 7, 12]}
    >>> people = pl.DataFrame({"w": [1.0] * 6, **rows})
    >>> asked = {"outcome": "score", "predictors": ["online", "age"], "of": "online"}
    >>> estimate_margins(people, SurveyDesign("w"), **asked).select("online", pl.col("estimate").round(3)).rows()
    [('n', 6.958), ('y', 7.708)]
    """
    _refuse(of, predictors, errors)
    rows = read_model_rows(
        frame,
        design,
        outcome=outcome,
        predictors=predictors,
        model=model,
        link=link,
        offset=offset,
        intercept=True,
        where=where,
        calibration=calibration,
    )
    sample, encoded = rows.sample, rows.encoded
    beta = refit_weights(encoded.matrix, rows.y, rows.offset, sample.weight_used, rows.family)
    if not np.isfinite(beta).all():
        raise refuse_unsettled(rows)
    names, set_to = _list_levels(sample.values[of], levels, differences=differences)
    moved = tuple(code_rows(sample.values.with_columns(each.alias(of)), encoded.coding) for each in set_to)
    asked = _Margins(encoded.matrix, moved, rows.y, rows.offset, rows.family, differences)
    if differences:
        names = [f"{name} − {names[0]}" for name in names[1:]]
    estimates, spread = _spread(sample, asked, beta, errors)
    free = spread.df + 1 - len(beta) if df is None else float(df)
    table = tabulate_estimates({of: names}, estimates, spread, sample, df=free, confidence=confidence)
    # That a mean is 0 is nobody's question.
    return table if differences else table.drop("statistic", "p_value")


@dataclass(frozen=True)
class _Margins:
    """``x``: as people are; ``moved``: with the column set to each level."""

    x: Real
    moved: tuple[Real, ...]
    y: Real
    offset: Real
    family: Family
    are_differences: bool

    def refit(self, weight: Real) -> Real:
        return refit_weights(self.x, self.y, self.offset, weight, self.family)

    def average(self, beta: Real, weight: Real) -> Real:
        return self._differ(weight @ self.predict(beta) / weight.sum())

    def predict(self, beta: Real) -> Real:
        return np.column_stack([self.family.inverse(x @ beta + self.offset) for x in self.moved])

    def slope(self, beta: Real, weight: Real) -> Real:
        """Coefficients × margins: derivatives of the averages."""
        slopes = [(weight * self.family.slope(x @ beta + self.offset)) @ x for x in self.moved]
        return self._differ(np.array(slopes).T / weight.sum())

    def by_row(self, beta: Real, weight: Real) -> Real:
        """What one unit of weight of a row adds to the averages, the model as it is."""
        means = self.predict(beta)
        return self._differ((means - weight @ means / weight.sum()) / weight.sum())

    def _differ(self, of_levels: Real) -> Real:
        return of_levels[..., 1:] - of_levels[..., :1] if self.are_differences else of_levels


def _spread(sample: Sampled, asked: _Margins, beta: Real, errors: str) -> tuple[Real, Spread]:
    weight = sample.weight_used
    estimates = asked.average(beta, weight)
    people = asked.by_row(beta, weight)
    fitted = find_influence(asked.x, asked.y, asked.offset, weight, beta, asked.family) @ asked.slope(beta, weight)
    if errors == "joint":
        joint = spread_estimates(
            sample, people + fitted, estimates, lambda other: asked.average(asked.refit(other), other)
        )
        return estimates, joint
    of_people = spread_estimates(sample, people, estimates, lambda other: asked.average(beta, other))
    of_model = spread_estimates(sample, fitted, estimates, lambda other: asked.average(asked.refit(other), weight))
    covariance = of_people.covariance + of_model.covariance
    how = f"{of_model.how}, variances of people and model added"
    return estimates, Spread(covariance, of_people.simple + of_model.simple, of_model.df, how)


def _refuse(of: str, predictors: Sequence[Predictor], errors: str) -> None:
    problems = []
    if of not in list_columns(predictors):
        problems.append(f"{of!r} is not among the predictors {', '.join(map(repr, list_columns(predictors)))}")
    if errors not in MARGIN_ERRORS:
        problems.append(f"errors is {errors!r}, known: {', '.join(MARGIN_ERRORS)}")
    if problems:
        raise EstimateError(problems, "Name a predictor whose levels are to be compared.")


def _list_levels(
    column: pl.Series, levels: Sequence[object] | None, *, differences: bool
) -> tuple[list[str], list[pl.Expr]]:
    if levels is None and column.dtype.is_numeric():
        raise EstimateError([f"{column.name!r} is a number"], "Name ``levels``, the values it is to be set to.")
    asked = column.unique().sort().to_list() if levels is None else list(levels)
    if len(asked) < 1 + differences:
        raise EstimateError([f"{len(asked)} levels"], "Name at least two for differences, else one.")
    # Categories as text, which code_rows knows them by, whatever they are in the frame.
    return [str(each) for each in asked], [
        pl.lit(each if column.dtype.is_numeric() else str(each)) for each in asked
    ]
