"""A function of answers and weights, made of every domain and again with other weights."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from analysis.designs.drawn import Real
from analysis.errors import EstimateError
from analysis.models.sampled import Sampled
from analysis.models.split import Split

Figures = float | Mapping[str, float] | Sequence[float] | Real
Statistic = Callable[[pl.DataFrame, Real], Figures]
Influence = Callable[[pl.DataFrame, Real], Real]
NOBODY = "không có trả lời / no answers"
# What a statistic of too few rows raises (a singular matrix is a ValueError); all else is the caller's mistake.
FAILURES = (ArithmeticError, ValueError)


@dataclass(frozen=True)
class Made:
    """``names`` of the figures; ``estimates``: domains × figures, NaN where there is none; ``notes``: why not."""

    names: tuple[str, ...]
    estimates: Real
    notes: tuple[str | None, ...]


@dataclass(frozen=True)
class Maker:
    """A ``statistic`` and the rows of every domain; ``failures``: exceptions that mean "none here"."""

    statistic: Statistic
    rows: tuple[pl.DataFrame, ...]
    weights: tuple[Real, ...]
    failures: tuple[type[Exception], ...]


def prepare(sample: Sampled, split: Split, statistic: Statistic, *, is_split: bool) -> Maker:
    """With domains a failure empties the domain; without it is the caller's to see. METHODS 19.8."""
    rows = tuple(sample.values[part] for part in split.parts)
    weights = tuple(sample.weight_used[part] for part in split.parts)
    return Maker(statistic, rows, weights, FAILURES if is_split else ())


def make_figures(maker: Maker) -> Made:
    """The statistic of every domain; EstimateError for figures that differ in their names. METHODS 19.8."""
    found: dict[int, dict[str, float]] = {}
    notes: list[str | None] = [None if rows.height else NOBODY for rows in maker.rows]
    for domain, (rows, weight) in enumerate(zip(maker.rows, maker.weights, strict=True)):
        if rows.height:
            try:
                with np.errstate(all="ignore"):
                    found[domain] = name_figures(maker.statistic(rows, weight))
            except maker.failures as failure:
                notes[domain] = f"không tính được / cannot be made: {failure}"
    names = tuple(next(iter(found.values()), {}))
    if others := [list(figures) for figures in found.values() if tuple(figures) != names]:
        raise EstimateError(
            [f"the statistic gave {', '.join(others[0])} in {len(others)} domains, {', '.join(names)} in another"],
            "It must give the same figures every time; NaN where there is none.",
        )
    estimates = np.full((len(maker.rows), len(names)), np.nan)
    for domain, figures in found.items():
        estimates[domain] = list(figures.values())
        if bad := [name for name, each in figures.items() if not np.isfinite(each)]:
            notes[domain] = f"không phải số hữu hạn / not a finite number: {', '.join(bad)}"
    return Made(names, np.where(np.isfinite(estimates), estimates, np.nan), tuple(notes))


def make_again(maker: Maker, names: Sequence[str], domain: int, weight: Real) -> Real:
    """The figures of a domain from other weights, NaN where it has none. METHODS 19.8."""
    try:
        with np.errstate(all="ignore"):
            figures = name_figures(maker.statistic(maker.rows[domain], weight))
    except maker.failures:
        return np.full(len(names), np.nan)
    if tuple(figures) != tuple(names):
        raise EstimateError(
            [f"the statistic gave {len(figures)} figures for a replicate, {len(names)} for the sample"],
            "It must give the same figures every time; NaN where there is none.",
        )
    return np.array(list(figures.values()))


def find_influences(maker: Maker, influence: Influence, made: Made, split: Split, used: int) -> Real:
    """Used rows × figures, NaN in domains that have none; EstimateError for another shape. METHODS 19.8."""
    found = np.full((used, len(made.names)), np.nan)
    for rows, weight, part, estimates in zip(maker.rows, maker.weights, split.parts, made.estimates, strict=True):
        if not np.isfinite(estimates).any():
            continue
        try:
            with np.errstate(all="ignore"):
                values = np.asarray(influence(rows, weight), float)
        except maker.failures:
            continue
        if values.size != rows.height * len(made.names) or len(values) != rows.height:
            raise EstimateError(
                [f"influence has shape {values.shape}; {rows.height} rows and {len(made.names)} figures"],
                "Give one number per row and figure.",
            )
        found[part] = values.reshape(rows.height, -1)
    return found


def name_figures(figures: Figures) -> dict[str, float]:
    """Name (or number from 0) → figure. METHODS 19.8."""
    if isinstance(figures, Mapping):
        return {str(name): float(each) for name, each in figures.items()}
    return {str(k): float(each) for k, each in enumerate(np.atleast_1d(np.asarray(figures, float)).ravel())}
