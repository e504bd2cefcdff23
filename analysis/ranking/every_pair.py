"""The largest studentised difference of each unit from any other, draw by draw, as machine code; METHODS 14.2."""

import numpy as np
from numpy.typing import NDArray

from analysis.compiled import compiled
from analysis.ranking.figures import Floats

Mask = NDArray[np.bool_]
_AT_ONCE = 256  # draws whose figures stay near the core


def largest_differences(noise: Floats, errors: Floats, above: Mask, below: Mask, *, joint: bool) -> Floats:
    """draws × units; ``joint``: draws × 1, over all units.

    ``noise``: draws × units; ``errors``: of the differences, units × units. ``above[j, k]``, ``below[j, k]``:
    whether "j lies above k", "below k" counts; with ``joint`` above[k, j] is below[j, k]. METHODS 14.2.
    """
    inverse = np.divide(1.0, errors, out=np.zeros_like(errors), where=errors > 0)
    found = np.empty((len(noise), 1 if joint else noise.shape[1]))
    for start in range(0, len(noise), _AT_ONCE):
        figures = np.ascontiguousarray(noise[start : start + _AT_ONCE].T)
        found[start : start + _AT_ONCE] = _largest(figures, inverse * above, inverse * below, joint).T
    return found


@compiled
def _largest(figures: Floats, above: Floats, below: Floats, joint: bool) -> Floats:
    units, draws = figures.shape
    found = np.zeros((1 if joint else units, draws))
    for j in range(units):
        own = found[0 if joint else j]
        for k in range(j + 1 if joint else 0, units):
            up, down = above[j, k], below[j, k]
            if up == 0 and down == 0:
                continue
            for d in range(draws):  # many draws of one pair: the core compares several at a time
                apart = figures[j, d] - figures[k, d]
                own[d] = max(own[d], max(apart * up, -apart * down))
    return found
