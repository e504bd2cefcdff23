"""Are two categories independent? Tests of a two-way table by the design."""

import math
from dataclasses import dataclass

import numpy as np
import polars as pl

from analysis.design import SurveyDesign
from analysis.designs.drawn import Real, Whole
from analysis.errors import EstimateError
from analysis.models.groups import Groups, place_in_groups
from analysis.models.pearson import PEARSON_STATISTICS, Verdict, judge_pearson
from analysis.models.sampled import Calibrated, Frame, Sampled, read_sampled
from analysis.models.spread import Spread, spread_estimates
from analysis.models.tabulate import above_f
from analysis.models.wald_test import quadratic_form
from analysis.models.working_tests import find_scale_factors

_WALD = {"wald": "Wald F", "adjusted_wald": "Wald F, adjusted for few PSUs"}
STATISTICS = PEARSON_STATISTICS | _WALD
_SINGULAR = 1e12
_ROWS, _COLUMNS = " rows", " columns"


@dataclass(frozen=True)
class _Table:
    """``shares``: of the cells, column by column; ``covariance`` of the shares; ``totals``: of the weights."""

    rows: Groups
    columns: Groups
    shares: Real
    spread: Spread
    sample: Sampled


def chi_square_test(
    frame: Frame,
    design: SurveyDesign,
    *,
    rows: str,
    columns: str,
    statistic: str = "F",
    where: pl.Expr | None = None,
    calibration: Calibrated = None,
    df: float | None = None,
) -> pl.DataFrame:
    """Test of independence of two categorical columns.

    Parameters
    ----------
    frame, design, where, calibration
        As in ``fit_model``. Rows with a null in either column leave the table and stay in the design.
    rows, columns
        Columns with two or more levels each in the rows used.
    statistic
        How Pearson's X² of the weighted shares is judged: ``F``, corrected twice after Rao and Scott (the default,
        best in most studies); ``chi_square``, corrected once; ``saddlepoint`` or ``exact``, by the
        distribution it has, approximated or exactly. Or Wald tests: ``wald``; ``adjusted_wald``, for few PSUs.
    df
        Of the design; None: PSUs − strata of the rows used (with replicates: as METHODS 3.11). ``math.inf``: tests
        without an estimated denominator.

    Returns
    -------
    pl.DataFrame
        One row: rows, columns, n, statistic, df_numerator, df (null where the statistic has none), p_value,
        pearson (X² of the weighted shares times n), design_effect (mean of the generalised ones), method.

    Raises
    ------
    EstimateError
        A column with one level, too many empty cells, an unknown statistic, or (Wald) more cells than PSUs allow.

    Notes
    -----
    Wald statistics reject far too often when cells are many next to PSUs − strata. With expected counts below
    about five none of them is to be trusted. Independence is not refuted by a large p.

    References
    ----------
    METHODS 19.3; Rao and Scott (1984), Annals of Statistics 12; Koch, Freeman and Freeman (1975). Checked against
    R svychisq (p18). Its ``lincom`` is our ``exact`` where the package it needs is there; else, and in p18,
    the saddlepoint. It cuts the df of the denominator to a whole number, and so does our ``saddlepoint``; with
    replicates it takes both as with ``df=math.inf``.

    Examples
    --------
    >>> people = pl.DataFrame({"w": [1.0] * 8, "sex": list("ffffmmmm"), "pleased": [1, 1, 1, 0, 1, 0, 0, 0]})
    >>> found = chi_square_test(people, SurveyDesign("w"), rows="sex", columns="pleased")
    >>> found.select(pl.col("pearson", "statistic").round(6), "df").row(0)
    (2.0, 1.75, 7.0)
    """
    if statistic not in STATISTICS:
        raise EstimateError([f"statistic is {statistic!r}"], f"Known: {', '.join(STATISTICS)}.")
    named = {_ROWS: pl.col(rows), _COLUMNS: pl.col(columns)}
    sample = read_sampled(frame, design, named, where=where, calibration=calibration)
    table = _tabulate(sample, rows, columns)
    of_design = table.spread.df if df is None else float(df)
    effects = _generalised_effects(table)
    pearson = _pearson(table)
    if statistic in _WALD:
        verdict = _wald(table, of_design, is_adjusted=statistic == "adjusted_wald")
    else:
        verdict = judge_pearson(pearson, effects, of_design, statistic)
    return pl.DataFrame(
        {
            "rows": [rows],
            "columns": [columns],
            "n": [sample.n],
            "statistic": pl.Series([verdict.statistic], dtype=pl.Float64),
            "df_numerator": [verdict.numerator],
            "df": pl.Series([verdict.denominator], dtype=pl.Float64),
            "p_value": pl.Series([verdict.p_value], dtype=pl.Float64),
            "pearson": [pearson],
            "design_effect": [float(effects.mean())],
            "method": [f"{STATISTICS[statistic]}; {table.spread.how}"],
        }
    )


