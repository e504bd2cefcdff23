"""Groups of a test: their order, their means, and what every row adds to differences from the first."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from analysis.designs.drawn import Real, Whole
from analysis.errors import EstimateError


@dataclass(frozen=True)
class Groups:
    """``names`` in order; ``place``: of every row the position of its group."""

    names: tuple[str, ...]
    place: Whole


def place_in_groups(column: pl.Series, *, what: str, most: int | None = None) -> Groups:
    """Groups of the rows used; EstimateError if there is one only, or more than ``most``. METHODS 19.3."""
    levels = column.unique().sort().to_list()
    if len(levels) < 2 or (most is not None and len(levels) > most):
        wanted = "two or more" if most is None else "two" if most == 2 else f"2 to {most}"
        raise EstimateError(
            [f"column {what!r} has {len(levels)} levels in the rows used; {wanted} are compared"],
            "Choose rows by ``where``; to compare more groups use fit_model and wald_test.",
        )
    places = {level: k for k, level in enumerate(levels)}
    return Groups(tuple(map(str, levels)), np.array([places[level] for level in column.to_list()], np.int64))


def subtract_means(y: Real, groups: Groups, weight: Real) -> Real:
    """Weighted mean of every group but the first, less that of the first. METHODS 19.3."""
    count = len(groups.names)
    sums, sizes = np.bincount(groups.place, weight * y, count), np.bincount(groups.place, weight, count)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = sums / sizes
    return np.asarray(means[1:] - means[0])


def differ_by_row(y: Real, groups: Groups, weight: Real) -> Real:
    """What one unit of weight of a row adds to every one of ``subtract_means``. METHODS 19.3."""
    count = len(groups.names)
    sizes = np.bincount(groups.place, weight, count)
    means = np.bincount(groups.place, weight * y, count) / sizes
    away = (y - means[groups.place]) / sizes[groups.place]
    inside = groups.place[:, None] == np.arange(count)
    own = np.where(inside, away[:, None], 0.0)
    return np.asarray(own[:, 1:] - own[:, :1])
