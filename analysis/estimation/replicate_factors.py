"""Replicate weights of a sample that was calibrated afterwards, turned into factors of the calibrated weights."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.design import SurveyDesign
from analysis.designs.reading import check_columns, check_replicates, check_weights
from analysis.errors import EstimateError
from analysis.weighting.auxiliaries import Calibration, read_cells

_SAME = 1e-7  # replicates that meet a total this closely were calibrated to it


def factor_replicates(
    data: pl.DataFrame, design: SurveyDesign, calibrations: Sequence[Calibration]
) -> tuple[pl.DataFrame, SurveyDesign]:
    """Frame and design in which every replicate is a factor: its weight over the start weight.

    So the replicates vary the calibrated weights as they varied the start weights, and their spread, taken over
    residuals, is the variance after calibration. Where a start weight is 0 the factor is 0. EstimateError if the
    replicates meet the totals themselves: then they know about the calibration. METHODS 3.7, 3.11.
    """
    replicates = design.replicates
    assert replicates is not None
    check_columns(data.lazy(), design.columns, {})
    check_weights(data, [design.weight])
    check_replicates(data, replicates)
    if replicates.are_factors:
        return data, design
    start = data[calibrations[0].start].cast(pl.Float64).to_numpy()
    weights = data.select(pl.col(c).cast(pl.Float64) for c in replicates.columns).to_numpy()
    _refuse_calibrated(data, calibrations[0], start, weights)
    with np.errstate(divide="ignore", invalid="ignore"):
        factors = np.where(start[:, None] > 0, weights / start[:, None], 0.0)
    columns = [pl.Series(name, factors[:, r]) for r, name in enumerate(replicates.columns)]
    return data.with_columns(columns), replace(design, replicates=replace(replicates, are_factors=True))


def _refuse_calibrated(
    data: pl.DataFrame, calibration: Calibration, start: NDArray[np.float64], weights: NDArray[np.float64]
) -> None:
    cells = read_cells(data, calibration.counts, calibration.totals, population=calibration.population)
    target = cells.add(data[calibration.weight].cast(pl.Float64).to_numpy()) @ cells.matrix
    if np.allclose(cells.add(start) @ cells.matrix, target, rtol=_SAME):
        return  # nothing had to be changed: whether the replicates were calibrated cannot be told
    met = [np.allclose(cells.add(column) @ cells.matrix, target, rtol=_SAME) for column in weights.T]
    if all(met):
        raise EstimateError(
            ["the replicate weights meet the totals of the calibration themselves: they know about it"],
            "Use estimate_means and its sisters, or name the replicate weights from before the calibration.",
        )
