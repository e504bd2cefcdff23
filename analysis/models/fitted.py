"""FittedModel: what every model gives back."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.designs.drawn import Real
from analysis.estimation.joint import JointEstimates
from analysis.models.encode import Coding, code_rows


@dataclass(frozen=True)
class WorkingModel:
    """The model were people independent and their weights, brought to mean 1, counts.

    ``covariance``: of the coefficients, in their order; ``rise_without``: how much the deviance rises when only
    the coefficients marked are kept (NaN where that model does not settle); ``rise_at``: when one is held at a
    value (None: of ordinal models not known). METHODS 19.9, 19.14.
    """

    covariance: Real
    rise_without: Callable[[NDArray[np.bool_]], float]
    rise_at: Callable[[int, float], float] | None = None


@dataclass(frozen=True)
class FittedModel:
    """A fitted model; METHODS 19.2, 19.4.

    ``coefficients``: term, level (null: a number), n, sum_weights, estimate, standard_error, low, high,
    confidence, df, statistic (t), p_value, design_effect, method, note; thresholds of an ordinal model come last.
    ``covariance``: of the coefficients, in that order. ``df``: those of the design − slopes. ``fit``: one row:
    model, link, n, sum_weights, deviance, null_deviance (of weights with mean 1), explained (1 − their ratio; for
    a linear model R²), dispersion. ``levels``: of an ordinal outcome, lowest first. ``working``: what tests of the
    working likelihood need. ``coding``: how predictors become coefficients.
    """

    coefficients: pl.DataFrame
    covariance: Real
    df: float
    fit: pl.DataFrame
    levels: tuple[str, ...] = ()
    working: WorkingModel | None = field(default=None, repr=False, compare=False)
    coding: Coding = field(default=Coding((), {}), repr=False, compare=False)

    def predict(self, values: pl.DataFrame) -> Real:
        """Linear predictor Σ value·coefficient of rows with the columns of the predictors, NaN where one is null.

        Without offset, and of an ordinal model without thresholds. Its errors: ``predict_outcomes``. METHODS 19.2.
        """
        coded = code_rows(values, self.coding)
        return np.asarray(coded @ self.coefficients["estimate"].to_numpy()[: coded.shape[1]])

    def jointly(self) -> JointEstimates:
        """The coefficients for ``estimate_contrasts``, named ``term`` or ``term:level``, such as
        "`stype:H` - `stype:M`" or "exp(wait)". No design effects. METHODS 15.1, 19.2.
        """
        named = [
            term if level is None else f"{term}:{level}"
            for term, level in self.coefficients.select("term", "level").iter_rows()
        ]
        table = self.coefficients.select(
            pl.Series("value", named, dtype=pl.String), "n", "estimate", "standard_error", "df"
        )
        unknown = np.full(self.covariance.shape, np.nan)
        return JointEstimates(table, self.covariance, self.df, unknown, tuple(named))


THRESHOLD = "threshold"


def exponentiate(model: FittedModel) -> pl.DataFrame:
    """Ratios instead of differences: exp of estimates and limits, without intercept and thresholds.

    Odds ratios of logistic and ordinal models, rate ratios of Poisson models: term, level, ratio, low, high,
    p_value, n, df. METHODS 19.2.

    >>> from analysis.design import SurveyDesign
    >>> from analysis.models.generalised import fit_model
    >>> pleased = {"online": [0, 0, 0, 0, 1, 1, 1, 1], "pleased": [0, 0, 1, 1, 0, 1, 1, 1]}
    >>> people = pl.DataFrame({"w": [1.0] * 8, **pleased})
    >>> model = fit_model(people, SurveyDesign("w"), outcome="pleased", predictors=["online"], model="logistic")
    >>> round(exponentiate(model)["ratio"].item(), 6)  # (3/1) / (2/2)
    3.0
    """
    slopes = model.coefficients.filter(~pl.col("term").is_in([THRESHOLD, "intercept"]))
    return slopes.select(
        "term",
        "level",
        pl.col("estimate").exp().alias("ratio"),
        pl.col("low", "high").exp(),
        "p_value",
        "n",
        "df",
    )
