"""From a fitted variance between areas to the figure of every area, with its error; METHODS 13.3, 13.4."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.small_area.area_frame import AreaFrame
from analysis.small_area.between_areas import Floats, LinearFit
from analysis.small_area.mean_squared_error import area_mse, synthetic_mse
from analysis.small_area.posterior import Posterior, average


@dataclass(frozen=True)
class Prediction:
    """Per area of the frame. ``low``, ``high``: None where limits are t limits of the error."""

    estimate: Floats
    mse: Floats
    synthetic: Floats
    shrinkage: Floats
    is_uncorrected: NDArray[np.bool_]
    low: Floats | None = None
    high: Floats | None = None


def predict(read: AreaFrame, line: LinearFit, method: str) -> Prediction:
    """Empirical best linear unbiased: the variance between areas counts as estimated once. METHODS 13.3."""
    fitted, sampling = read.is_fitted, read.error**2
    synthetic = read.covariates @ line.beta
    leverage = ((read.covariates @ np.linalg.cholesky(line.spread)) ** 2).sum(axis=1)
    shrinkage = np.ones(len(synthetic))
    shrinkage[fitted] = sampling[fitted] / (sampling[fitted] + line.between)
    mse = synthetic_mse(line, leverage)
    is_uncorrected = np.zeros(len(mse), bool)
    mse[fitted], is_uncorrected[fitted] = area_mse(line, sampling[fitted], method)
    pull = np.where(fitted, (1 - shrinkage) * (read.direct - synthetic), 0.0)
    return _keep_census(read, Prediction(synthetic + pull, mse, synthetic, shrinkage, is_uncorrected))


def predict_averaged(read: AreaFrame, posterior: Posterior, confidence: float) -> Prediction:
    """Averaged over the posterior of the variance between areas, which is never taken as known. METHODS 13.4."""
    fitted = read.is_fitted
    place = np.full(len(fitted), np.nan)
    place[fitted] = np.arange(fitted.sum())
    found = average(
        posterior,
        read.direct[fitted],
        read.covariates[fitted],
        read.error[fitted] ** 2,
        all_x=read.covariates,
        place=place,
        confidence=confidence,
    )
    nowhere = np.zeros(len(fitted), bool)
    whole = Prediction(
        found.estimate, found.mse, found.synthetic, found.shrinkage, nowhere, low=found.low, high=found.high
    )
    return _keep_census(read, whole)


def _keep_census(read: AreaFrame, found: Prediction) -> Prediction:
    """Where everybody was asked the direct figure is the truth."""
    census = read.is_census
    return Prediction(
        np.where(census, read.direct, found.estimate),
        np.where(census, 0.0, found.mse),
        found.synthetic,
        np.where(census, 0.0, found.shrinkage),
        found.is_uncorrected,
        low=None if found.low is None else np.where(census, read.direct, found.low),
        high=None if found.high is None else np.where(census, read.direct, found.high),
    )


def standardised_residuals(read: AreaFrame, line: LinearFit) -> Floats:
    """(y − x'β)/√(D + A − x'Qx); NaN without a direct figure, or where an area alone makes a coefficient.

    METHODS 13.5.
    """
    fitted = read.is_fitted
    sampling = read.error[fitted] ** 2
    spread = sampling + line.between - line.leverage
    residual = np.full(len(fitted), np.nan)
    known = np.where(spread > 1e-9 * sampling, spread, np.nan)
    residual[fitted] = (read.direct[fitted] - line.fitted) / np.sqrt(known)
    return residual
