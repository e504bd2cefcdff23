"""Importance and performance of aspects side by side, a quadrant only where noise allows one."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from analysis.design import SurveyDesign
from analysis.designs.drawn import Real
from analysis.estimation.intervals import t_limits
from analysis.models.drivers import find_drivers
from analysis.models.sampled import Calibrated, Frame
from analysis.models.spread import spread_estimates
from analysis.models.tabulate import tabulate_estimates

QUADRANTS = {
    (True, True): "keep",
    (True, False): "improve",
    (False, True): "possible_excess",
    (False, False): "low_priority",
}
_UNSURE = "không khác mức trung bình của các khía cạnh ngoài sai số / not told apart from the average aspect"


def compare_importance(
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
) -> pl.DataFrame:
    """Every aspect's importance (its coefficient as a driver) and performance (its mean), and what follows.

    Parameters
    ----------
    frame, design, outcome, aspects, controls, model, scale, where, calibration, confidence
        As in ``estimate_drivers``; two aspects or more, on one scale. Both sides are of the same responses: those
        with every column filled.

    Returns
    -------
    pl.DataFrame
        One row per aspect, in the order given: aspect, n, importance, importance_standard_error, importance_low,
        importance_high, performance, performance_standard_error, performance_low, performance_high (unit of the
        aspect), importance_centre, performance_centre (means over the aspects), confidence, df, quadrant
        (``improve``: important and poor; ``keep``: important and good; ``low_priority``, ``possible_excess``; null
        unless both differ from their centre beyond noise), note.

    Raises
    ------
    EstimateError, DesignError, ItemError
        As ``estimate_drivers``.

    Notes
    -----
    Silently wrong where aspects have different scales: their means then have no common centre. Importance is no
    promise, see ``estimate_drivers``.

    References
    ----------
    METHODS 19.6.

    Examples
    --------
    >>> scores = {"speed": [1, 2, 3, 4, 5, 3], "staff": [2, 5, 1, 4, 3, 3], "overall": [1, 3, 3, 4, 5, 3]}
    >>> people = pl.DataFrame({"w": [1.0] * 6, **scores})
    >>> found = compare_importance(people, SurveyDesign("w"), outcome="overall", aspects=["speed", "staff"])
    >>> found.select("aspect", "performance", "performance_centre", "quadrant").rows()
    [('speed', 3.0, 3.0, None), ('staff', 3.0, 3.0, None)]
    """
    drivers = find_drivers(
        frame,
        design,
        outcome=outcome,
        aspects=aspects,
        controls=controls,
        model=model,
        scale=scale,
        where=where,
        calibration=calibration,
        df=None,
    )
    sample = drivers.sample
    scores, weight = sample.values.select(pl.col(list(aspects)).cast(pl.Float64)).to_numpy(), sample.weight_used
    means = weight @ scores / weight.sum()
    spread = spread_estimates(
        sample, (scores - means) / weight.sum(), means, lambda other: np.asarray(other @ scores / other.sum())
    )
    labels = {"aspect": list(aspects)}
    importance = tabulate_estimates(
        labels, drivers.estimates, drivers.spread, sample, df=drivers.df, confidence=confidence
    )
    performance = tabulate_estimates(labels, means, spread, sample, df=spread.df, confidence=confidence)
    matters = _judge(drivers.estimates, drivers.spread.covariance, drivers.df, confidence)
    does_well = _judge(means, spread.covariance, spread.df, confidence)
    quadrants = [
        None if important is None or good is None else QUADRANTS[important, good]
        for important, good in zip(matters, does_well, strict=True)
    ]
    return pl.DataFrame(
        {
            "aspect": list(aspects),
            "n": importance["n"],
            **_prefix("importance", importance),
            **_prefix("performance", performance),
            "importance_centre": [float(drivers.estimates.mean())] * len(aspects),
            "performance_centre": [float(means.mean())] * len(aspects),
            "confidence": [confidence] * len(aspects),
            "df": importance["df"],
            "quadrant": pl.Series(quadrants, dtype=pl.String),
            "note": pl.Series([_UNSURE if each is None else None for each in quadrants], dtype=pl.String),
        }
    )


def _prefix(name: str, table: pl.DataFrame) -> dict[str, pl.Series]:
    parts = {"": "estimate", "_standard_error": "standard_error", "_low": "low", "_high": "high"}
    return {f"{name}{ending}": table[column] for ending, column in parts.items()}


def _judge(estimates: Real, covariance: Real, df: float, confidence: float) -> list[bool | None]:
    """Above (True) or below (False) the mean of all beyond noise, all aspects at once by Bonferroni; else None."""
    count = len(estimates)
    centring = np.eye(count) - 1 / count
    away = centring @ estimates
    error = np.sqrt(np.maximum(np.diag(centring @ covariance @ centring.T), 0.0))
    if not df >= 1 or count < 2:
        return [None] * count
    low, high = t_limits(away, error, np.full(count, df), 1 - (1 - confidence) / count)
    sure = (error > 0) & ((low > 0) | (high < 0))
    return [bool(distance > 0) if is_sure else None for distance, is_sure in zip(away, sure, strict=True)]
