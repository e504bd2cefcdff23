"""A calibration as numbers: cells, where their weights start, and the totals to be met; METHODS 2.8."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Problem:
    """Find factors g = F(x·λ) with Σ start·g·x = targets. One row of ``matrix`` per cell, a column per label."""

    matrix: Numbers
    start: Numbers
    targets: Numbers
    labels: tuple[tuple[str, str | None], ...]
    distance: str
    low: float
    high: float

    @property
    def sizes(self) -> Numbers:
        """What a difference in each total is compared with: the target, or what is added up where it is near 0."""
        return np.maximum(np.abs(self.targets), 1e-6 * (self.start @ np.abs(self.matrix)))

    def label(self, j: int) -> str:
        """How column ``j`` is called in a message."""
        variable, level = self.labels[j]
        return f"total of {variable}" if level is None else f"{variable} = {level}"
