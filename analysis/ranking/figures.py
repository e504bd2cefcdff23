"""Reads figures to be ranked: estimate, standard error, df; what cannot be ranked is refused, all together."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.errors import RankError

Floats = NDArray[np.float64]
BEST = ("high", "low")
MOST = 5_000  # units; the table of pairs has this squared entries
MOST_DEPENDENT = 1_000  # units with a covariance: every pair of every draw is looked at


@dataclass(frozen=True)
class Figures:
    """Units that have a figure, ``score`` turned so that more is better; ``has`` marks them in the frame.

    ``df``: infinite where the standard error counts as known. ``covariance``: None where units are independent.
    """

    score: Floats
    error: Floats
    df: Floats
    covariance: Floats | None
    has: NDArray[np.bool_]


def read_figures(
    frame: pl.DataFrame,
    *,
    unit: str,
    estimate: str,
    standard_error: str,
    df: str | None,
    covariance: Floats | None,
    best: str,
) -> Figures:
    """The figures as arrays, or RankError with every problem of them. METHODS 14.1."""
    _check_columns(frame, unit, [estimate, standard_error, *([df] if df else [])], best)
    score, error = _floats(frame, estimate), _floats(frame, standard_error)
    freedom = _floats(frame, df) if df else np.full(frame.height, np.inf)
    has = ~np.isnan(score)
    problems = []
    if doubles := frame.height - frame[unit].n_unique():
        problems.append(f"{doubles} rows repeat a unit of {unit!r}")
    if nameless := frame[unit].null_count():
        problems.append(f"column {unit!r} is null in {nameless} rows")
    unknown = int((has & ~((error > 0) & np.isfinite(error))).sum())
    if unknown and covariance is None:
        problems.append(f"column {standard_error!r} is null, 0 or negative in {unknown} units with a figure")
    if df and (lost := int((has & ~(freedom >= 1)).sum())):
        problems.append(f"column {df!r} is null or below 1 in {lost} units with a figure")
    if infinite := int(np.isinf(score).sum()):
        problems.append(f"column {estimate!r} is infinite in {infinite} rows")
    if has.sum() < 2:
        problems.append(f"{int(has.sum())} units with a figure")
    if frame.height > MOST:
        problems.append(f"{frame.height} units, {MOST} at most")
    problems += _covariance_problems(covariance, frame.height, has)
    if problems:
        raise RankError(
            problems,
            "One row per unit; a unanimous cell is not certain: smooth standard errors "
            "(small_area.smooth_variances) or rank modelled figures.",
        )
    sign = 1.0 if best == "high" else -1.0
    inside = None if covariance is None else np.asarray(covariance, float)[np.ix_(has, has)]
    spread = error[has] if inside is None else np.sqrt(np.diag(inside))
    return Figures(sign * score[has], spread, freedom[has], inside, has)


def _check_columns(frame: pl.DataFrame, unit: str, numbers: list[str], best: str) -> None:
    problems = [f"column {c!r} is missing" for c in (unit, *numbers) if c not in frame.columns]
    problems += [
        f"column {c!r} is {frame[c].dtype}, a number is needed"
        for c in numbers
        if c in frame.columns and not frame[c].dtype.is_numeric()
    ]
    if best not in BEST:
        problems.append(f"best is {best!r}, known: {', '.join(BEST)}")
    if problems:
        raise RankError(problems, "Name columns of the frame.")


def _covariance_problems(covariance: Floats | None, height: int, has: NDArray[np.bool_]) -> list[str]:
    if covariance is None:
        return []
    given = np.asarray(covariance, float)
    if given.shape != (height, height):
        return [f"covariance is {given.shape}, the frame has {height} rows"]
    if height > MOST_DEPENDENT:
        return [f"{height} units with a covariance, {MOST_DEPENDENT} at most"]
    inside = given[np.ix_(has, has)]
    if not np.isfinite(inside).all() or not np.allclose(inside, inside.T):
        return ["covariance is not a symmetric table of finite numbers"]
    if (np.diag(inside) <= 0).any():
        return [f"covariance has a variance of 0 or less in {int((np.diag(inside) <= 0).sum())} units"]
    if np.linalg.eigvalsh(inside)[0] < -1e-8 * np.diag(inside).max():
        return ["covariance is not positive semidefinite"]
    return []


def _floats(frame: pl.DataFrame, column: str) -> Floats:
    return frame[column].cast(pl.Float64).fill_null(float("nan")).to_numpy().copy()


def draw_errors(figures: Figures, rng: np.random.Generator, draws: int) -> tuple[Floats, Floats]:
    """``draws`` × units of sampling errors, and of the standard errors such samples would report. METHODS 14.2.

    The second, as factors of ``error``, has one row where standard errors count as known.
    """
    p = len(figures.score)
    # drawn in the order of the figures, so that the order of the rows changes nothing
    place = np.argsort(np.lexsort((figures.df, figures.error, figures.score)))
    noise = rng.standard_normal((draws, p))
    if figures.covariance is None:
        noise, df = noise[:, place] * figures.error, figures.df
    else:
        order = np.argsort(place)
        values, vectors = np.linalg.eigh(figures.covariance[np.ix_(order, order)])
        noise = (noise @ (vectors * np.sqrt(np.maximum(values, 0))).T)[:, place]
        df = figures.df.min(keepdims=True)  # one table of covariances, one df: the smallest is the safe one
    if np.isinf(df).all():
        return noise, np.ones((1, p))
    known = np.isinf(df)
    finite = np.where(known, 1.0, df)
    if len(df) == 1:
        return noise, np.broadcast_to(np.sqrt(rng.chisquare(finite, (draws, 1)) / finite), (draws, p))
    ordered = finite[np.argsort(place)]
    factor = np.sqrt(rng.chisquare(ordered, (draws, p)) / ordered)[:, place]
    return noise, np.where(known, 1.0, factor)
