"""Takes out of linear values what a calibration has fixed, so that their variance knows about it; METHODS 3.7."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import linalg

from analysis.errors import WeightError
from analysis.weighting.auxiliaries import Calibration, name_problems, read_auxiliaries

Numbers = NDArray[np.float64]
REGRESSIONS = ("start", "equal", "calibrated")
_RANK = 1e-10  # columns of the auxiliaries smaller than this, after those before, follow from them


@dataclass(frozen=True)
class Step:
    """One calibration of the sample: orthonormal ``basis`` of √q·x, ``root`` = √q, its weights; all by row."""

    basis: Numbers
    root: Numbers
    weights: Numbers


def read_steps(frame: pl.DataFrame, calibrations: Sequence[Calibration], *, regression: str) -> tuple[Step, ...]:
    """The calibrations of a sample, first to last, ready for ``take_out``; WeightError names what is missing."""
    problems = [
        f"regression is {regression!r}, known: {', '.join(REGRESSIONS)}"
        for _ in range(1)
        if regression not in REGRESSIONS
    ]
    for k, each in enumerate(calibrations):
        problems += name_problems(
            frame, weights=[each.start, each.weight], counts=each.counts, totals=each.totals, negative=True
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
    sides = read_auxiliaries(
        frame, calibration.counts, calibration.totals, population=calibration.population
    ).matrix
    by = {"start": start, "calibrated": weights, "equal": (start > 0).astype(float)}[regression]
    root = np.sqrt(np.maximum(by, 0.0))
    scaled = sides * root[:, None]
    size = np.sqrt((scaled**2).sum(axis=0))
    basis, upper, _ = linalg.qr(scaled[:, size > 0] / size[size > 0], mode="economic", pivoting=True)
    rank = int((np.abs(np.diag(upper)) > _RANK).sum())
    return Step(np.ascontiguousarray(basis[:, :rank]), root, weights)


def take_out(totals: Numbers, steps: Sequence[Step]) -> Numbers:
    """Columns of weighted linear values (one row per row of the sample) with their regression on the auxiliaries
    taken out, the last calibration first: w·(e − x·B), e the value per calibrated weight. METHODS 3.7."""
    left = totals
    for step in reversed(steps):
        used = (step.weights != 0) & (step.root > 0)
        scale = np.where(used, step.root / np.where(used, step.weights, 1.0), 0.0)[:, None]
        scaled = left * scale
        for _ in range(2):  # the second projection removes what rounding left in the first
            scaled = scaled - step.basis @ (step.basis.T @ scaled)
        left = np.where(scale > 0, scaled / np.where(scale != 0, scale, 1.0), left)
    return left
