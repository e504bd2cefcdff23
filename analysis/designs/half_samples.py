"""Half-samples of strata: balanced (BRR, Fay), one for each stratum (JK2), and successive differences."""

import numpy as np
from numpy.typing import NDArray

from analysis.designs.drawn import Drawn, Real, Whole
from analysis.designs.hadamard import find_hadamard
from analysis.errors import DesignError

_SHIFT = 2.0**-1.5  # Fay and Train: rows of ±1 become changes of 0 and ±0.71


def split_strata(drawn: Drawn, seed: int | None) -> Whole:
    """Per unit: the half of its stratum, 1 or −1; 0 where it is alone. METHODS 3.11.

    With a seed the units of every stratum are shuffled and cut in the middle, the smaller half being 1; without,
    strata must hold two units, and the first in order of label is 1.
    """
    _refuse_other_than_pairs(drawn, seed)
    random = None if seed is None else np.random.default_rng(seed)
    sides = np.zeros(len(drawn.first), np.int64)
    for stratum in np.flatnonzero(drawn.sampled > 1):
        units = np.flatnonzero(drawn.stratum == stratum)
        ordered = units if random is None else random.permutation(units)
        half = len(units) // 2
        sides[ordered[:half]], sides[ordered[half:]] = 1, -1
    return sides


def is_paired(drawn: Drawn) -> bool:
    """Whether every half is one unit. METHODS 3.11."""
    return bool((drawn.sampled <= 2).all())


def balance_halves(drawn: Drawn, sides: Whole, fay: float) -> Real:
    """Units × replicates: halves as the columns of a Hadamard matrix say, moved by 1 − ρ. METHODS 3.11."""
    moves = _moves(drawn, sides) * (1 - fay)
    if (lowest := float((1 - np.abs(moves)).min(initial=1.0))) < 0:
        odd = int((drawn.sampled % 2 == 1)[drawn.sampled > 1].sum())
        raise DesignError(
            [f"{odd} strata have an odd number of PSUs: the larger half would have factors of {lowest:.3g}"],
            "Take kind='Fay' with fay=0.3 or more, kind='JK2', 'JKn' or 'bootstrap'.",
        )
    # The first column of ones would put the same half of its stratum into every replicate.
    signs = find_hadamard(len(drawn.sampled) + 1)[:, 1:]
    return np.asarray(1 + moves[:, None] * signs[:, drawn.stratum].T)


def drop_halves(drawn: Drawn, sides: Whole) -> Real:
    """Units × replicates, one for each stratum that can be halved: its half −1 left out, or where halves differ in
    size made smaller. METHODS 3.11."""
    strata = np.flatnonzero(np.bincount(drawn.stratum, np.abs(sides)) > 0)
    if len(strata) < 2:
        raise DesignError(
            [f"{len(strata)} strata have two PSUs or more, and each is one replicate"],
            "Take kind='JK1', 'JKn' or 'bootstrap'.",
        )
    moves = _moves(drawn, sides)
    return np.asarray(np.where(drawn.stratum[:, None] == strata[None, :], 1 + moves[:, None], 1.0))


def difference_neighbours(drawn: Drawn, correction: Real) -> Real:
    """Units × replicates: every unit against the next of its stratum in order of the rows, the last against the
    first; each stratum a circle of its own. METHODS 3.11."""
    units = len(drawn.first)
    order = np.lexsort((drawn.first, drawn.stratum))
    of_stratum = drawn.stratum[order]
    is_last = np.append(of_stratum[1:] != of_stratum[:-1], True)
    start = np.searchsorted(of_stratum, of_stratum)
    follower = np.where(is_last, start, np.arange(units) + 1)
    signs = find_hadamard(units + 1)[:, 1 : units + 1].T
    factors = np.ones((units, signs.shape[1]))
    changed = _SHIFT * np.sqrt(correction[order])[:, None] * (signs - signs[np.minimum(follower, units - 1)])
    factors[order] += changed
    return factors


def _moves(drawn: Drawn, sides: Whole) -> Real:
    """Change of the factor when half 1 is chosen: √((n−m)/m) for its m units, −√(m/(n−m)) for the others."""
    n = drawn.sampled[drawn.stratum]
    first = np.bincount(drawn.stratum, sides == 1, len(drawn.sampled))[drawn.stratum]
    with np.errstate(divide="ignore"):
        ratio = np.sqrt(np.where(sides == 0, 0.0, (n - first) / np.maximum(first, 1)))
        return np.where(sides == 1, ratio, np.where(sides == -1, -1 / ratio, 0.0))


def _refuse_other_than_pairs(drawn: Drawn, seed: int | None) -> None:
    wrong: NDArray[np.bool_] = drawn.sampled != 2
    if seed is None and wrong.any():
        first = drawn.label[int(np.argmax(wrong))]
        raise DesignError(
            [f"{int(wrong.sum())} of {len(wrong)} strata do not have two PSUs, first {first!r}"],
            "Give a seed: PSUs of a stratum are then put into two groups; or make strata of pairs; or take "
            "kind='JKn' or 'bootstrap'.",
        )
