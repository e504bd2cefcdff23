"""One common factor of a covariance matrix, by least squares on what stands off its diagonal."""

import numpy as np
from scipy import optimize

from analysis.designs.drawn import Real

_ROUNDS = 500


def fit_one_factor(covariance: Real) -> Real | None:
    """Loadings λ that make Σ_{i<j} (s_ij − λ_iλ_j)² smallest, of positive sum; None where nothing settles.

    Three items or more. METHODS 19.7.

    >>> fit_one_factor(np.array([[2.0, 1.0, 2.0], [1.0, 3.0, 2.0], [2.0, 2.0, 5.0]])).round(6).tolist()
    [1.0, 1.0, 2.0]
    """
    size = np.sqrt(np.diag(covariance))
    scaled = covariance / np.outer(size, size)
    values, vectors = np.linalg.eigh(scaled)
    start = vectors[:, -1] * np.sqrt(values[-1])
    start = start * (1 if start.sum() >= 0 else -1) / size.mean() * size
    of_scale = size.mean()
    found = optimize.least_squares(
        lambda loadings: _misfit(loadings, covariance / of_scale**2),
        start,
        method="trf",
        xtol=1e-15,
        ftol=1e-15,
        gtol=1e-15,
        max_nfev=_ROUNDS,
    )
    loadings = found.x * of_scale
    for _ in range(20):
        # Newton on the slopes: least squares stop a few digits early where the fit is not perfect.
        slopes = slopes_off_diagonal(loadings, covariance)
        try:
            step = np.linalg.solve(bend_off_diagonal(loadings, covariance), slopes)
        except np.linalg.LinAlgError:
            return None
        loadings = loadings - step
        if np.abs(step).max() <= 1e-14 * np.abs(loadings).max():
            break
    if not np.isfinite(loadings).all() or np.abs(loadings).max() > 1e3 * size.max():
        return None
    return np.asarray(loadings if loadings.sum() >= 0 else -loadings)


def slopes_off_diagonal(loadings: Real, covariance: Real) -> Real:
    """Σ_{j≠i} (s_ij − λ_iλ_j)·λ_j of every item; 0 at the solution. METHODS 19.7."""
    left = covariance - np.outer(loadings, loadings)
    np.fill_diagonal(left, 0.0)
    return np.asarray(left @ loadings)


def bend_off_diagonal(loadings: Real, covariance: Real) -> Real:
    """Derivatives of ``slopes_off_diagonal`` by the loadings. METHODS 19.7."""
    bend = covariance - 2 * np.outer(loadings, loadings)
    np.fill_diagonal(bend, -((loadings**2).sum() - loadings**2))
    return np.asarray(bend)


def _misfit(loadings: Real, covariance: Real) -> Real:
    above = np.triu_indices(len(loadings), 1)
    return np.asarray((covariance - np.outer(loadings, loadings))[above])
