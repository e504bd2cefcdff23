"""Families of generalised linear models: link, its inverse and slope, variance of the mean, range of outcomes."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

from analysis.designs.drawn import Real
from analysis.errors import EstimateError

Curve = Callable[[Real], Real]


@dataclass(frozen=True)
class Family:
    """``forward``: linear predictor from the mean; ``inverse``: the mean from it; ``slope``: its derivative;
    ``variance``: of the mean; ``bounds``: what outcomes may be."""

    name: str
    link: str
    forward: Curve
    inverse: Curve
    slope: Curve
    variance: Curve
    bounds: tuple[float, float]

    def add_deviances(self, y: Real, mean: Real, weight: Real) -> float:
        """Σ weight·deviance; 0·ln 0 is 0. METHODS 19.2."""
        return float(weight @ _DEVIANCES[self.name](y, mean))


def _density(eta: Real) -> Real:
    return np.asarray(np.exp(-(eta**2) / 2) / np.sqrt(2 * np.pi))


def _logistic_slope(eta: Real) -> Real:
    return np.asarray(special.expit(eta) * special.expit(-eta))


_CURVES: dict[str, tuple[Curve, Curve, Curve]] = {
    "identity": (lambda mean: mean, lambda eta: eta, np.ones_like),
    "log": (np.log, np.exp, np.exp),
    "logit": (special.logit, special.expit, _logistic_slope),
    "probit": (special.ndtri, special.ndtr, _density),
    "cloglog": (
        lambda mean: np.log(-np.log1p(-mean)),
        lambda eta: -np.expm1(-np.exp(eta)),
        lambda eta: np.exp(eta - np.exp(eta)),
    ),
    "cauchit": (
        lambda mean: np.tan(np.pi * (mean - 0.5)),
        lambda eta: np.arctan(eta) / np.pi + 0.5,
        lambda eta: 1 / (np.pi * (1 + eta**2)),
    ),
    "inverse": (lambda mean: 1 / mean, lambda eta: 1 / eta, lambda eta: -1 / eta**2),
    "sqrt": (np.sqrt, np.square, lambda eta: 2 * eta),
}
_VARIANCES: dict[str, Curve] = {
    "linear": np.ones_like,
    "logistic": lambda mean: mean * (1 - mean),
    "poisson": lambda mean: mean,
    "gamma": np.square,
}
_DEVIANCES: dict[str, Callable[[Real, Real], Real]] = {
    "linear": lambda y, mean: (y - mean) ** 2,
    "logistic": lambda y, mean: 2 * (special.xlogy(y, y / mean) + special.xlogy(1 - y, (1 - y) / (1 - mean))),
    "poisson": lambda y, mean: 2 * (special.xlogy(y, y / mean) - (y - mean)),
    "gamma": lambda y, mean: 2 * ((y - mean) / mean - np.log(y / mean)),
}
_BOUNDS = {"linear": (-np.inf, np.inf), "logistic": (0.0, 1.0), "poisson": (0.0, np.inf), "gamma": (0.0, np.inf)}
LINKS = {
    "linear": ("identity", "log", "inverse"),
    "logistic": ("logit", "probit", "cloglog", "cauchit", "log"),
    "poisson": ("log", "identity", "sqrt"),
    "gamma": ("log", "inverse", "identity"),
}


def find_family(model: str, link: str | None) -> Family:
    """The family of ``model`` with ``link`` (None: its usual one); or EstimateError. METHODS 19.2."""
    if model not in LINKS:
        raise EstimateError([f"model is {model!r}"], f"Known: {', '.join(LINKS)}; fit_ordinal for ordered levels.")
    link = LINKS[model][0] if link is None else link
    if link not in LINKS[model]:
        raise EstimateError([f"link is {link!r}"], f"Links of {model}: {', '.join(LINKS[model])}.")
    return Family(model, link, *_CURVES[link], _VARIANCES[model], _BOUNDS[model])
