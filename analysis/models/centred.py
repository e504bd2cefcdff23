"""Predictors brought to mean 0 and spread 1, where equations keep their digits: years are far from 0."""

import numpy as np

from analysis.designs.drawn import Real


def centre_columns(x: Real) -> tuple[Real, Real]:
    """x̃, and T with x̃·θ = x·(T·θ): coefficients θ of x̃ are T·θ of x. METHODS 19.2.

    Columns are centred where ``x`` has a constant one, which stays, and brought to spread 1. Nothing of the fit
    changes but its digits: of A = Σ w·x·xᵀ they are lost by the square of mean over spread.

    >>> moved, turn = centre_columns(np.array([[1.0, 2024.0], [1.0, 2026.0]]))
    >>> moved.tolist(), turn.tolist()
    ([[1.0, -1.0], [1.0, 1.0]], [[1.0, -2025.0], [0.0, 1.0]])
    """
    turn = np.eye(x.shape[1])
    constant = np.flatnonzero((np.ptp(x, axis=0) == 0) & (x[0] != 0))
    middle = x.mean(axis=0) if len(constant) else np.zeros(x.shape[1])
    middle[constant] = 0.0
    spread = np.sqrt(((x - middle) ** 2).mean(axis=0))
    spread[(spread == 0) | ~np.isfinite(spread)] = 1.0
    spread[constant] = 1.0
    if len(constant):
        turn[constant[0]] = -middle / (spread * x[0, constant[0]])
        turn[constant[0], constant[0]] = 1.0
    others = np.setdiff1d(np.arange(x.shape[1]), constant[:1])
    turn[others, others] = 1 / spread[others]
    return (x - middle) / spread, turn
