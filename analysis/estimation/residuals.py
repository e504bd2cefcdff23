"""Takes out of linear values what a calibration has fixed, so that their variance knows about it; METHODS 3.7."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.errors import WeightError
from analysis.weighting.auxiliaries import (
    Calibration,
    Cells,
    join_clusters,
    name_problems,
    read_cells,
    read_variances,
)

Numbers = NDArray[np.float64]
REGRESSIONS = ("start", "equal", "calibrated")
_RANK = 1e-12  # directions of the auxiliaries shorter than this follow from the others
_PASSES = 3  # each removes what rounding left in the one before


@dataclass(frozen=True)
class Step:
    """One calibration of the sample: its ``cells``, the ``weights`` it gave and those of the ``regression``, by
    row, over the variances if the calibration had some; ``solver``: S·Sᵀ = (Σ q·x·xᵀ)⁺, q those weights."""

    cells: Cells
    weights: Numbers
    regression: Numbers
    solver: Numbers


def read_steps(frame: pl.DataFrame, calibrations: Sequence[Calibration], *, regression: str) -> tuple[Step, ...]:
    """The calibrations of a sample, first to last, ready for ``take_out``; WeightError names what is missing.

    METHODS 3.7.
    """
    problems = [
        f"regression is {regression!r}, known: {', '.join(REGRESSIONS)}"
        for _ in range(1)
        if regression not in REGRESSIONS
    ]
    for k, each in enumerate(calibrations):
        problems += name_problems(
            frame,
            weights=[each.start, each.weight],
            counts=each.counts,
            totals=[*each.totals, *([] if each.variance is None else [each.variance])],
            filled=each.alike,
            negative=True,
        )
        if k and calibrations[k - 1].weight != each.start:
            problems.append(
                f"calibration {k + 1} starts from {each.start!r}, the one before ended in "
                f"{calibrations[k - 1].weight!r}"
            )
    if not calibrations:
        problems.append("no calibration was named")
    if problems:
        raise WeightError(
            list(dict.fromkeys(problems)),
            "Estimate from the frame that calibrate gave, whole; its start weights and margins must be in it.",
        )
    return tuple(_read_step(frame, each, regression) for each in calibrations)


def _read_step(frame: pl.DataFrame, calibration: Calibration, regression: str) -> Step:
    start, weights = (
        frame[column].cast(pl.Float64).to_numpy() for column in (calibration.start, calibration.weight)
    )
    cells = read_cells(frame, calibration.counts, calibration.totals, population=calibration.population)
    if calibration.alike:
        cells = join_clusters(frame, cells, calibration.alike, start)
    by = {"start": start, "calibrated": weights, "equal": (start > 0).astype(float)}[regression]
    by = np.maximum(by, 0.0) / read_variances(frame, calibration.variance, calibration.alike, start)
    counted = cells.add(by)
    # Columns are brought to length 1, so that what is small is small because it follows from the others.
    size = np.sqrt(counted @ cells.matrix**2)
    scale = np.divide(1.0, size, out=np.zeros_like(size), where=size > 0)
    gram = (cells.matrix * counted[:, None]).T @ cells.matrix * np.outer(scale, scale)
    values, vectors = np.linalg.eigh(gram)
    kept = values > _RANK * values[-1]
    return Step(cells, weights, by, scale[:, None] * vectors[:, kept] / np.sqrt(values[kept]))


def take_out(totals: Numbers, steps: Sequence[Step]) -> Numbers:
    """Columns of weighted linear values (one row per row of the sample) with their regression on the auxiliaries
    taken out, the last calibration first: w·(e − x·B), e the value per calibrated weight. METHODS 3.7."""
    left = totals
    for step in reversed(steps):
        has_weight = step.weights != 0
        weights = np.where(has_weight, step.weights, 1.0)[:, None]
        values = left / weights
        for _ in range(_PASSES):
            values = values - _predict(values, step)
        left = np.where(has_weight[:, None], values * weights, left)
    return left


def _predict(values: Numbers, step: Step) -> Numbers:
    """x·B of every row, for every column of ``values``."""
    cells = step.cells
    sums = np.column_stack([cells.add(step.regression * column) for column in values.T])
    slopes = step.solver @ (step.solver.T @ (cells.matrix.T @ sums))
    return np.asarray((cells.matrix @ slopes)[cells.of_row])
