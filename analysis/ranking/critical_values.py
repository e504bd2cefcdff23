"""How far apart two figures must be, in standard errors, when all pairs are compared at once; METHODS 14.2."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.ranking.every_pair import largest_differences
from analysis.ranking.figures import Figures, Floats, draw_errors

Mask = NDArray[np.bool_]
EVERY_PAIR = 100  # units; above, pairs are bounded in classes of standard error
_CLASSES = 200
_AT_ONCE = 4_000_000  # numbers held at once


@dataclass(frozen=True)
class Kept:
    """Hypotheses not yet rejected: ``not_better[j, k]``: θj ≤ θk; ``not_worse[j, k]``: θk ≤ θj."""

    not_better: Mask
    not_worse: Mask


def difference_errors(figures: Figures, rows: slice = slice(None)) -> Floats:
    """Standard errors of the differences of ``rows`` from all units; 0 to itself, and where one is certain.

    METHODS 14.2.
    """
    if figures.covariance is None:
        squared = figures.error[rows, None] ** 2 + figures.error**2
    else:
        diagonal = np.diag(figures.covariance)
        squared = np.maximum(diagonal[rows, None] + diagonal - 2 * figures.covariance[rows], 0)
    return np.sqrt(squared)


def critical_values(
    figures: Figures, *, confidence: float, draws: int, seed: int, joint: bool, kept: Kept | None = None
) -> Floats:
    """The critical value of every unit's comparisons, all the same if ``joint``. METHODS 14.2.

    The smallest draw that at least ``confidence`` of ``draws`` + 1 do not exceed: never too small by simulation
    alone. ``kept`` narrows the family to hypotheses still standing (at most EVERY_PAIR units, or a covariance).
    """
    rng = np.random.default_rng(seed)
    p = len(figures.score)
    exact = p <= EVERY_PAIR or figures.covariance is not None
    dependent = figures.covariance is not None
    chunk = max(1, _AT_ONCE // (p if dependent else p * (p if exact else _CLASSES)))
    errors = difference_errors(figures) if dependent else np.empty((0, 0))
    family = (np.ones((p, p), bool),) * 2 if kept is None else (kept.not_better, kept.not_worse)
    maxima = []
    for start in range(0, draws, chunk):
        noise, factor = draw_errors(figures, rng, min(chunk, draws - start))
        if figures.covariance is not None:
            largest = largest_differences(noise, errors, *family, joint=joint) / factor[:, :1]  # one for all units
        elif exact:
            largest = _every_pair(figures, noise, factor, kept)
        else:
            largest = _in_classes(figures, noise, factor, joint)
        maxima.append(largest.max(axis=1, keepdims=True) if joint else largest)
    ordered = np.sort(np.concatenate(maxima), axis=0)
    place = min(draws, int(np.ceil((draws + 1) * confidence))) - 1
    return np.broadcast_to(ordered[place], (p,)).copy()


def _every_pair(figures: Figures, noise: Floats, factor: Floats, kept: Kept | None) -> Floats:
    """draws × units: the largest studentised difference of each of some independent units from any other."""
    reported = (figures.error * factor) ** 2
    errors = np.sqrt(reported[:, :, None] + reported[:, None, :])
    apart = noise[:, :, None] - noise[:, None, :]
    apart = np.divide(apart, errors, out=np.zeros_like(apart), where=np.broadcast_to(errors > 0, apart.shape))
    if kept is None:
        return np.abs(apart).max(axis=2)
    above = np.where(kept.not_better, apart, 0.0).max(axis=2)
    return np.maximum(above, np.where(kept.not_worse, -apart, 0.0).max(axis=2))


def _in_classes(figures: Figures, noise: Floats, factor: Floats, joint: bool) -> Floats:
    """An upper bound of the same, a few percent above: each class counts with its smallest standard error."""
    largest = np.empty((len(noise), 1 if joint else noise.shape[1]))
    for draw, errors in enumerate(noise):
        reported = figures.error * factor[draw if len(factor) > 1 else 0]
        low, high = np.log(reported.min()), np.log(reported.max())
        width = max(high - low, 1e-12)
        classes = np.minimum((np.log(reported) - low) / width * _CLASSES, _CLASSES - 1).astype(int)
        order = np.argsort(classes, kind="stable")
        starts = np.flatnonzero(np.diff(classes[order], prepend=-1))
        top = np.maximum.reduceat(errors[order], starts)
        bottom = np.minimum.reduceat(errors[order], starts)
        least = np.minimum.reduceat(reported[order], starts) ** 2
        if joint:
            largest[draw] = ((top[:, None] - bottom) / np.sqrt(least[:, None] + least)).max()
        else:
            far = np.maximum(top - errors[:, None], errors[:, None] - bottom)
            largest[draw] = (far / np.sqrt(reported[:, None] ** 2 + least)).max(axis=1)
    return largest
