"""Variance from pairs of PSUs: sampling with probability proportional to size without replacement, one stage."""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.design import SurveyDesign
from analysis.designs.drawn import Drawn, Real, Whole
from analysis.designs.stages import Cells
from analysis.errors import DesignError

_TINY = 1e-9


def pair_weights(drawn: Drawn, placed: pl.DataFrame, design: SurveyDesign) -> list[tuple[Whole, Real]]:
    """For every stratum its units and the matrix 1 − π_iπ_j/π_ij, diagonal 1 − π_i. METHODS 3.10.

    Approximations know pairs of one stratum only; with joint probabilities given all units are one block.
    """
    if design.joint is not None:
        return [(np.arange(len(drawn.first)), _read_joint(drawn, placed, design.joint))]
    squares = _mean_squares(drawn, placed, design)
    blocks = []
    for stratum in range(len(drawn.sampled)):
        units = np.flatnonzero(drawn.stratum == stratum)
        blocks.append((units, _approximate(drawn.fraction[units], design.pps, float(squares[stratum]))))
    return blocks


def add_pairs(
    variances: pl.DataFrame, blocks: Sequence[tuple[Whole, Real]], cells: Cells, total: Real, design: SurveyDesign
) -> pl.DataFrame:
    """``variances`` of ``stages.add_up_stages`` with the variance Σ_ij D_ij·t_i·t_j (Horvitz and Thompson), or
    that less Σ_i t_i²·Σ_j D_ij (Yates and Grundy); PSUs without rows of the domain count with 0. METHODS 3.10.
    """
    t = np.bincount(cells.of_row, total, len(cells.unit))
    of_cell = cells.domain[cells.group]
    variance = np.zeros(variances.height)
    position = np.full(int(cells.unit.max(initial=-1)) + 1, -1)
    for units, matrix in blocks:
        known = units[units < len(position)]
        position[known] = np.arange(len(units))[units < len(position)]
        inside = np.isin(cells.unit, units)
        for domain in np.unique(of_cell[inside]):
            here = inside & (of_cell == domain)
            at, x = position[cells.unit[here]], t[here]
            variance[domain] += x @ matrix[np.ix_(at, at)] @ x
            if design.pps == "yates_grundy":
                variance[domain] -= (x**2 * matrix[at].sum(axis=1)).sum()
    _refuse_negative(variance, design)
    return variances.with_columns(pl.Series("variance", np.maximum(variance, 0.0)))


def _approximate(p: Real, rule: str, mean_square: float) -> Real:
    """Overton: π_ij = π_iπ_j(n−1)/(n − (π_i+π_j)/2); Hartley and Rao: (n−1)/(n − π_i − π_j + Σπ²/n);
    Poisson: π_iπ_j."""
    n = len(p)
    if n == 1 or rule == "poisson":
        return np.diag(1 - p)
    pairs = p[:, None] + p[None, :]
    above = n - pairs / 2 if rule == "overton" else n - pairs + mean_square
    matrix = 1 - above / (n - 1)
    np.fill_diagonal(matrix, 1 - p)
    return np.asarray(matrix)


def _mean_squares(drawn: Drawn, placed: pl.DataFrame, design: SurveyDesign) -> Real:
    """Σπ²/n of every stratum; where the population is not told, the mean π of the sample estimates it."""
    if design.probability_squares is None:
        return np.bincount(drawn.stratum, drawn.fraction) / drawn.sampled
    given = placed[design.probability_squares].cast(pl.Float64).to_numpy()
    of_row = drawn.stratum[drawn.unit]
    first = np.zeros(len(drawn.sampled))
    first[of_row] = given
    if bad := int((~(np.isfinite(given) & (given > 0)) | (given != first[of_row])).sum()):
        raise DesignError(
            [f"column {design.probability_squares!r}: {bad} of {len(given)} rows are not above 0 or vary"],
            "It is Σπ² over all units of the stratum, sampled or not.",
        )
    return first / drawn.sampled


def _read_joint(drawn: Drawn, placed: pl.DataFrame, column: str) -> Real:
    """The matrix over units in code order, from lists in the order in which units first stand in the frame."""
    units = len(drawn.first)
    lists = placed[column].gather(drawn.first)
    remedy = (
        "Every row holds its PSU's joint probabilities with all PSUs, in the order they first stand in the frame."
    )
    if not isinstance(lists.dtype, (pl.List, pl.Array)) or lists.has_nulls():
        raise DesignError([f"column {column!r} (joint) is {lists.dtype}, not filled lists of numbers"], remedy)
    lengths = lists.cast(pl.List(pl.Float64)).list.len()
    if bad := int((lengths != units).sum()):
        raise DesignError([f"column {column!r} (joint): {bad} lists do not have {units} probabilities"], remedy)
    joint = np.array(lists.cast(pl.List(pl.Float64)).to_list(), float)
    order = np.argsort(drawn.first)
    joint = joint[:, np.argsort(order)]
    problems = _doubts(joint, drawn.fraction, column)
    if problems:
        raise DesignError(problems, remedy)
    return np.asarray(1 - np.outer(drawn.fraction, drawn.fraction) / joint) * (1 - np.eye(units)) + np.diag(
        1 - drawn.fraction
    )


def _doubts(joint: Real, own: Real, column: str) -> list[str]:
    if not ((joint > 0) & (joint <= 1 + _TINY)).all():
        return [f"column {column!r} (joint): {int((~(joint > 0)).sum())} values are not above 0 and at most 1"]
    asymmetric = int((np.abs(joint - joint.T) > _TINY).any(axis=1).sum())
    unequal: NDArray[np.bool_] = np.abs(np.diag(joint) - own) > 1e-6 * own
    problems = []
    if asymmetric:
        problems.append(f"column {column!r} (joint): {asymmetric} PSUs differ from what others say of them")
    if unequal.any():
        problems.append(
            f"column {column!r} (joint): {int(unequal.sum())} PSUs' own places are not their probability"
        )
    return problems


def _refuse_negative(variance: Real, design: SurveyDesign) -> None:
    # Both estimators can fall below 0 on an unlucky sample: a figure without a variance, not one with 0.
    if bad := int((variance < -_TINY * np.abs(variance).max(initial=0.0)).sum()):
        raise DesignError(
            [f"pps {design.pps!r} gives {bad} domains a variance below 0"],
            "Take pps='brewer', which is never negative (METHODS 3.10).",
        )
