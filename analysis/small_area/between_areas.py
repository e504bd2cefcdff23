"""The variance between areas that covariates do not explain: likelihoods and moments; METHODS 13.2."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

Floats = NDArray[np.float64]
_STEPS = 80


@dataclass(frozen=True)
class LinearFit:
    """Weighted least squares at one variance ``between``: ``spread`` is (X'V⁻¹X)⁻¹."""

    between: float
    beta: Floats
    spread: Floats
    fitted: Floats
    leverage: Floats  # x'(X'V⁻¹X)⁻¹x
    log_likelihood: float


def fit_line(y: Floats, x: Floats, sampling: Floats, between: float) -> LinearFit:
    """Coefficients and their covariance given both variances; ``sampling + between`` > 0. METHODS 13.2."""
    weight = 1 / np.sqrt(sampling + between)
    q, r = np.linalg.qr(x * weight[:, None])
    inverse = np.linalg.inv(r)
    spread = inverse @ inverse.T
    beta = inverse @ (q.T @ (y * weight))
    residual = (y - x @ beta) * weight
    log_likelihood = -0.5 * float((np.log(2 * np.pi) - 2 * np.log(weight) + residual**2).sum())
    return LinearFit(between, beta, spread, x @ beta, ((x @ inverse) ** 2).sum(axis=1), log_likelihood)


def estimate_between(y: Floats, x: Floats, sampling: Floats, method: str) -> float:
    """The variance between areas, >= 0; exactly 0 where the areas differ no more than chance makes them.

    METHODS 13.2.
    """
    size = float(np.median(sampling))  # computing in units of the sampling variance keeps the search scale-free
    y, sampling = y / np.sqrt(size), sampling / size
    solve = {"moments": _solve_moments, "prasad_rao": _prasad_rao}.get(method)
    if solve is not None:
        return size * solve(y, x, sampling)
    return size * _maximise(y, x, sampling, method)


def _solve_moments(y: Floats, x: Floats, sampling: Floats) -> float:
    """Fay and Herriot's equation Σ (y − x'β)²/(A + D) = m − p; its left side falls in A."""
    freedom = len(y) - x.shape[1]

    def excess(between: float) -> float:
        residual = y - fit_line(y, x, sampling, between).fitted
        return float((residual**2 / (sampling + between)).sum()) - freedom

    if excess(0.0) <= 0:
        return 0.0
    high = 1.0
    while excess(high) > 0:
        high *= 2
    return float(brentq(excess, 0.0, high, xtol=1e-15, rtol=1e-14))


def _prasad_rao(y: Floats, x: Floats, sampling: Floats) -> float:
    ordinary = fit_line(y, x, np.ones_like(y), 0.0)
    freedom = len(y) - x.shape[1]
    noise = float((sampling * (1 - ordinary.leverage)).sum())
    return max(0.0, (float(((y - ordinary.fitted) ** 2).sum()) - noise) / freedom)


def _maximise(y: Floats, x: Floats, sampling: Floats, method: str) -> float:
    """The highest of all stationary points and 0: likelihoods of few areas can have two tops."""

    def score(between: float) -> float:
        return _score(y, x, sampling, between, method)

    def value(between: float) -> float:
        return _objective(y, x, sampling, between, method)

    ordinary = fit_line(y, x, np.ones_like(y), 0.0)
    high = max(1.0, float(((y - ordinary.fitted) ** 2).sum()))
    while score(high) > 0:
        high *= 2
    steps = np.concatenate([[0.0] if method != "positive" else [], np.geomspace(1e-8, high, _STEPS)])
    found = _crossings(score, steps)
    if method != "positive" and score(0.0) <= 0:
        found.append(0.0)
    return max(found, key=value) if found else 0.0


def _crossings(score: Callable[[float], float], steps: Floats) -> list[float]:
    scores = [score(float(step)) for step in steps]
    return [
        float(brentq(score, float(steps[k]), float(steps[k + 1]), xtol=1e-15, rtol=1e-14))
        for k in range(len(steps) - 1)
        if scores[k] > 0 >= scores[k + 1]
    ]


def _score(y: Floats, x: Floats, sampling: Floats, between: float, method: str) -> float:
    """Twice the derivative of the (adjusted, restricted) log likelihood in the variance between areas."""
    line, variance = fit_line(y, x, sampling, between), sampling + between
    fit = float((((y - line.fitted) / variance) ** 2).sum())
    if method == "ml":
        return fit - float((1 / variance).sum())
    restricted = fit - float((1 / variance - line.leverage / variance**2).sum())
    if method == "reml":
        return restricted
    share = float((between / variance).sum())
    slope = float((sampling / variance**2).sum())
    return restricted + 2 * slope / ((1 + share**2) * np.arctan(share)) / len(y)


def _objective(y: Floats, x: Floats, sampling: Floats, between: float, method: str) -> float:
    if method == "ml":
        return fit_line(y, x, sampling, between).log_likelihood
    restricted = restricted_log_likelihood(y, x, sampling, between)
    if method == "reml":
        return restricted
    return restricted + float(np.log(np.arctan((between / (sampling + between)).sum()))) / len(y)


def restricted_log_likelihood(y: Floats, x: Floats, sampling: Floats, between: float) -> float:
    """Log likelihood with the coefficients integrated out, up to a constant. METHODS 13.2."""
    line = fit_line(y, x, sampling, between)
    return line.log_likelihood + 0.5 * float(np.linalg.slogdet(line.spread)[1])
