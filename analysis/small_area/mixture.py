"""Quantiles of mixtures of normals, one mixture an area, as machine code; METHODS 13.4."""

import math

import numpy as np
from scipy import special

from analysis.compiled import compiled
from analysis.small_area.between_areas import Floats

_STEPS = 100
_NEAR = 1e-8  # of the tail: after Newton's next step the error is about the square of that


def mixture_quantiles(weight: Floats, mean: Floats, spread: Floats, p: float) -> Floats:
    """The value below which the part ``p`` of each mixture lies; ``mean``, ``spread``: nodes × areas.

    METHODS 13.4.

    >>> mixture_quantiles(np.array([0.5, 0.5]), np.array([[-1.0], [1.0]]), np.ones((2, 1)), 0.5).round(12) + 0.0
    array([0.])
    """
    return _find(weight, np.ascontiguousarray(mean.T), np.ascontiguousarray(spread.T), p, float(special.ndtri(p)))


@compiled
def _find(weight: Floats, mean: Floats, spread: Floats, p: float, z: float) -> Floats:
    areas, nodes = mean.shape
    found = np.empty(areas)
    for area in range(areas):
        centre, square = 0.0, 0.0
        for k in range(nodes):
            centre += weight[k] * mean[area, k]
        for k in range(nodes):
            square += weight[k] * (spread[area, k] ** 2 + (mean[area, k] - centre) ** 2)
        reach = math.sqrt(square / min(p, 1 - p))  # Cantelli: no quantile lies further out
        low, high, at = centre - reach, centre + reach, centre + z * math.sqrt(square)
        moved = high - low
        for _ in range(_STEPS):
            below, height = 0.0, 0.0
            for k in range(nodes):
                away = (at - mean[area, k]) / spread[area, k]
                below += weight[k] * math.erfc(-away / math.sqrt(2.0)) / 2
                height += weight[k] * math.exp(-away * away / 2) / (spread[area, k] * math.sqrt(2 * math.pi))
            if below < p:
                low = at
            else:
                high = at
            # Newton's step where it stays inside and gets shorter, else the middle
            step = at - (below - p) / height if height > 0 else np.inf
            takes = low <= step <= high and abs(step - at) <= moved / 2
            moved = abs(step - at) if takes else (high - low) / 2
            at = step if takes else (low + high) / 2
            if moved == 0 or (takes and abs(below - p) <= _NEAR * min(p, 1 - p)):
                break
        found[area] = at
    return found
