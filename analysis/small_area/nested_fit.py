"""Variances and coefficients of the nested error model, by likelihood of their ratio alone; METHODS 13.7."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from analysis.small_area.response_frame import ResponseFrame

Floats = NDArray[np.float64]
METHODS = ("reml", "ml")
_STEPS = 60


@dataclass(frozen=True)
class NestedFit:
    """Both variances, coefficients with covariance ``spread``, and the covariance of the two variances."""

    between: float
    within: float
    beta: Floats
    spread: Floats
    information: Floats  # of (between, within)
    ml_loss: Floats | None  # ML only: bias of (between, within)

    def shrinkage_error(self, n: Floats) -> Floats:
        """What it costs that the shrinkage is estimated: g3 of Prasad and Rao. METHODS 13.7."""
        covariance = np.linalg.inv(self.information)
        towards = np.array([self.within, -self.between])
        size = float(towards @ covariance @ towards)
        safe = np.maximum(n, 1)
        return np.where(n > 0, size / safe**2 / (self.between + self.within / safe) ** 3, 0.0)

    def bias(self, gamma: Floats) -> Floats:
        """ML makes the leading term of the MSE too small by this much (negative); 0 under REML. METHODS 13.7."""
        if self.ml_loss is None:
            return np.zeros_like(gamma)
        # (1 − γ)·between rises by (1 − γ)² with between, and by γ²/n with within
        per_response = np.where(gamma > 0, gamma * (1 - gamma) * self.between / max(self.within, 1e-300), 0.0)
        return (1 - gamma) ** 2 * self.ml_loss[0] + per_response * self.ml_loss[1]


def fit_nested(read: ResponseFrame, method: str) -> NestedFit:
    """The most likely ratio between/within, then everything else in closed form. METHODS 13.7."""
    sums = _Sums(read)
    ratio = _best_ratio(sums, method)
    beta, spread, lost = sums.solve(ratio)
    freedom = len(read.y) - (read.x.shape[1] if method == "reml" else 0)
    within = lost / freedom
    between = ratio * within
    n = sums.n
    total = within + n * between
    information = 0.5 * np.array(
        [
            [(n**2 / total**2).sum(), (n / total**2).sum()],
            [(n / total**2).sum(), ((n - 1) / within**2 + 1 / total**2).sum()],
        ]
    )
    loss = _ml_loss(sums, spread * within, total, within, information) if method == "ml" else None
    return NestedFit(between, within, beta, spread * within, information, loss)


class _Sums:
    """Sums per area, from which the likelihood at any ratio follows without the responses."""

    def __init__(self, read: ResponseFrame) -> None:
        has = read.n > 0
        self.n, self.x_mean, self.mean = read.n[has], read.x_mean[has], read.mean[has]
        y, x = read.y, read.x
        centred_x, centred_y = x - read.x_mean[read.owner], y - read.mean[read.owner]
        self.xx, self.xy, self.yy = centred_x.T @ centred_x, centred_x.T @ centred_y, float(centred_y @ centred_y)
        self.responses = len(y)

    def solve(self, ratio: float) -> tuple[Floats, Floats, float]:
        """Coefficients, (X'H⁻¹X)⁻¹ and the weighted sum of squared residuals, with H = I + ratio·11'."""
        weight = self.n / (1 + self.n * ratio)
        inverse = np.linalg.inv(self.xx + (self.x_mean * weight[:, None]).T @ self.x_mean)
        beta = inverse @ (self.xy + self.x_mean.T @ (weight * self.mean))
        inside = self.yy - 2 * float(beta @ self.xy) + float(beta @ self.xx @ beta)
        squares = inside + float((weight * (self.mean - self.x_mean @ beta) ** 2).sum())
        return np.asarray(beta, np.float64), np.asarray(inverse, np.float64), squares


def _best_ratio(sums: _Sums, method: str) -> float:
    restricted = sums.x_mean.shape[1] if method == "reml" else 0

    def lost(ratio: float) -> float:
        _, inverse, squares = sums.solve(ratio)
        value = (sums.responses - restricted) * np.log(squares) + np.log1p(sums.n * ratio).sum()
        return float(value - (np.linalg.slogdet(inverse)[1] if restricted else 0.0))

    steps = np.concatenate([[0.0], np.geomspace(1e-6, 1e6, _STEPS)])
    values = [lost(float(step)) for step in steps]
    best = int(np.argmin(values))
    low, high = steps[max(best - 1, 0)], steps[min(best + 1, len(steps) - 1)]
    found = minimize_scalar(lost, bounds=(low, high), method="bounded", options={"xatol": 1e-10 * high})
    return float(found.x) if found.fun < values[0] - 1e-12 * abs(values[0]) else 0.0


def _ml_loss(sums: _Sums, spread: Floats, total: Floats, within: float, information: Floats) -> Floats:
    """Bias of the ML variances: −½·I⁻¹·tr[spread·∂(X'V⁻¹X)…], by area from sums. METHODS 13.7."""
    weighted = sums.x_mean * (sums.n / total)[:, None]
    by_between = weighted.T @ weighted
    by_within = sums.xx / within**2 + (sums.x_mean * (sums.n / total**2)[:, None]).T @ sums.x_mean
    traces = np.array([np.trace(spread @ by_between), np.trace(spread @ by_within)])
    return -0.5 * np.linalg.solve(information, traces)
