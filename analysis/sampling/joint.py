"""Joint inclusion probabilities: how likely two units are to be in the sample together, where that is known."""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.errors import SelectionError
from analysis.sampling.draw import METHODS, brewer_weights, systematic_steps
from analysis.sampling.fixed_size import TOLERANCE, conditional_pairs, sampford_pairs
from analysis.sampling.probabilities import CERTAIN

Floats = NDArray[np.float64]
STATES = 300_000  # sets of drawn units followed one by one for Brewer's method


def joint_probabilities(
    probabilities: pl.Series | Sequence[float] | Floats, method: str = "sampford", *, tolerance: float = TOLERANCE
) -> Floats:
    """Probability of each pair of units to be in the sample together.

    Parameters
    ----------
    probabilities
        π_k of 0-1 as ``inclusion_probabilities`` gives them, adding up to a whole number n. For the systematic
        methods in the order of the list; for ``srs`` and ``systematic`` equal, certain units apart.
    method
        ``srs``, ``systematic``, ``pps_systematic``, ``sampford``, ``brewer`` or ``max_entropy``.
    tolerance
        For ``max_entropy``: where finding the working chances stops. R ``UPmaxentropypi2`` stops at 1e-6: with
        that its digits come back; the default is exact to about 1e-12.

    Returns
    -------
    numpy.ndarray
        N × N, symmetric, π_k on the diagonal; every row of the uncertain part adds up to n·π_k.

    Raises
    ------
    SelectionError
        Probabilities null, outside 0-1 or not adding up to a whole number; unequal ones for equal methods;
        ``brewer`` with more sets of units than can be followed (no formula is known).

    Notes
    -----
    Systematic samples leave pairs with probability 0: no unbiased variance can be computed from one such sample.
    Silently wrong for units of different strata, which are drawn apart: theirs is the product π_k·π_l.

    References
    ----------
    METHODS 12.7; Sampford (1967); Chen, Dempster and Liu (1994). Agrees with R (p23).

    Examples
    --------
    >>> joint_probabilities([0.5, 0.5, 0.5, 0.5], "srs").round(4).tolist()[0]
    [0.5, 0.1667, 0.1667, 0.1667]
    """
    values = probabilities if isinstance(probabilities, pl.Series) else pl.Series(np.asarray(probabilities, float))
    pi = _read(values, method)
    certain, open_ = np.flatnonzero(pi >= CERTAIN), np.flatnonzero((pi > 0) & (pi < CERTAIN))
    joint = np.zeros((len(pi), len(pi)))
    joint[certain] = pi
    joint[:, certain] = pi[:, None]
    chances = pi[open_]
    n = round(math.fsum(chances))
    if n:
        joint[np.ix_(open_, open_)] = _pairs(chances, n, method, tolerance)
    return joint


def _pairs(chances: Floats, n: int, method: str, tolerance: float) -> Floats:
    if method == "srs":
        units = len(chances)
        return _with_diagonal(np.full((units, units), n * (n - 1) / (units * (units - 1))), chances)
    if method in ("systematic", "pps_systematic"):
        return _systematic_pairs(chances, n)
    if n == 1:
        return np.diag(chances)
    if method == "max_entropy":
        return conditional_pairs(chances, n, tolerance)
    if method == "sampford" or n == 2:  # for two units Brewer's method is Sampford's
        return sampford_pairs(chances, n)
    return _brewer_pairs(chances, n)


def _systematic_pairs(chances: Floats, n: int) -> Floats:
    """The start u lies between two neighbouring fractions of the cumulated sums; each part has one sample."""
    steps = systematic_steps(chances, n)
    starts = np.unique(np.concatenate([steps % 1.0, [0.0, 1.0]]))
    joint = np.zeros((len(chances), len(chances)))
    for low, high in pairwise(starts):
        drawn = np.searchsorted(steps, (low + high) / 2 + np.arange(n), side="right") - 1
        joint[np.ix_(drawn, drawn)] += high - low
    return _with_diagonal(joint, chances)


def _brewer_pairs(chances: Floats, n: int) -> Floats:
    """Follows every set of units that may have been drawn so far; the order of drawing does not matter."""
    units = len(chances)
    if sum(math.comb(units, size) for size in range(n + 1)) > STATES:
        raise SelectionError(
            [f"a Brewer sample of {n} from {units} has more than {STATES} sets to follow, and no formula"],
            "Use sampford or max_entropy, whose joint probabilities are exact, or a variance that needs none.",
        )
    sets: dict[tuple[int, ...], float] = {(): 1.0}
    for step in range(n):
        grown: dict[tuple[int, ...], float] = {}
        for drawn, chance in sets.items():
            weights = brewer_weights(chances, n - math.fsum(chances[list(drawn)]), n - step)
            weights[list(drawn)] = 0.0
            weights = chance * weights / math.fsum(weights)
            for unit in np.flatnonzero(weights):
                key = tuple(sorted((*drawn, int(unit))))
                grown[key] = grown.get(key, 0.0) + float(weights[unit])
        sets = grown
    joint = np.zeros((units, units))
    for drawn, chance in sets.items():
        joint[np.ix_(drawn, drawn)] += chance
    return joint


def _with_diagonal(joint: Floats, chances: Floats) -> Floats:
    np.fill_diagonal(joint, chances)
    return joint


def _read(values: pl.Series, method: str) -> Floats:
    name = values.name or "probabilities"
    if method not in METHODS:
        raise SelectionError([f"method is {method!r}"], f"Choose one of {', '.join(METHODS)}.")
    outside = int((values.is_null() | ~values.is_between(0, 1)).fill_null(True).sum())
    if outside or not len(values):
        raise SelectionError(
            [f"column {name!r} is null or outside 0-1 in {outside} of {len(values)} rows"],
            "Give one probability per unit, as inclusion_probabilities does.",
        )
    pi = values.cast(pl.Float64).to_numpy()
    total = math.fsum(pi)
    if abs(total - round(total)) > 1e-6:
        raise SelectionError(
            [f"column {name!r} adds up to {total:.6g} over {len(pi)} rows, not to a whole number"],
            "Compute them with a whole n; samples of fixed size have no others.",
        )
    open_ = pi[(pi > 0) & (pi < CERTAIN)]
    if method in ("srs", "systematic") and len(open_) and np.ptp(open_) > 1e-9:
        raise SelectionError(
            [f"column {name!r} holds unequal probabilities ({len(open_)} rows)"], "Use a PPS method."
        )
    return pi
