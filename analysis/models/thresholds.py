"""Likelihood of ordered levels: cumulative probabilities cut by thresholds, solved by Newton steps."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

from analysis.designs.drawn import Real

_ROUNDS = 200
_TIGHT = 1e-12
_FAR = 1e10  # stands for an endless threshold: every density is 0 there


@dataclass(frozen=True)
class Link:
    """``below``: the cumulative distribution; ``density`` and ``bend``, its first and second derivative."""

    below: Callable[[Real], Real]
    density: Callable[[Real], Real]
    bend: Callable[[Real], Real]


def _logit_density(z: Real) -> Real:
    return np.asarray(special.expit(z) * special.expit(-z))


def _logit_bend(z: Real) -> Real:
    return np.asarray(_logit_density(z) * (special.expit(-z) - special.expit(z)))


def _probit_density(z: Real) -> Real:
    return np.asarray(np.exp(-np.minimum(z**2 / 2, 700)) / np.sqrt(2 * np.pi))


def _loglog(z: Real) -> Real:
    return np.asarray(np.exp(-np.exp(-np.maximum(z, -700))))


def _loglog_density(z: Real) -> Real:
    tail = np.exp(-np.maximum(z, -700))
    return np.asarray(tail * np.exp(-tail))


def _loglog_bend(z: Real) -> Real:
    return np.asarray(_loglog_density(z) * (np.exp(-np.maximum(z, -300)) - 1))


def _cauchit_density(z: Real) -> Real:
    return np.asarray(1 / (np.pi * (1 + z**2)))


ORDINAL_LINKS: dict[str, Link] = {
    "logit": Link(special.expit, _logit_density, _logit_bend),
    "probit": Link(special.ndtr, _probit_density, lambda z: -z * _probit_density(z)),
    "loglog": Link(_loglog, _loglog_density, _loglog_bend),
    "cloglog": Link(
        lambda z: -np.expm1(-np.exp(np.minimum(z, 700))),
        lambda z: _loglog_density(-z),
        lambda z: -_loglog_bend(-z),
    ),
    "cauchit": Link(
        lambda z: np.arctan(z) / np.pi + 0.5,
        _cauchit_density,
        lambda z: -2 * np.pi * z * _cauchit_density(z) ** 2,
    ),
}


@dataclass(frozen=True)
class Slopes:
    """Of the log-likelihood at some coefficients: ``value`` Σ w·log P, ``score`` by row, ``information`` −H."""

    value: float
    score: Real
    information: Real


def find_slopes(x: Real, level: np.ndarray, weight: Real, theta: Real, link: Link) -> Slopes | None:
    """``level``: 0 … K − 1; ``theta``: slopes, then K − 1 thresholds. None where a probability is 0.

    P(level ≤ k) = F(threshold_k − x·β). METHODS 19.4.
    """
    slopes = x.shape[1]
    cuts = np.concatenate([[-_FAR], theta[slopes:], [_FAR]])
    eta = x @ theta[:slopes]
    upper, lower = cuts[level + 1] - eta, cuts[level] - eta
    # Above the middle the difference of the upper tails keeps its digits; both are the same number.
    chance = link.below(upper) - link.below(lower)
    if not (chance > 0).all():
        return None
    at = np.eye(len(cuts))
    top = np.hstack([-x, at[level + 1][:, 1:-1]])
    bottom = np.hstack([-x, at[level][:, 1:-1]])
    above, beneath = link.density(upper) / chance, link.density(lower) / chance
    score = top * above[:, None] - bottom * beneath[:, None]
    bend_above = np.where(np.abs(upper) < _FAR / 2, link.bend(upper), 0.0) / chance
    bend_beneath = np.where(np.abs(lower) < _FAR / 2, link.bend(lower), 0.0) / chance
    information = (
        (score * weight[:, None]).T @ score
        - (top * (weight * bend_above)[:, None]).T @ top
        + (bottom * (weight * bend_beneath)[:, None]).T @ bottom
    )
    return Slopes(float(weight @ np.log(chance)), score, information)


def find_ordinal_influence(x: Real, level: np.ndarray, weight: Real, theta: Real, link: Link) -> tuple[Real, Real]:
    """What one unit of weight of a row adds to every slope and threshold, I⁻¹·score; and I⁻¹. METHODS 19.4."""
    middle, length = x.mean(axis=0), x.std(axis=0)
    count = x.shape[1]
    # Slopes of (x − middle)/length, where I keeps its digits: threshold = own + middle·slope.
    turn = np.eye(len(theta))
    turn[:count, :count] = np.diag(1 / length)
    turn[count:, :count] = middle / length
    moved = np.concatenate([theta[:count] * length, theta[count:] - middle @ theta[:count]])
    here = find_slopes((x - middle) / length, level, weight, moved, link)
    assert here is not None  # the same chances as at theta
    inverse = np.linalg.inv(here.information)
    return np.asarray(here.score @ inverse @ turn.T), np.asarray(turn @ inverse @ turn.T)


def climb(x: Real, level: np.ndarray, weight: Real, link: Link) -> Real | None:
    """Slopes and thresholds of the largest weighted likelihood; None where they run away. METHODS 19.4."""
    kept = weight > 0
    x, level, weight = x[kept], level[kept], weight[kept] / max(weight[kept].mean(), 1e-300)
    levels = int(level.max(initial=0)) + 1
    shares = np.bincount(level, weight, levels) / max(weight.sum(), 1e-300)
    if (shares <= 0).any():
        return None
    middle = x.mean(axis=0)
    length = x.std(axis=0)
    if not (length > 0).all():
        return None
    x = (x - middle) / length
    theta = np.concatenate([np.zeros(x.shape[1]), special.logit(np.cumsum(shares)[:-1])])
    here = find_slopes(x, level, weight, theta, link)
    for _ in range(_ROUNDS):
        if here is None:
            return None
        step = _find_step(here, weight)
        theta, here, moved = _take_step(x, level, weight, theta, here, step, link)
        if np.abs(theta).max() > 1e4:
            return None
        if moved <= _TIGHT * (1 + np.abs(theta).max()):
            slopes = theta[: x.shape[1]] / length
            return np.concatenate([slopes, theta[x.shape[1] :] + middle @ slopes])
    return None


def _find_step(here: Slopes, weight: Real) -> Real:
    pull = here.score.T @ weight
    try:
        np.linalg.cholesky(here.information)
        return np.asarray(np.linalg.solve(here.information, pull))
    except np.linalg.LinAlgError:
        # Not curved downwards here (cauchit, far from the top): the scores' own spread always points uphill.
        uphill = (here.score * weight[:, None]).T @ here.score
        return np.asarray(np.linalg.lstsq(uphill, pull, rcond=None)[0])


def _take_step(
    x: Real, level: np.ndarray, weight: Real, theta: Real, here: Slopes, step: Real, link: Link
) -> tuple[Real, Slopes, float]:
    """Halves the step until the likelihood does not fall; where it cannot rise any more nothing moves."""
    part = 1.0
    while part > 1e-8:
        there = find_slopes(x, level, weight, theta + part * step, link)
        if there is not None and there.value >= here.value - 1e-12 * abs(here.value):
            return theta + part * step, there, float(np.abs(part * step).max())
        part /= 2
    return theta, here, 0.0


def differ_information(x: Real, level: np.ndarray, weight: Real, theta: Real, link: Link) -> Real:
    """−H from differences of the score, steps of 0.001 in slopes, first threshold and logs of the gaps: what R's
    svyolr has instead of derivatives. Off by 1e-4 where a predictor runs to hundreds. METHODS 19.4."""
    slopes = x.shape[1]
    log_gaps = np.concatenate([theta[: slopes + 1], np.log(np.diff(theta[slopes:]))])

    def pull(at: Real) -> Real:
        whole = np.concatenate([at[:slopes], np.cumsum(np.concatenate([[at[slopes]], np.exp(at[slopes + 1 :])]))])
        here = find_slopes(x, level, weight, whole, link)
        score = np.full(len(whole), np.nan) if here is None else here.score.T @ weight
        return np.asarray(_gap_slopes(at, slopes).T @ score)

    moves = _STEP * np.eye(len(theta))
    found = np.array([(pull(log_gaps - move) - pull(log_gaps + move)) / (2 * _STEP) for move in moves])
    back = np.linalg.inv(_gap_slopes(log_gaps, slopes))
    return np.asarray(back.T @ ((found + found.T) / 2) @ back)


_STEP = 1e-3


def _gap_slopes(at: Real, slopes: int) -> Real:
    """Derivatives of slopes and thresholds by slopes, first threshold and logs of the gaps."""
    whole = np.eye(len(at))
    gaps = np.exp(at[slopes + 1 :])
    whole[slopes:, slopes] = 1.0
    for k, gap in enumerate(gaps):
        whole[slopes + 1 + k :, slopes + 1 + k] = gap
    return whole