def _tabulate(sample: Sampled, rows: str, columns: str) -> _Table:
    of_rows = place_in_groups(sample.values[_ROWS], what=rows)
    of_columns = place_in_groups(sample.values[_COLUMNS], what=columns)
    cells = len(of_rows.names) * len(of_columns.names)
    cell = of_columns.place * len(of_rows.names) + of_rows.place
    weight = sample.weight_used

    def share(other: Real) -> Real:
        return np.asarray(np.bincount(cell, other, cells) / max(other.sum(), 1e-300))

    shares = share(weight)
    indicator = (cell[:, None] == np.arange(cells)).astype(float)
    spread = spread_estimates(sample, (indicator - shares) / weight.sum(), shares, share)
    return _Table(of_rows, of_columns, shares, spread, sample)


def _find_cell(table: _Table) -> Whole:
    return np.asarray(table.columns.place * len(table.rows.names) + table.rows.place)


def _expected(table: _Table) -> tuple[Real, Real]:
    square = table.shares.reshape(len(table.columns.names), len(table.rows.names))
    return square, np.outer(square.sum(axis=1), square.sum(axis=0))


def _pearson(table: _Table) -> float:
    square, expected = _expected(table)
    return float(table.sample.n * ((square - expected) ** 2 / expected).sum())


def _generalised_effects(table: _Table) -> Real:
    """Eigenvalues of (Cᵀ·D⁻¹·C/n)⁻¹·(Cᵀ·D⁻¹·V·D⁻¹·C), C the contrasts of interaction, D the shares."""
    rows, columns = len(table.rows.names), len(table.columns.names)
    # Contrasts that sum to 0 over rows and over columns: what no main effect can explain.
    contrasts = np.kron(_sum_to_zero(columns), _sum_to_zero(rows))
    with np.errstate(divide="ignore"):
        inverse = np.where(table.shares > 0, 1 / table.shares, 0.0)
    weighted = contrasts * inverse[:, None]
    simple = contrasts.T @ weighted / table.sample.n
    _refuse_empty(table, simple)
    actual = weighted.T @ table.spread.covariance @ weighted
    return find_scale_factors(simple, actual)


def _refuse_empty(table: _Table, simple: Real) -> None:
    size = np.sqrt(np.diag(simple))
    if (size <= 0).any() or np.linalg.cond(simple / np.outer(size, size)) > _SINGULAR:
        filled = f"{int((table.shares > 0).sum())} of {len(table.shares)} cells of the table are filled"
        raise EstimateError(
            [f"{filled}: too few for a test of {len(simple)} interactions"],
            "Join levels, or leave some out by ``where``.",
        )


def _sum_to_zero(size: int) -> Real:
    return np.vstack([np.eye(size - 1), -np.ones(size - 1)])


def _wald(table: _Table, free: float, *, is_adjusted: bool) -> Verdict:
    """Of the totals' distances from independence, first row and first column left out."""
    square, expected = _expected(table)
    across, count = square.shape
    cells = np.arange(square.size)
    row, column = cells % count, cells // count
    by_row, by_column = square.sum(axis=0), square.sum(axis=1)
    weight = table.sample.weight_used

    def find_distances(other: Real) -> Real:
        totals = np.bincount(_find_cell(table), other, square.size).reshape(across, count)
        return np.asarray((totals - np.outer(totals.sum(axis=1), totals.sum(axis=0)) / totals.sum()).ravel())

    # d(T_ij − T_i·T_j/T): the cell, its row total, its column total and the grand total.
    of_row, of_column = table.rows.place, table.columns.place
    influence = (
        (_find_cell(table)[:, None] == cells)
        - by_column[column] * (of_row[:, None] == row)
        - by_row[row] * (of_column[:, None] == column)
        + by_row[row] * by_column[column]
    )
    spread = spread_estimates(table.sample, influence, find_distances(weight), find_distances)
    used = (row > 0) & (column > 0)
    numerator = float((count - 1) * (across - 1))
    away = (square - expected).ravel()[used] * weight.sum()
    value = quadratic_form(away, spread.covariance[np.ix_(used, used)]) / numerator
    if is_adjusted and not math.isinf(free):
        value = value * (free - numerator + 1) / free if free > 0 else math.nan
        free = free - numerator + 1
    return Verdict(value, numerator, free, above_f(value, numerator, free))
