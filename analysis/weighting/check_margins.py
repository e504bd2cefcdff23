"""Refuses, by name and all at once, totals that this sample cannot be calibrated to; METHODS 2.8."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from analysis.errors import WeightError
from analysis.weighting.auxiliaries import Margin, levels_of, margin_columns, margin_name, name_problems
from analysis.weighting.problem import Problem

_AGREE = 1e-9  # grand totals and dependent totals may differ by this part
_NULL = 1e-10  # a direction with less curvature than this is a dependence between the columns


def refuse_impossible(
    frame: pl.DataFrame,
    weight: str,
    margins: Mapping[Margin, Mapping[str, float]],
    numbers: Mapping[str, float],
    population: float | None,
    further: Sequence[str] = (),
    clusters: Sequence[str] = (),
) -> None:
    """Raise WeightError with everything that is wrong about columns, levels and targets; ``further``: columns that
    hold numbers. METHODS 2.8."""
    problems = name_problems(frame, weights=[weight], counts=margins, totals=[*numbers, *further], filled=clusters)
    if not (margins or numbers or population is not None):
        problems.append("no totals are given")
    for name, wanted in [*numbers.items(), *([("population", population)] if population is not None else [])]:
        if not math.isfinite(wanted):
            problems.append(f"{name}: the total {wanted} is not finite")
    if weight in frame.columns and frame.schema[weight].is_numeric():
        used = frame.filter(pl.col(weight) > 0)
        if not used.height:
            problems.append(f"column {weight!r}: none of {frame.height} rows has a weight above 0")
        for margin, levels in margins.items():
            problems += _level_problems(used, weight, margin, levels)
    problems += _grand_total_problems(margins, population)
    if problems:
        raise WeightError(
            problems,
            "Join levels without responses with a neighbour (in the frame and in the counts), give every level "
            "that has responses its count, and take all totals from one source.",
        )


def _level_problems(frame: pl.DataFrame, weight: str, margin: Margin, levels: Mapping[str, float]) -> list[str]:
    name = margin_name(margin)
    problems = [
        f"{name} = {level}: the count {count} is not a number >= 0"
        for level, count in levels.items()
        if not (math.isfinite(count) and count >= 0)
    ]
    if not set(margin_columns(margin)) <= set(frame.columns):
        return problems
    of_row = levels_of(frame, margin)
    present = (
        pl.DataFrame({"level": of_row, "weight": frame[weight]})
        .drop_nulls()
        .group_by("level")
        .agg(pl.len().alias("n"), pl.col("weight").sum())
        .sort("level")
    )
    for level, n, total in present.iter_rows():
        if level not in levels:
            problems.append(f"{name} = {level}: {n} responses (weight {total:.6g}) and no count")
        elif levels[level] == 0:
            problems.append(f"{name} = {level}: {n} responses (weight {total:.6g}) and a count of 0")
    problems += [
        f"{name} = {level}: no responses for a count of {count:.6g}"
        for level, count in levels.items()
        if count > 0 and level not in present["level"]
    ]
    return problems


def _grand_total_problems(margins: Mapping[Margin, Mapping[str, float]], population: float | None) -> list[str]:
    grand = {margin_name(margin): float(sum(levels.values())) for margin, levels in margins.items()}
    if population is not None:
        grand["population"] = population
    if len(grand) < 2 or max(grand.values()) - min(grand.values()) <= _AGREE * max(map(abs, grand.values())):
        return []
    listed = ", ".join(f"{name} {total:.10g}" for name, total in grand.items())
    return [f"grand totals differ by {max(grand.values()) - min(grand.values()):.6g}: {listed}"]


def refuse_unreachable(problem: Problem) -> None:
    """Raise WeightError for totals that contradict each other, or that no factor within bounds can reach.

    METHODS 2.8.
    """
    problems = [*_contradictions(problem), *_out_of_reach(problem)]
    if problems:
        raise WeightError(
            problems,
            "Widen the bounds as far as said, join levels, scale the weights to the population first "
            "(scale_weights), or drop the total.",
        )


def _contradictions(problem: Problem) -> list[str]:
    """Columns that depend on each other have targets that must do so too."""
    scale = np.sqrt(problem.start @ problem.matrix**2)
    zero = scale == 0
    problems = [
        f"{problem.label(j)}: 0 in every response, wanted {problem.targets[j]:.6g}"
        for j in np.flatnonzero(zero & (problem.targets != 0)).tolist()
    ]
    if zero.any():
        return [*problems] or [f"{problem.label(j)}: 0 in every response" for j in np.flatnonzero(zero).tolist()]
    matrix, targets = problem.matrix / scale, problem.targets / scale
    values, vectors = np.linalg.eigh((matrix * problem.start[:, None]).T @ matrix)
    for k in np.flatnonzero(values < _NULL * values[-1]):
        off = vectors[:, k] @ targets
        size = np.abs(vectors[:, k]) @ np.abs(targets)
        if abs(off) > 1e-7 * size:
            involved = [problem.label(j) for j in np.flatnonzero(np.abs(vectors[:, k]) > 0.05).tolist()]
            problems.append(
                f"totals contradict each other by {abs(off) / size:.3g} of their size: {', '.join(involved)}"
            )
    return problems


def _out_of_reach(problem: Problem) -> list[str]:
    """Each total alone: the least and the most that factors within the limits can make of it."""
    problems = []
    slack = 1e-12 * problem.sizes
    for j, wanted in enumerate(problem.targets):
        parts = problem.start * problem.matrix[:, j]
        above, below = float(parts[parts > 0].sum()), float(parts[parts < 0].sum())
        least, most = problem.reach(parts)
        if least - slack[j] <= wanted <= most + slack[j]:
            continue
        reach, limit = (most, "most") if wanted > most else (least, "least")
        needed = ""
        if below == 0 and above > 0 and (problem.high == problem.high[0]).all():
            needed = f"; alone it needs a factor of {wanted / above:.4g}"
        problems.append(
            f"{problem.label(j)}: wanted {wanted:.6g}, but {problem.limits} reach at "
            f"{limit} {reach:.6g}, {abs(wanted - reach):.6g} off{needed}"
        )
    return problems
