"""Calibration: the weights nearest to the old ones that meet known totals; METHODS 2.8."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from analysis.errors import WeightError
from analysis.weighting.auxiliaries import (
    Calibration,
    Cells,
    Margin,
    known_levels,
    margin_name,
    read_cells,
)
from analysis.weighting.check_margins import refuse_impossible, refuse_unreachable
from analysis.weighting.distances import DISTANCES
from analysis.weighting.problem import Numbers, Problem
from analysis.weighting.solve import solve

MARGINS = {
    "variable": pl.String,
    "level": pl.String,  # null: the total of a number, or of all
    "target": pl.Float64,
    "before": pl.Float64,
    "after": pl.Float64,
    "off": pl.Float64,  # (after − target) / |target|; where the target is 0, after
}


@dataclass(frozen=True)
class Calibrated:
    """``frame``: the rows given, with the new column of weights. ``margins``: one row per level or total, with
    target, sums before and after, and the part still off. ``calibration``: for standard errors (METHODS 3.7).
    ``factors``: smallest and largest new weight over old. ``rounds``: of the solver."""

    frame: pl.DataFrame
    calibration: Calibration
    margins: pl.DataFrame
    factors: tuple[float, float]
    rounds: int

    @property
    def weights(self) -> pl.Series:
        """The new weights, in the order of the frame."""
        return self.frame[self.calibration.weight]

    @property
    def furthest(self) -> dict[str, object]:
        """The row of ``margins`` that is furthest off."""
        return self.margins.row(int(self.margins["off"].abs().arg_max() or 0), named=True)


def calibrate(
    frame: pl.DataFrame | pl.LazyFrame,
    *,
    weight: str,
    counts: Mapping[Margin, Mapping[object, float]] | None = None,
    totals: Mapping[str, float] | None = None,
    population: float | None = None,
    distance: str = "linear",
    bounds: tuple[float, float] = (-math.inf, math.inf),
    into: str = "weight_calibrated",
    tolerance: float = 1e-10,
    max_rounds: int = 200,
    allow_negative: bool = False,
) -> Calibrated:
    """Weights whose sums meet all totals named, changed as little as ``distance`` allows.

    Parameters
    ----------
    frame
        One row per response of the whole sample; no nulls in the columns named. Rows of weight 0 keep 0.
    weight
        Column of the weights to start from, >= 0.
    counts
        Margin → level → number in the population. A margin is a column, or a tuple of columns taken together
        with tuples as levels; levels are compared as text. One margin alone is post-stratification.
    totals
        Number column → its total in the population.
    population
        Sum of all weights; only needed without ``counts``.
    distance
        ``linear`` (closed form; may give negative weights), ``raking`` (factors above 0; with margins only it
        is what ``rake`` gives), ``logit`` (smooth, strictly within ``bounds``) or ``sinh`` (factors above 0, a
        factor and its inverse equally far: high ones grow more slowly than with raking).
    bounds
        Smallest and largest factor new / old weight, low < 1 < high. ``logit`` needs both to be finite.
    into
        Name of the new column.
    tolerance
        Largest relative difference left in any total; every one is checked on the rows given.
    allow_negative
        Keep negative weights of ``linear`` instead of refusing them; estimates refuse them later.

    Returns
    -------
    Calibrated
        ``frame``, ``margins``, ``calibration``, ``furthest``. Weights in the unit of the totals.

    Raises
    ------
    WeightError
        All at once: columns absent or with nulls, levels without responses or without a count, grand totals
        that differ, totals that contradict each other, totals no factor within ``bounds`` can reach.
    CalibrationFailed
        The totals can be met one by one and not together: names the one furthest off and, where it can be
        found, the bounds that would do.

    Notes
    -----
    Silently wrong when totals are not those of the population the sample was drawn from (another date, another
    definition of a level). Silently noisy with many totals for few responses: look at ``factors`` and
    ``kish_design_effect``.

    References
    ----------
    METHODS 2.8; Deville and Särndal (1992), JASA 87. Checked against R survey 4.5 (p09, p10, p11).

    Examples
    --------
    >>> sample = pl.DataFrame({"sex": ["f", "f", "m"], "w": [1.0, 1.0, 1.0]})
    >>> calibrate(sample, weight="w", counts={"sex": {"f": 60, "m": 50}}).weights.to_list()
    [30.0, 30.0, 50.0]
    """
    data = frame.lazy().collect()
    margins, numbers = known_levels(counts or {}), dict(totals or {})
    limits = _check_choices(distance, bounds, into, data.columns)
    refuse_impossible(data, weight, margins, numbers, population)
    has_weight = (data[weight] > 0).to_numpy()
    start = data[weight].cast(pl.Float64).to_numpy()
    cells = read_cells(data.filter(has_weight), margins, numbers, population=population is not None)
    targets = _targets(cells, margins, numbers, population)
    before = cells.add(start[has_weight])
    problem = Problem(cells.matrix, before, targets, cells.labels, distance, *limits)
    refuse_unreachable(problem)
    factors, rounds = solve(problem, tolerance=tolerance, max_rounds=max_rounds)
    weights = start.copy()
    weights[has_weight] *= factors[cells.of_row]
    _refuse_negative(weights, allow_negative)
    calibration = Calibration(weight, into, tuple(margins), tuple(numbers), population is not None)
    return Calibrated(
        data.with_columns(pl.Series(into, weights)),
        calibration,
        _list_margins(problem, cells.add(weights[has_weight])),
        (float(factors.min()), float(factors.max())),
        rounds,
    )


def _check_choices(
    distance: str, bounds: tuple[float, float], into: str, columns: list[str]
) -> tuple[float, float]:
    low, high = bounds
    problems = []
    if distance not in DISTANCES:
        problems.append(f"distance is {distance!r}, known: {', '.join(DISTANCES)}")
    if not low < 1 < high:
        problems.append(f"bounds are {low:g} to {high:g}, must lie on both sides of 1 (no change)")
    if distance == "logit" and not (math.isfinite(low) and math.isfinite(high)):
        problems.append(f"bounds are {low:g} to {high:g}, logit needs two finite ones")
    if into in columns:
        problems.append(f"column {into!r} is in the frame already")
    if problems:
        raise WeightError(problems, "Choose a known distance, bounds like (0.3, 3) and a new name with into=.")
    return (max(low, 0.0), high) if distance in ("raking", "sinh") else (low, high)


def _targets(
    cells: Cells,
    margins: Mapping[Margin, Mapping[str, float]],
    numbers: Mapping[str, float],
    population: float | None,
) -> Numbers:
    by_name = {margin_name(margin): levels for margin, levels in margins.items()}
    counts = [by_name[variable][level] for variable, level in cells.labels if level is not None]
    return np.array([*counts, *numbers.values(), *([] if population is None else [population])], dtype=float)


def _refuse_negative(weights: Numbers, allowed: bool) -> None:
    below = weights < 0
    if below.any() and not allowed:
        raise WeightError(
            [f"{below.sum()} of {len(weights)} weights became negative, the lowest {weights.min():.6g}"],
            "Choose distance='raking' or 'logit', or bounds=(0.1, 10); join levels with few responses.",
        )


def _list_margins(problem: Problem, weights: Numbers) -> pl.DataFrame:
    """What the new weights of the rows, added up in every cell, make of each total."""
    before, after = problem.start @ problem.matrix, weights @ problem.matrix
    targets = problem.targets
    return pl.DataFrame(
        {
            "variable": [variable for variable, _ in problem.labels],
            "level": [level for _, level in problem.labels],
            "target": targets,
            "before": before,
            "after": after,
            "off": (after - targets) / np.where(targets == 0, 1.0, np.abs(targets)),
        },
        schema=MARGINS,
    )
