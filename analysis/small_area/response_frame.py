"""Reads responses and populations for the unit-level model into sums per area; every problem together."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.errors import AreaError

Floats = NDArray[np.float64]
_REMEDY = "Give responses with an area, and one row per area with population means of the covariates."


@dataclass(frozen=True)
class ResponseFrame:
    """Per area of the population frame, in its order; ``y``, ``x``, ``owner`` per response that has a value.

    ``size`` is infinite where no population was named. Means of areas without responses are NaN.
    """

    y: Floats
    x: Floats
    owner: NDArray[np.int64]
    n: Floats
    mean: Floats
    x_mean: Floats
    x_population: Floats
    size: Floats


def read_responses(
    responses: pl.DataFrame,
    populations: pl.DataFrame,
    *,
    area: Sequence[str],
    value: str,
    covariates: Sequence[str],
    size: str | None,
) -> ResponseFrame:
    """Arrays per response and per area, or AreaError with everything that is wrong. METHODS 13.7."""
    _check_columns(responses, populations, area, value, covariates, size)
    answered = responses.filter(pl.col(value).is_not_null() & pl.col(value).is_not_nan())
    owners = populations.select(*area, pl.int_range(pl.len(), dtype=pl.Int64).alias("owner of a response"))
    joined = answered.join(owners, on=list(area), how="left", maintain_order="left")
    _check_rows(joined, populations, area, covariates, size)
    owner = joined["owner of a response"].to_numpy()
    y, x = _floats(joined, [value])[:, 0], _with_one(joined, covariates)
    n = np.bincount(owner, minlength=populations.height).astype(float)
    sums = np.column_stack([np.bincount(owner, column, populations.height) for column in (y, *x.T)])
    means = sums / np.where(n > 0, n, np.nan)[:, None]
    sizes = np.full(populations.height, np.inf) if size is None else _floats(populations, [size])[:, 0]
    problems = []
    if more := int((n > sizes).sum()):
        problems.append(f"{more} areas have more responses than {size!r} says transactions")
    scale = np.sqrt((x**2).sum(axis=0))
    if len(y) <= x.shape[1] or (n > 0).sum() <= x.shape[1]:
        problems.append(f"{len(y)} responses in {int((n > 0).sum())} areas for {x.shape[1]} coefficients")
    elif (scale == 0).any() or np.linalg.matrix_rank(x / scale) < x.shape[1]:
        problems.append(f"covariates {', '.join(covariates)} repeat each other in {len(y)} responses")
    elif n.max() < 2:
        problems.append("no area has two responses: variances inside and between areas cannot be told apart")
    elif not np.abs(y - means[owner, 0]).max() > 1e-12 * np.abs(y).max():
        problems.append(f"column {value!r} does not differ inside any area")
    if problems:
        raise AreaError(problems, "Pool months or leave covariates out.")
    return ResponseFrame(y, x, owner, n, means[:, 0], means[:, 1:], _with_one(populations, covariates), sizes)


def _check_columns(
    responses: pl.DataFrame,
    populations: pl.DataFrame,
    area: Sequence[str],
    value: str,
    covariates: Sequence[str],
    size: str | None,
) -> None:
    numbers = {"responses": [value, *covariates], "populations": [*covariates, *([size] if size else [])]}
    problems = [] if area else ["no area column was named"]
    for name, frame in (("responses", responses), ("populations", populations)):
        absent = [c for c in (*area, *numbers[name]) if c not in frame.columns]
        problems += [f"{name}: column {c!r} is missing" for c in absent]
        problems += [
            f"{name}: column {c!r} is {frame[c].dtype}, a number is needed"
            for c in numbers[name]
            if c not in absent and not (frame[c].dtype.is_numeric() or frame[c].dtype == pl.Boolean)
        ]
    if not problems:
        problems += [
            f"column {c!r} is {responses[c].dtype} in responses and {populations[c].dtype} in populations"
            for c in area
            if responses[c].dtype != populations[c].dtype
        ]
    if problems:
        raise AreaError(problems, _REMEDY)


def _check_rows(
    joined: pl.DataFrame,
    populations: pl.DataFrame,
    area: Sequence[str],
    covariates: Sequence[str],
    size: str | None,
) -> None:
    problems = []
    if doubles := populations.height - populations.select(area).n_unique():
        problems.append(f"populations: {doubles} rows repeat an area of {', '.join(map(repr, area))}")
    if strangers := joined["owner of a response"].null_count():
        problems.append(f"responses: {strangers} rows are of an area that populations does not have")
    for name, frame in (("responses", joined), ("populations", populations)):
        for column in (*covariates, *([size] if size and name == "populations" else [])):
            if unfit := int((~np.isfinite(_floats(frame, [column]))).sum()):
                problems.append(f"{name}: column {column!r} is null or infinite in {unfit} rows")
    if size and (few := int((populations[size] <= 0).sum())):
        problems.append(f"populations: column {size!r} is 0 or negative in {few} rows")
    if problems:
        raise AreaError(problems, _REMEDY)


def _floats(frame: pl.DataFrame, columns: Sequence[str]) -> Floats:
    taken = [frame[c].cast(pl.Float64).fill_null(float("nan")).to_numpy() for c in columns]
    return np.column_stack(taken)


def _with_one(frame: pl.DataFrame, covariates: Sequence[str]) -> Floats:
    one = np.ones((frame.height, 1))
    return np.hstack([one, _floats(frame, covariates)]) if covariates else one
