"""Variance from replicate weights: estimates made again with each, and their spread."""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.designs.drawn import Drawn, Real, Whole
from analysis.designs.reading import Domains, check_replicates, sum_items
from analysis.replicates import Replicates

_RANK = 1e-7  # singular values below this part of the largest are 0


def weigh_replicates(placed: pl.DataFrame, weight: Real, replicates: Replicates) -> Real:
    """Rows × replicates: whole weights. METHODS 3.11."""
    check_replicates(placed, replicates)
    matrix = placed.select(pl.col(c).cast(pl.Float64) for c in replicates.columns).to_numpy()
    return np.asarray(matrix * weight[:, None] if replicates.are_factors else matrix)


def spread_replicates(
    domains: Domains, weights: Real, replicates: Replicates, values: Sequence[pl.Expr]
) -> list[Real]:
    """Per value (an expression over domains) its variance in every domain: v = Σ multiplier·(θ_r − centre)².

    A replicate without members says nothing of the domain and is left out. METHODS 3.11.
    """
    count = domains.table.height
    tables = [sum_items(domains.rows, weights[:, r], count) for r in range(weights.shape[1])]
    stacked = pl.concat(tables)
    multipliers = np.array(replicates.multipliers)
    return [
        _spread(
            _evaluate(value, stacked).reshape(len(tables), count).T,
            _evaluate(value, domains.table),
            multipliers,
            replicates.centre,
        )
        for value in values
    ]


def _evaluate(value: pl.Expr, table: pl.DataFrame) -> Real:
    return table.select(value.cast(pl.Float64).fill_null(float("nan"))).to_series().to_numpy()


def _spread(theta: Real, full: Real, multipliers: Real, centre: str | None) -> Real:
    usable = ~np.isnan(theta) & (multipliers > 0)
    filled = np.where(usable, theta, 0.0)
    middle = filled.sum(axis=1) / np.maximum(usable.sum(axis=1), 1) if centre == "mean" else full
    return np.asarray(np.where(usable, (theta - middle[:, None]) ** 2, 0.0) @ multipliers)


def count_df(
    domains: Domains, weights: Real, replicates: Replicates, drawn: Drawn | None, member: NDArray[np.bool_]
) -> tuple[Whole, Real]:
    """PSUs with members (where the design does not name them: members) and degrees of freedom of every domain.

    ``member``: per row, whether it belongs to the quantity. METHODS 3.5, 3.11.
    """
    count = domains.table.height
    domain = domains.domain[member]
    if drawn is not None:
        cells = np.unique(domain * len(drawn.first) + drawn.unit[member])
        of_cell, unit = np.divmod(cells, max(1, len(drawn.first)))
        psus = np.bincount(of_cell, minlength=count)
        groups = np.unique(of_cell * len(drawn.sampled) + drawn.stratum[unit]) // max(1, len(drawn.sampled))
        df = (psus - np.bincount(groups, minlength=count)).astype(float)
    else:
        psus = np.bincount(domain, minlength=count)
        patterns = np.split(_scale_rows(weights[member][np.argsort(domain, kind="stable")]), np.cumsum(psus)[:-1])
        df = np.array([max(0, _rank(each) - 1) for each in patterns], float)
    if replicates.df is not None:
        df = np.where(df >= 1, replicates.df, df)
    return psus, np.minimum(df, replicates.df_most)


def count_df_design(weights: Real, replicates: Replicates, drawn: Drawn | None, weight: Real) -> int:
    """Degrees of freedom of the whole sample. METHODS 3.11."""
    if replicates.df is not None:
        return int(replicates.df)
    if drawn is not None:
        return min(replicates.df_most, len(drawn.first) - len(drawn.sampled))
    return max(0, _rank(_scale_rows(weights[weight > 0])) - 1)


def _scale_rows(weights: Real) -> Real:
    """Rows scaled to a largest weight of 1: people of one PSU share theirs."""
    largest = weights.max(axis=1, keepdims=True, initial=0.0)
    return np.asarray(np.round(weights / np.where(largest > 0, largest, 1.0), 10))


def _rank(rows: Real) -> int:
    distinct = np.unique(rows, axis=0)
    return int(np.linalg.matrix_rank(distinct, rtol=_RANK)) if distinct.size else 0
