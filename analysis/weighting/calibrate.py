"""Calibration: the weights nearest to the old ones that meet known totals; METHODS 2.8."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from analysis.errors import WeightError
from analysis.weighting.auxiliaries import (
    Calibration,
    Cells,
    Margin,
    join_clusters,
    known_levels,
    margin_name,
    read_cells,
    read_variances,
)
from analysis.weighting.check_margins import refuse_impossible, refuse_unreachable
from analysis.weighting.limits import (
    UNLIMITED,
    Limit,
    check_choices,
    limit_cells,
    limit_columns,
    say_limits,
)
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
    weight_bounds: tuple[Limit, Limit] = (-math.inf, math.inf),
    variance: str | None = None,
    alike: str | Sequence[str] = (),
    totals_of: str = "population",
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
    weight_bounds
        Smallest and largest new weight: numbers, or columns of them (R's ``bounds.const``). Both kinds of bounds
        hold together. A weight that starts outside is brought inside; ``logit`` refuses it.
    variance
        Column > 0: the factor follows x·λ / variance, so that where it is large a weight changes little. With one
        number column as only total and as variance this is the ratio estimator (R's ``variance``).
    alike
        Column or columns that name clusters in which all weights are changed by the same factor (R's
        ``aggregate.stage``). Labels that mean different clusters in different strata need the stratum, too.
    totals_of
        ``population``, or ``first_phase``: the totals are sums of a first phase by its own weights. METHODS 3.13.
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
        that differ, totals that contradict each other, totals no factor within the bounds can reach.
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

    Nobody is to stand for fewer than 20 or more than 40 (without bounds the first would for 18.9):

    >>> people = pl.DataFrame({"visits": [1.0, 2.0, 4.0], "w": [10.0, 20.0, 30.0]})
    >>> known = {"population": 80.0, "totals": {"visits": 200.0}}
    >>> calibrate(people, weight="w", **known, weight_bounds=(20, 40)).weights.round(6).to_list()
    [20.0, 30.0, 30.0]
    """
    data = frame.lazy().collect()
    margins, numbers = known_levels(counts or {}), dict(totals or {})
    clusters = (alike,) if isinstance(alike, str) else tuple(alike)
    further = [*limit_columns(weight_bounds), *([] if variance is None else [variance])]
    check_choices(distance, bounds, weight_bounds, variance, into, data)
    refuse_impossible(data, weight, margins, numbers, population, further, clusters)
    calibration = Calibration(
        weight,
        into,
        tuple(margins),
        tuple(numbers),
        population is not None,
        variance,
        clusters,
        totals_of=totals_of,
    )
    has_weight = (data[weight] > 0).to_numpy()
    start = data[weight].cast(pl.Float64).to_numpy()
    problem, cells = _pose(
        data.filter(has_weight), calibration, margins, numbers, population, distance, bounds, weight_bounds
    )
    refuse_unreachable(problem)
    factors, rounds = solve(problem, tolerance=tolerance, max_rounds=max_rounds)
    weights = start.copy()
    weights[has_weight] *= factors[cells.of_row]
    _refuse_negative(weights, allow_negative)
    return Calibrated(
        data.with_columns(pl.Series(into, weights)),
        calibration,
        _list_margins(problem, cells.add(weights[has_weight])),
        (float(factors.min()), float(factors.max())),
        rounds,
    )


def _pose(
    frame: pl.DataFrame,
    calibration: Calibration,
    margins: Mapping[Margin, Mapping[str, float]],
    numbers: Mapping[str, float],
    population: float | None,
    distance: str,
    bounds: tuple[float, float],
    weight_bounds: tuple[Limit, Limit],
) -> tuple[Problem, Cells]:
    """The calibration of the rows with a weight as numbers, and which cell every row is in."""
    weight, clusters = calibration.start, calibration.alike
    # Rows are solved as one where they have the same auxiliaries, variance and limits.
    apart = [*limit_columns(weight_bounds), *([] if calibration.variance is None else [calibration.variance])]
    apart += [weight] if tuple(weight_bounds) != UNLIMITED else []
    cells = read_cells(frame, margins, numbers, population=population is not None, apart=apart)
    start = frame[weight].cast(pl.Float64).to_numpy()
    if clusters:
        cells = join_clusters(frame, cells, clusters, start)
    spread = np.ones(len(cells.matrix))
    if calibration.variance is not None:
        spread[cells.of_row] = read_variances(frame, calibration.variance, clusters, start)
    low, high = limit_cells(frame, cells, weight, distance, bounds, weight_bounds)
    targets = _targets(cells, margins, numbers, population)
    said = say_limits(bounds, weight_bounds)
    return Problem(cells.matrix, cells.add(start), targets, cells.labels, distance, low, high, spread, said), cells


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
