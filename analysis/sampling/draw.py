"""Draws positions from a list: one function per method, each with its exact inclusion probabilities."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from analysis.sampling.fixed_size import draw_conditional_poisson, draw_sampford, working_chances
from analysis.sampling.randomness import RandomStream

Floats = NDArray[np.float64]
Positions = NDArray[np.int64]
EQUAL = ("srs", "systematic")
PPS = ("pps_systematic", "sampford", "brewer", "max_entropy")
METHODS = (*EQUAL, *PPS)


def draw(probabilities: Floats, method: str, random: RandomStream) -> Positions:
    """Positions drawn from a list with these inclusion probabilities, in the order of drawing.

    Parameters
    ----------
    probabilities
        π_k of 0-1 adding up to a whole number; those of exactly 1 come first and always. For ``srs`` and
        ``systematic`` all others are equal.
    method
        One of METHODS.
    random
        Gives the uniform numbers; nothing else is random.

    References
    ----------
    METHODS 12.5, 12.6.
    """
    certain = np.flatnonzero(probabilities >= 1)
    open_ = np.flatnonzero((probabilities > 0) & (probabilities < 1))
    chances = probabilities[open_]
    n = round(math.fsum(chances))
    if n == 0:
        return certain
    return np.concatenate([certain, open_[DRAWS[method](chances, n, random)]])


def draw_srs(chances: Floats, n: int, random: RandomStream) -> Positions:
    """The ``n`` smallest of one uniform number per unit: every set of ``n`` is as likely as any other.

    METHODS 12.6.
    """
    return random.shuffle(len(chances))[:n]


def draw_systematic(chances: Floats, n: int, random: RandomStream) -> Positions:
    """Units in whose part of the cumulated probabilities u, u+1, u+2 … fall; one random start u. METHODS 12.6."""
    return _hits(systematic_steps(chances, n), random.one())


def systematic_steps(chances: Floats, n: int) -> Floats:
    """0 and the cumulated probabilities; the last is exactly ``n``. METHODS 12.6."""
    steps = np.concatenate([[0.0], np.cumsum(chances)])  # cumsum adds one by one, alike on every platform
    steps[-1] = n
    return np.minimum(steps, n)


def _hits(steps: Floats, start: float) -> Positions:
    hits = np.searchsorted(steps, start + np.arange(round(steps[-1])), side="right") - 1
    return np.minimum(hits, len(steps) - 2)  # a start just below 1 may be rounded up to n


def draw_brewer(chances: Floats, n: int, random: RandomStream) -> Positions:
    """One after another, with Brewer's (1975) probabilities for each draw; METHODS 12.6."""
    drawn: list[int] = []
    open_ = np.ones(len(chances), dtype=bool)
    for step, uniform in enumerate(random.take(n)):
        left = n - math.fsum(chances[drawn])
        steps = np.cumsum(np.where(open_, brewer_weights(chances, left, n - step), 0.0))
        hit = int(np.searchsorted(steps, uniform * steps[-1], side="right"))
        position = min(hit, int(np.flatnonzero(open_)[-1]))  # the product may be rounded up to the last step
        drawn.append(position)
        open_[position] = False
    return np.array(drawn, dtype=np.int64)


def brewer_weights(chances: Floats, left: float, draws: int) -> Floats:
    """π(a−π)/(a−rπ): chances of one draw with ``draws`` (r) to come and probability ``left`` (a) not yet used.

    METHODS 12.6.
    """
    if draws == 1:
        return chances.copy()
    return np.asarray(chances * (left - chances) / (left - draws * chances), dtype=float)


def draw_max_entropy(chances: Floats, n: int, random: RandomStream) -> Positions:
    """Conditional Poisson sampling whose working chances give these inclusion probabilities. METHODS 12.6."""
    return draw_conditional_poisson(working_chances(chances, n), n, random)


DRAWS: dict[str, Callable[[Floats, int, RandomStream], Positions]] = {
    "srs": draw_srs,
    "systematic": draw_systematic,
    "pps_systematic": draw_systematic,
    "sampford": draw_sampford,
    "brewer": draw_brewer,
    "max_entropy": draw_max_entropy,
}
