"""A calibration as numbers: cells, where their weights start, and the totals to be met; METHODS 2.8."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Problem:
    """Find factors g = F(x·λ / variance) with Σ start·g·x = targets. One row of ``matrix`` per cell, a column per
    label. Per cell: ``low`` and ``high``, limits of the factor, and ``variance``. ``limits``: what the limits are
    called in a message."""

    matrix: Numbers
    start: Numbers
    targets: Numbers
    labels: tuple[tuple[str, str | None], ...]
    distance: str
    low: Numbers
    high: Numbers
    variance: Numbers
    limits: str

    @property
    def sizes(self) -> Numbers:
        """What a difference in each total is compared with: the target, or what is added up where it is near 0."""
        return np.maximum(np.abs(self.targets), 1e-6 * (self.start @ np.abs(self.matrix)))

    def label(self, j: int) -> str:
        """How column ``j`` is called in a message."""
        variable, level = self.labels[j]
        return f"total of {variable}" if level is None else f"{variable} = {level}"

    def reach(self, parts: Numbers) -> tuple[float, float]:
        """The least and the most that factors within the limits make of Σ factor·part."""
        with np.errstate(invalid="ignore"):
            ends = np.where(parts == 0, 0.0, np.stack([self.low, self.high]) * parts)
        return float(ends.min(axis=0).sum()), float(ends.max(axis=0).sum())
