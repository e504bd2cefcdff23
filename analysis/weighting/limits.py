"""Limits of a calibration: of the factor, and of the weight itself, row by row; METHODS 2.8."""

import math
from collections.abc import Sequence

import numpy as np
import polars as pl

from analysis.errors import WeightError
from analysis.weighting.auxiliaries import Cells
from analysis.weighting.distances import DISTANCES
from analysis.weighting.problem import Numbers

Limit = float | str
UNLIMITED: tuple[Limit, Limit] = (-math.inf, math.inf)


def check_choices(
    distance: str,
    bounds: tuple[float, float],
    weight_bounds: tuple[Limit, Limit],
    variance: str | None,
    into: str,
    frame: pl.DataFrame,
) -> None:
    """Raise WeightError with every choice that cannot be. METHODS 2.8."""
    low, high = bounds
    problems = []
    if distance not in DISTANCES:
        problems.append(f"distance is {distance!r}, known: {', '.join(DISTANCES)}")
    if not low < 1 < high:
        problems.append(f"bounds are {low:g} to {high:g}, must lie on both sides of 1 (no change)")
    ends = [limit for limit in weight_bounds if isinstance(limit, str) or math.isfinite(limit)]
    if distance == "logit" and len(ends) < 2 and not (math.isfinite(low) and math.isfinite(high)):
        problems.append(f"bounds are {low:g} to {high:g}, logit needs two finite ones")
    if into in frame.columns:
        problems.append(f"column {into!r} is in the frame already")
    numbers = [limit for limit in weight_bounds if not isinstance(limit, str)]
    if any(math.isnan(limit) for limit in numbers) or (len(numbers) == 2 and not numbers[0] < numbers[1]):
        problems.append(f"weight_bounds are {weight_bounds[0]} to {weight_bounds[1]}, the first must be smaller")
    if variance is not None and variance in frame.columns and frame.schema[variance].is_numeric():
        below = int((frame[variance] <= 0).sum())
        if below:
            problems.append(f"column {variance!r} (variance): {below} of {frame.height} rows are not above 0")
    if problems:
        raise WeightError(problems, "Choose a known distance, bounds like (0.3, 3) and a new name with into=.")


def limit_cells(
    frame: pl.DataFrame,
    cells: Cells,
    weight: str,
    distance: str,
    bounds: tuple[float, float],
    weight_bounds: tuple[Limit, Limit],
) -> tuple[Numbers, Numbers]:
    """Per cell the smallest and largest factor that suit all its rows, whose weights are above 0.

    WeightError where there are none, or none for logit. METHODS 2.8.
    """
    floor = 0.0 if distance in ("raking", "sinh") else -math.inf
    low, high = (np.full(len(cells.matrix), float(limit)) for limit in (max(bounds[0], floor), bounds[1]))
    if tuple(weight_bounds) == UNLIMITED:
        return low, high
    start, of_row = frame[weight].cast(pl.Float64).to_numpy(), cells.of_row
    with np.errstate(over="ignore"):
        lowest, highest = (_read_limit(frame, limit) / start for limit in weight_bounds)
    np.maximum.at(low, of_row, lowest)
    np.minimum.at(high, of_row, highest)
    crossed = (low > high)[of_row]
    strict = ((low >= 1) | (high <= 1))[of_row] & (distance == "logit") & ~crossed
    problems = [
        f"column {weight!r}: {int(rows.sum())} of {len(of_row)} weights {what}"
        for rows, what in (
            (crossed, "have no factor that suits both bounds and weight_bounds"),
            (strict, "are not strictly within weight_bounds, which logit needs"),
        )
        if rows.any()
    ]
    if problems:
        raise WeightError(problems, "Widen bounds or weight_bounds, or choose another distance.")
    return low, high


def say_limits(bounds: tuple[float, float], weight_bounds: tuple[Limit, Limit]) -> str:
    """The limits as messages call them. METHODS 2.8."""
    said = [f"bounds {bounds[0]:g} to {bounds[1]:g}"] if bounds != UNLIMITED or weight_bounds == UNLIMITED else []
    if weight_bounds != UNLIMITED:
        said.append(f"weight_bounds {weight_bounds[0]} to {weight_bounds[1]}")
    return " and ".join(said)


def limit_columns(weight_bounds: Sequence[Limit]) -> list[str]:
    """The columns among the limits of weights. METHODS 2.8."""
    return [limit for limit in weight_bounds if isinstance(limit, str)]


def _read_limit(frame: pl.DataFrame, limit: Limit) -> Numbers:
    if isinstance(limit, str):
        return frame[limit].cast(pl.Float64).to_numpy()
    return np.full(frame.height, float(limit))
