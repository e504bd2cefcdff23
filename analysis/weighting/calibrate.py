"""Calibration: the weights nearest to the old ones that meet known totals; METHODS 2.8."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from analysis.errors import WeightError
from analysis.weighting.auxiliaries import (
    Auxiliaries,
    Calibration,
    Margin,
    known_levels,
    margin_columns,
    margin_name,
    read_auxiliaries,
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
        is what ``rake`` gives) or ``logit`` (smooth, strictly within ``bounds``).
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
    used = data.filter(pl.col(weight) > 0)
    cells = _join_rows(used, weight, [*margins], [*numbers])
    sides = read_auxiliaries(cells, margins, numbers, population=population is not None)
    targets = _targets(sides, margins, numbers, population)
    problem = Problem(sides.matrix, cells[_WEIGHT].to_numpy(), targets, sides.labels, distance, *limits)
    refuse_unreachable(problem)
    factors, rounds = solve(problem, tolerance=tolerance, max_rounds=max_rounds)
    weighted = _weigh_rows(data, cells, weight, into, factors)
    _refuse_negative(weighted, into, allow_negative)
    calibration = Calibration(weight, into, tuple(margins), tuple(numbers), population is not None)
    table = _list_margins(weighted, calibration, sides, targets)
    return Calibrated(weighted, calibration, table, (float(factors.min()), float(factors.max())), rounds)


_WEIGHT = " weight"
_CELL = " cell"


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
    return (max(low, 0.0), high) if distance == "raking" else (low, high)


def _join_rows(frame: pl.DataFrame, weight: str, margins: list[Margin], numbers: list[str]) -> pl.DataFrame:
    """One row per combination of values: rows that are alike get the same factor, so they are solved once."""
    names = list(dict.fromkeys([column for margin in margins for column in margin_columns(margin)] + numbers))
    weights = pl.col(weight).cast(pl.Float64).sum().alias(_WEIGHT)
    if not names:
        return frame.select(weights)
    return frame.group_by(names, maintain_order=True).agg(weights)


def _targets(
    sides: Auxiliaries,
    margins: Mapping[Margin, Mapping[str, float]],
    numbers: Mapping[str, float],
    population: float | None,
) -> Numbers:
    by_name = {margin_name(margin): levels for margin, levels in margins.items()}
    counts = [by_name[variable][level] for variable, level in sides.labels if level is not None]
    return np.array([*counts, *numbers.values(), *([] if population is None else [population])], dtype=float)


def _weigh_rows(
    frame: pl.DataFrame, cells: pl.DataFrame, weight: str, into: str, factors: Numbers
) -> pl.DataFrame:
    names = [column for column in cells.columns if column != _WEIGHT]
    if not names:
        return frame.with_columns((pl.col(weight).cast(pl.Float64) * float(factors[0])).alias(into))
    of_cell = cells.select(*names, pl.Series(_CELL, factors))
    joined = frame.select(weight, *(n for n in names if n != weight)).join(
        of_cell, on=names, how="left", maintain_order="left"
    )
    # rows of weight 0 may lie in cells nobody else is in
    return frame.with_columns((joined[weight].cast(pl.Float64) * joined[_CELL].fill_null(1.0)).alias(into))


def _refuse_negative(frame: pl.DataFrame, into: str, allowed: bool) -> None:
    below = frame.filter(pl.col(into) < 0)
    if below.height and not allowed:
        lowest = float(below[into].to_numpy().min())
        raise WeightError(
            [f"{below.height} of {frame.height} weights became negative, the lowest {lowest:.6g}"],
            "Choose distance='raking' or 'logit', or bounds=(0.1, 10); join levels with few responses.",
        )


def _list_margins(
    frame: pl.DataFrame, calibration: Calibration, sides: Auxiliaries, targets: Numbers
) -> pl.DataFrame:
    """Sums over the rows themselves, not over the cells that were solved."""
    used = frame.filter(pl.col(calibration.start) > 0)
    matrix = read_auxiliaries(
        used, calibration.counts, calibration.totals, population=calibration.population
    ).matrix
    columns = (used[column].cast(pl.Float64).to_numpy() for column in (calibration.start, calibration.weight))
    before, after = (weights @ matrix for weights in columns)
    return pl.DataFrame(
        {
            "variable": [variable for variable, _ in sides.labels],
            "level": [level for _, level in sides.labels],
            "target": targets,
            "before": before,
            "after": after,
            "off": (after - targets) / np.where(targets == 0, 1.0, np.abs(targets)),
        },
        schema=MARGINS,
    )
