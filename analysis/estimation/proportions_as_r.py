"""Two intervals of shares with the figures R survey prints, where ours are the exact ones; METHODS 4.7, 4.8."""

import math
from collections.abc import Callable

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import special

from analysis.design import SurveyDesign
from analysis.errors import EstimateError
from analysis.estimation.cubic_spline import interpolate
from analysis.estimation.estimate import estimate_proportions
from analysis.estimation.intervals import asin_limits, t_quantile
from analysis.grouping.names import Names, list_names

Real = NDArray[np.float64]
_DEVIANCE_APART, _MOST_ROUNDS, _MOST_STEPS, _STEPS_TO_END = 1e-8, 25, 10, 5


def estimate_proportions_as_r(
    frame: pl.DataFrame | pl.LazyFrame,
    design: SurveyDesign,
    *,
    of: str,
    by: Names = (),
    where: pl.Expr | None = None,
    confidence: float = 0.95,
    interval: str = "likelihood",
    df: str | float = "domain",
    design_effect: str = "replace",
) -> pl.DataFrame:
    """``estimate_proportions`` with the limits R's ``svyciprop`` prints: to check against it, not to publish.

    Parameters
    ----------
    frame, design, of, by, where, confidence, df, design_effect
        As in ``estimate_proportions``. Linearised designs: with replicates R does otherwise.
    interval
        ``likelihood``: the profile at R's points, through R's spline, with the working variance of the last but
        one round of its fit; ``asin``: the sine squared uncut, so that a limit may turn back into the range.

    Returns
    -------
    pl.DataFrame
        As ``estimate_proportions``; ``method`` ends with "as R". Rows without a variance keep ours.

    Raises
    ------
    EstimateError
        Another interval; and what ``estimate_proportions`` raises.

    Notes
    -----
    R's likelihood limits miss their definition by up to half a per cent of the limit. One profile per row: slow
    for thousands of domains.

    References
    ----------
    METHODS 4.7, 4.8. Agrees with R survey 4.5 to 1e-8 (p07).

    Examples
    --------
    >>> people = pl.DataFrame({"w": [1.0] * 10, "pleased": [True] * 7 + [False] * 3})
    >>> found = estimate_proportions_as_r(people, SurveyDesign("w"), of="pleased")
    >>> found.filter("level").select(pl.col("low", "high").round(4)).row(0)
    (0.3124, 0.9485)
    """
    by = list_names(by)
    if interval not in ("likelihood", "asin"):
        raise EstimateError([f"interval is {interval!r}"], "Only likelihood and asin differ from R; known: these.")
    found = estimate_proportions(
        frame,
        design,
        of=of,
        by=by,
        where=where,
        confidence=confidence,
        interval=interval,
        df=df,
        design_effect=design_effect,
    )
    rows = frame.lazy() if where is None else frame.lazy().filter(where)
    people = rows.select(pl.col(design.weight).cast(pl.Float64).alias(" weight"), of, *by).collect()
    people = people.filter(pl.col(of).is_not_null() & (pl.col(" weight") > 0))
    kept = people.partition_by(by, as_dict=True) if by else {(): people}
    low, high, is_theirs = [], [], []
    for row in found.iter_rows(named=True):
        p, error, degrees = row["estimate"], row["standard_error"], row["df"]
        takes = p is not None and 0 < p < 1 and (error or 0) > 1e-10 and (degrees or 0) >= 1
        limits = (row["low"], row["high"])
        if takes and interval == "asin":
            both = asin_limits(p, error, degrees, confidence, reflected=True)
            limits = (float(both[0]), float(both[1]))
        elif takes:
            part = kept[tuple(row[key] for key in by)]
            said = (part[of] == row["level"]).to_numpy()
            limits = _profile(part[" weight"].to_numpy(), said, error, degrees, confidence)
        low.append(limits[0])
        high.append(limits[1])
        is_theirs.append(takes)
    return found.with_columns(
        pl.Series("low", low, pl.Float64),
        pl.Series("high", high, pl.Float64),
        pl.when(pl.Series(is_theirs, dtype=pl.Boolean))
        .then(pl.format("{} as R", pl.col("method")))
        .otherwise("method")
        .alias("method"),
    )


def _profile(
    weight: Real, said: NDArray[np.bool_], error: float, df: float, confidence: float
) -> tuple[float, float]:
    centre, working = _fit(weight / weight.mean(), said)
    n, p = len(weight), float(special.expit(centre))
    reach = error / (p * (1 - p))
    cut = float(t_quantile(df, confidence)) * reach * math.sqrt(n * working)
    # R looks as far as an F quantile of a quarter of the one-sided level, in fifths, and at most nine of them.
    end = math.sqrt(special.fdtri(1, n - 1, 1 - special.ndtr(-cut) / 2))

    def height(at: float) -> float:
        away = special.entr(p) + special.entr(1 - p) - p * np.logaddexp(0, -at) - (1 - p) * np.logaddexp(0, at)
        return math.sqrt(max(0.0, -2 * (n - 1) * float(away)))

    points = [*_walk(centre, -end / _STEPS_TO_END * reach, height, end)[::-1], (centre, 0.0)]
    points += _walk(centre, end / _STEPS_TO_END * reach, height, end)
    logits, heights = (np.array(each) for each in zip(*points, strict=True))
    fine = np.linspace(logits[0], logits[-1], 3 * len(logits))
    limits = special.expit(np.interp([-cut, cut], interpolate(logits, heights, fine), fine))
    return float(limits[0]), float(limits[1])


def _walk(centre: float, step: float, height: Callable[[float], float], end: float) -> list[tuple[float, float]]:
    points: list[tuple[float, float]] = []
    while len(points) < _MOST_STEPS - 1 and (not points or abs(points[-1][1]) < end):
        at = centre + (len(points) + 1) * step
        points.append((at, math.copysign(height(at), step)))
    return points


def _fit(weight: Real, said: NDArray[np.bool_]) -> tuple[float, float]:
    """Logit of the share where R's rounds end, and the mean of w·μ(1−μ) in the round before."""
    start = (weight * said + 0.5) / (weight + 1)
    predictor, before = special.logit(start), _deviance(weight, said, start)
    centre = working = 0.0
    for _ in range(_MOST_ROUNDS):
        mean = special.expit(predictor)
        spread = weight * mean * (1 - mean)
        centre = float((spread * predictor + weight * (said - mean)).sum() / spread.sum())
        working = float(spread.mean())
        predictor = np.full(len(weight), centre)
        deviance = _deviance(weight, said, special.expit(predictor))
        if abs(deviance - before) / (abs(deviance) + 0.1) < _DEVIANCE_APART:
            break
        before = deviance
    return centre, working


def _deviance(weight: Real, said: NDArray[np.bool_], mean: Real) -> float:
    return float(-2 * (weight * np.where(said, np.log(mean), np.log1p(-mean))).sum())
