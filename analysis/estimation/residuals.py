"""Takes out of linear values what a calibration has fixed, so that their variance knows about it; METHODS 3.7."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.errors import WeightError
from analysis.weighting.auxiliaries import (
    REGRESSIONS,
    Calibration,
    Cells,
    join_clusters,
    name_problems,
    read_cells,
    read_variances,
)

Numbers = NDArray[np.float64]
_SWEEPS = 10  # where R's rake stops, met or not
_RANK = 1e-12  # directions of the auxiliaries shorter than this follow from the others
_PASSES = 3  # each removes what rounding left in the one before


@dataclass(frozen=True)
class Step:
    """One calibration of the sample: its ``cells``, the ``weights`` it gave and those of the ``regression``, by
    row, over the variances if the calibration had some; ``solver``: S·Sᵀ = (Σ q·x·xᵀ)⁺, q those weights;
    ``margins``: first and last column of each, where they are swept one after the other."""

    cells: Cells
    weights: Numbers
    regression: Numbers
    solver: Numbers
    margins: tuple[tuple[int, int], ...] = ()


def read_steps(
    frame: pl.DataFrame,
    calibrations: Sequence[Calibration],
    *,
    regression: str | None,
    may_be_of_first_phase: bool = False,
) -> tuple[Step, ...]:
    """The calibrations of a sample, first to last, ready for ``take_out``; WeightError names what is missing.

    ``regression``: None as each calibration says. METHODS 3.7.
    """
    problems = [
        f"regression is {regression!r}, known: {', '.join(REGRESSIONS)}"
        for _ in range(1)
        if regression is not None and regression not in REGRESSIONS
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
        rule = regression or each.regression
        if rule == "ten_sweeps" and (each.totals or each.population or each.alike or each.variance):
            problems.append(f"calibration {k + 1} has more than counts of margins: ten_sweeps is for raking")
        if k and calibrations[k - 1].weight != each.start:
            problems.append(
                f"calibration {k + 1} starts from {each.start!r}, the one before ended in "
                f"{calibrations[k - 1].weight!r}"
            )
    sources = {each.totals_of for each in calibrations}
    if "first_phase" in sources and not (may_be_of_first_phase and len(sources) == 1):
        problems.append(
            "totals_of is 'first_phase': neither contrasts and models nor a chain with totals of the population "
            "know of it"
        )
    if not calibrations:
        problems.append("no calibration was named")
    if problems:
        raise WeightError(
            list(dict.fromkeys(problems)),
            "Estimate from the frame that calibrate gave, whole; its start weights and margins must be in it.",
        )
    return tuple(_read_step(frame, each, regression or each.regression) for each in calibrations)


def _read_step(frame: pl.DataFrame, calibration: Calibration, regression: str) -> Step:
    start, weights = (
        frame[column].cast(pl.Float64).to_numpy() for column in (calibration.start, calibration.weight)
    )
    cells = read_cells(frame, calibration.counts, calibration.totals, population=calibration.population)
    if calibration.alike:
        cells = join_clusters(frame, cells, calibration.alike, start)
    equal = (start > 0).astype(float)
    by = {"start": start, "calibrated": weights}.get(regression, equal)
    by = np.maximum(by, 0.0) / read_variances(frame, calibration.variance, calibration.alike, start)
    counted = cells.add(by)
    # Columns are brought to length 1, so that what is small is small because it follows from the others.
    size = np.sqrt(counted @ cells.matrix**2)
    scale = np.divide(1.0, size, out=np.zeros_like(size), where=size > 0)
    gram = (cells.matrix * counted[:, None]).T @ cells.matrix * np.outer(scale, scale)
    values, vectors = np.linalg.eigh(gram)
    kept = values > _RANK * values[-1]
    margins = _find_margins(cells) if regression == "ten_sweeps" else ()
    return Step(cells, weights, by, scale[:, None] * vectors[:, kept] / np.sqrt(values[kept]), margins)


def _find_margins(cells: Cells) -> tuple[tuple[int, int], ...]:
    variables = [variable for variable, _ in cells.labels]
    firsts = [k for k, variable in enumerate(variables) if k == 0 or variables[k - 1] != variable]
    return tuple(zip(firsts, [*firsts[1:], len(variables)], strict=True))


def take_out(totals: Numbers, steps: Sequence[Step]) -> Numbers:
    """Columns of weighted linear values (one row per row of the sample) with their regression on the auxiliaries
    taken out, the last calibration first: w·(e − x·B), e the value per calibrated weight. METHODS 3.7."""
    left = totals
    for step in reversed(steps):
        has_weight = step.weights != 0
        weights = np.where(has_weight, step.weights, 1.0)[:, None]
        values = left / weights
        if step.margins:
            values = _sweep(values, step)
        else:
            for _ in range(_PASSES):
                values = values - _predict(values, step)
        left = np.where(has_weight[:, None], values * weights, left)
    return left


def _sweep(values: Numbers, step: Step) -> Numbers:
    """Means of the levels taken off, margin after margin, ten times over."""
    cells = step.cells
    for _ in range(_SWEEPS):
        for first, last in step.margins:
            levels = cells.matrix[:, first:last]
            sums = levels.T @ np.column_stack([cells.add(step.regression * column) for column in values.T])
            counts = levels.T @ cells.add(step.regression)
            values = values - (levels @ (sums / np.where(counts > 0, counts, 1.0)[:, None]))[cells.of_row]
    return values


def _predict(values: Numbers, step: Step) -> Numbers:
    """x·B of every row, for every column of ``values``."""
    cells = step.cells
    sums = np.column_stack([cells.add(step.regression * column) for column in values.T])
    slopes = step.solver @ (step.solver.T @ (cells.matrix.T @ sums))
    return np.asarray((cells.matrix @ slopes)[cells.of_row])
