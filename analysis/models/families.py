"""Families of generalised linear models: link, its inverse and slope, variance of the mean, range of outcomes."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

from analysis.designs.drawn import Real
from analysis.errors import EstimateError


@dataclass(frozen=True)
class Family:
    """``inverse``: mean from the linear predictor; ``slope``: its derivative; ``variance``: of the mean;
    ``bounds``: what outcomes may be."""

    name: str
    link: str
    inverse: Callable[[Real], Real]
    slope: Callable[[Real], Real]
    variance: Callable[[Real], Real]
    bounds: tuple[float, float]


def _density(eta: Real) -> Real:
    return np.asarray(np.exp(-(eta**2) / 2) / np.sqrt(2 * np.pi))


def _logistic_slope(eta: Real) -> Real:
    return np.asarray(special.expit(eta) * special.expit(-eta))


_LOGISTIC: dict[str, tuple[Callable[[Real], Real], Callable[[Real], Real]]] = {
    "logit": (special.expit, _logistic_slope),
    "probit": (special.ndtr, _density),
    "cloglog": (lambda eta: -np.expm1(-np.exp(eta)), lambda eta: np.exp(eta - np.exp(eta))),
}
LINKS = {"linear": ("identity",), "logistic": tuple(_LOGISTIC), "poisson": ("log",)}


def find_family(model: str, link: str | None) -> Family:
    """The family of ``model`` with ``link`` (None: its usual one); or EstimateError. METHODS 19.2."""
    if model not in LINKS:
        raise EstimateError([f"model is {model!r}"], f"Known: {', '.join(LINKS)}; fit_ordinal for ordered levels.")
    link = LINKS[model][0] if link is None else link
    if link not in LINKS[model]:
        raise EstimateError([f"link is {link!r}"], f"Links of {model}: {', '.join(LINKS[model])}.")
    if model == "linear":
        return Family(model, link, lambda eta: eta, np.ones_like, np.ones_like, (-np.inf, np.inf))
    if model == "poisson":
        return Family(model, link, np.exp, np.exp, lambda mean: mean, (0.0, np.inf))
    return Family(model, link, *_LOGISTIC[link], lambda mean: mean * (1 - mean), (0.0, 1.0))
