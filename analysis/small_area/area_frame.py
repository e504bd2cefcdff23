"""Reads the frame of areas: what is absent, null, double or impossible is named, all together."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.errors import AreaError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class AreaFrame:
    """Arrays in the row order of the frame. ``direct`` and ``error`` are NaN where an area has no figure."""

    direct: Floats
    error: Floats
    covariates: Floats
    terms: tuple[str, ...]
    is_census: NDArray[np.bool_]

    @property
    def is_fitted(self) -> NDArray[np.bool_]:
        """Areas the model learns from: a direct figure with a standard error above 0."""
        return ~np.isnan(self.direct) & ~self.is_census


def read_areas(
    areas: pl.DataFrame,
    *,
    area: Sequence[str],
    estimate: str,
    standard_error: str,
    covariates: Sequence[str],
    intercept: bool,
) -> AreaFrame:
    """The frame as arrays, or AreaError with every problem of it. METHODS 13.2."""
    problems = [
        f"column {c!r} is missing"
        for c in (*area, estimate, standard_error, *covariates)
        if c not in areas.columns
    ]
    problems += [
        f"column {c!r} is {areas[c].dtype}, a number is needed"
        for c in (estimate, standard_error, *covariates)
        if c in areas.columns and not (areas[c].dtype.is_numeric() or areas[c].dtype == pl.Boolean)
    ]
    if not area:
        problems.append("no area column was named")
    if not covariates and not intercept:
        problems.append("neither covariates nor an intercept")
    if problems:
        raise AreaError(problems, "Name columns of the frame; make numbers of categories (to_dummies).")
    if doubles := areas.height - areas.select(area).n_unique():
        problems.append(f"{doubles} rows repeat an area of {', '.join(map(repr, area))}")
    problems += _unfit(areas, [*covariates])
    direct, error = (_floats(areas[c]) for c in (estimate, standard_error))
    problems += [
        f"column {c!r} has {int(np.isinf(values).sum())} infinite values"
        for c, values in ((estimate, direct), (standard_error, error))
        if np.isinf(values).any()
    ]
    is_census = ~np.isnan(direct) & (error == 0) & _says_census(areas)
    unknown = ~np.isnan(direct) & ~is_census & ~(error > 0)
    if unknown.any():
        problems.append(
            f"column {standard_error!r} is null, 0 or negative in {int(unknown.sum())} areas with a figure"
        )
    if problems:
        remedy = "Give one row per area, covariates everywhere"
        remedy += "; smooth the standard errors first (smooth_variances)." if unknown.any() else "."
        raise AreaError(problems, remedy)
    columns = [np.ones(areas.height)] if intercept else []
    columns += [_floats(areas[c]) for c in covariates]
    terms = (*(["intercept"] if intercept else []), *covariates)
    read = AreaFrame(direct, error, np.column_stack(columns), terms, is_census)
    _refuse_unfittable(read)
    return read


def _floats(column: pl.Series) -> Floats:
    return column.cast(pl.Float64).fill_null(float("nan")).to_numpy().copy()


def _unfit(areas: pl.DataFrame, columns: Sequence[str]) -> list[str]:
    found = []
    for column in columns:
        if unfit := int((~np.isfinite(_floats(areas[column]))).sum()):
            found.append(f"column {column!r} is null or infinite in {unfit} rows")
    return found


def _says_census(areas: pl.DataFrame) -> NDArray[np.bool_]:
    """A census has no sampling error; any other 0 is a cell that happened to be unanimous."""
    if "method" not in areas.columns or areas["method"].dtype != pl.String:
        return np.zeros(areas.height, bool)
    return (areas["method"] == "census").fill_null(False).to_numpy()


def _refuse_unfittable(read: AreaFrame) -> None:
    inside = read.covariates[read.is_fitted]
    problems = []
    if len(inside) <= len(read.terms):
        problems.append(f"{len(inside)} areas with a figure for {len(read.terms)} coefficients")
    else:
        size = np.sqrt((inside**2).sum(axis=0))
        if (size == 0).any() or np.linalg.matrix_rank(inside / size) < len(read.terms):
            problems.append(f"covariates {', '.join(read.terms)} repeat each other in {len(inside)} areas")
    if problems:
        raise AreaError(problems, "Leave covariates out.")
