"""What every domain is put beside: each other one, the others' mean, a coarser domain, a value."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from analysis.comparison.beside import Beside
from analysis.comparison.figures import Asked, Figures
from analysis.designs.drawn import Real, Whole
from analysis.errors import ComparisonError
from analysis.estimation.covary import Covariances
from analysis.estimation.joint import LARGEST_MATRIX

WHOLE, OTHERS, PAIRS = "whole", "mean of others", "all pairs"


def pair_all(figures: Figures, covariances: Covariances, asked: Asked, by: Sequence[str]) -> Beside:
    """Every domain beside every later one. METHODS 15.2."""
    size, each = figures.table.height, len(asked.quantities)
    if size > LARGEST_MATRIX:
        raise ComparisonError(
            [f"all pairs of {size} figures need {size}² covariances"],
            f"Compare at most {LARGEST_MATRIX}, by ``where``; or against='whole'.",
        )
    domains = size // each
    first, second = np.triu_indices(domains, 1)
    i = (first[:, None] * each + np.arange(each)).ravel()
    j = (second[:, None] * each + np.arange(each)).ravel()
    covariance = covariances.matrix()[i, j]
    names = figures.table.select(
        pl.concat_str([pl.col(c).cast(pl.String) for c in by], separator=" · ")
    ).to_series()
    theirs = _take(figures, j)
    return Beside(
        _take(figures, i),
        theirs,
        covariance,
        names.gather(j),
        np.zeros(len(i)),
        i,
        _unit(j, size),
        np.zeros(len(i), bool),
    )


def put_beside_others(figures: Figures, covariances: Covariances, asked: Asked) -> Beside:
    """Every domain beside the mean of the other domains, each alike. METHODS 15.2."""
    size, each = figures.table.height, len(asked.quantities)
    has = ~np.isnan(figures.estimate)
    of_quantity = np.arange(size) % each
    sums = np.zeros((size, each))
    sums[np.flatnonzero(has), of_quantity[has]] = 1.0
    counts = sums.sum(axis=0)[of_quantity]
    if (counts < 2).any():
        raise ComparisonError(["there is one domain only, and no others"], "Compare against='whole' or a number.")
    with_sum = covariances.of(sums)
    total = np.einsum("ij,ij->j", sums, with_sum)[of_quantity]
    ours = with_sum[np.arange(size), of_quantity]
    m = counts - 1
    added = sums.T @ np.where(has, figures.estimate, 0.0)
    variance = np.maximum((total - 2 * ours + figures.variance) / m**2, 0.0)
    known = np.where(has & (figures.df >= 1), figures.variance**2 / np.maximum(figures.df, 1), 0.0)
    spread = np.maximum((sums.T @ known)[of_quantity] - known, 0.0) / m**4
    with np.errstate(invalid="ignore", divide="ignore"):
        df = np.where(spread > 0, variance**2 / spread, np.inf)
    n = figures.n.astype(float)
    table = figures.table.with_columns(
        pl.Series("estimate", (added[of_quantity] - figures.estimate) / m),
        pl.Series("n", ((sums.T @ n)[of_quantity] - n).astype(np.int64)),
        pl.lit(None, pl.Float64).alias("low"),
        pl.lit(None, pl.Float64).alias("high"),
    )
    random = ((sums.T @ np.where(has, np.nan_to_num(figures.random), 0.0))[of_quantity] - figures.random) / m**2
    theirs = Figures(table, variance, df, random)
    weights = np.zeros((size, 0))
    if size <= LARGEST_MATRIX:
        weights = ((of_quantity[:, None] == of_quantity) & has) / m[:, None]
        np.fill_diagonal(weights, 0.0)
    names = pl.Series([OTHERS] * size)
    return Beside(
        figures,
        theirs,
        (ours - figures.variance) / m,
        names,
        np.zeros(size),
        np.arange(size),
        weights,
        np.zeros(size, bool),
    )


def put_beside_coarser(
    figures: Figures, theirs: Figures, covariances: Covariances, asked: Asked, coarser: Sequence[str]
) -> Beside:
    """Every domain beside the coarser one it is a part of; no coarser columns: the whole. METHODS 15.2."""
    size, width = figures.table.height, theirs.table.height
    place = pl.int_range(pl.len(), dtype=pl.Int64).alias("place")
    keys = [*coarser, asked.label]
    at = figures.table.join(theirs.table.select(*keys, place), on=keys, how="left", maintain_order="left")["place"]
    j = at.to_numpy()
    behind = np.zeros((size + width, width))
    behind[size:] = np.eye(width)
    covariance = covariances.of(behind)[np.arange(size), j]
    named = [pl.col(c).cast(pl.String) for c in coarser]
    names = (
        theirs.table.select(pl.concat_str(named, separator=" · ")).to_series().gather(j)
        if coarser
        else pl.Series([WHOLE] * size)
    )
    theirs_taken = _take(theirs, j)
    ours = figures.n / np.maximum(theirs_taken.n, 1)
    return Beside(
        figures,
        theirs_taken,
        covariance,
        names,
        figures.random * ours,
        np.arange(size),
        _unit(size + j, size + width),
        figures.n == theirs_taken.n,  # a part with as many people is the whole
    )


def put_beside_value(figures: Figures, value: float) -> Beside:
    """Every domain beside a number without error. METHODS 15.2."""
    size = figures.table.height
    none = pl.lit(value)
    table = figures.table.with_columns(
        none.alias("estimate"), none.alias("low"), none.alias("high"), pl.lit(None, pl.Int64).alias("n")
    )
    zero = np.zeros(size)
    theirs = Figures(table, zero, np.full(size, np.inf), zero)
    names = pl.Series([f"{value:g}"] * size)
    return Beside(
        figures,
        theirs,
        zero,
        names,
        zero,
        np.arange(size),
        np.zeros((size, size if size <= LARGEST_MATRIX else 0)),
        np.zeros(size, bool),
    )


def _take(figures: Figures, at: Whole) -> Figures:
    return Figures(figures.table[at], figures.variance[at], figures.df[at], figures.random[at])


def _unit(at: Whole, size: int) -> Real:
    if size > LARGEST_MATRIX:
        return np.zeros((len(at), 0))
    found = np.zeros((len(at), size))
    found[np.arange(len(at)), at] = 1.0
    return found
