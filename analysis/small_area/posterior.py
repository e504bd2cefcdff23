"""Modelled figures averaged over all plausible variances between areas; METHODS 13.4."""

from dataclasses import dataclass

import numpy as np

from analysis.errors import AreaError
from analysis.small_area.between_areas import Floats, LinearFit, fit_line, restricted_log_likelihood
from analysis.small_area.mixture import mixture_quantiles

LEAST_FREEDOM = 5  # areas more than coefficients; with fewer the posterior has no variance
_NODES, _ROWS = 100, 2_000
_IRRELEVANT = 30.0  # log likelihood below the top


@dataclass(frozen=True)
class Posterior:
    """Values of the variance between areas and how plausible each is (``weight`` adds up to 1)."""

    between: Floats
    weight: Floats

    @property
    def median(self) -> float:
        return float(np.interp(0.5, np.cumsum(self.weight) - self.weight / 2, self.between))


@dataclass(frozen=True)
class Averaged:
    """Per area: posterior mean, variance, synthetic figure, share of the model, limits."""

    estimate: Floats
    mse: Floats
    synthetic: Floats
    shrinkage: Floats
    low: Floats
    high: Floats


def find_posterior(y: Floats, x: Floats, sampling: Floats) -> Posterior:
    """Restricted likelihood times a flat prior on 0 … ∞, at nodes where it counts. METHODS 13.4."""
    if len(y) - x.shape[1] < LEAST_FREEDOM:
        problem = f"{len(y)} areas with a figure for {x.shape[1]} coefficients, {LEAST_FREEDOM} more are needed"
        raise AreaError([problem], "Take method positive, or more areas.")
    # 0 … ∞ is searched as u of 0 … 1, between = size·u/(1 − u)
    size = float(np.median(sampling)) + float(((y - x @ np.linalg.lstsq(x, y)[0]) ** 2).mean())
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    low, high = 0.0, 1.0
    for _ in range(3):  # each time closer: the posterior of thousands of areas is a needle
        u = low + (high - low) * (nodes + 1) / 2
        between = size * u / (1 - u)
        log = np.array([restricted_log_likelihood(y, x, sampling, float(a)) for a in between]) - 2 * np.log1p(-u)
        counting = np.flatnonzero(log > log.max() - _IRRELEVANT)
        weight = weights * np.exp(log - log.max())
        low, high = (
            low if counting[0] == 0 else float(u[counting[0] - 1]),
            high if counting[-1] == _NODES - 1 else float(u[counting[-1] + 1]),
        )
    return Posterior(between, weight / weight.sum())


def average(
    posterior: Posterior,
    y: Floats,
    x: Floats,
    sampling: Floats,
    *,
    all_x: Floats,
    place: Floats,
    confidence: float,
) -> Averaged:
    """What every area (rows of ``all_x``; ``place``: its row in ``y``, NaN if none) is, given the posterior.

    METHODS 13.4.
    """
    lines = [fit_line(y, x, sampling, float(between)) for between in posterior.between]
    direct, known = np.full(len(all_x), np.nan), np.full(len(all_x), np.nan)
    here = ~np.isnan(place)
    direct[here], known[here] = y[place[here].astype(int)], sampling[place[here].astype(int)]
    parts = [
        _average_rows(posterior, lines, direct[rows], known[rows], all_x[rows], confidence)
        for rows in (slice(start, start + _ROWS) for start in range(0, len(all_x), _ROWS))
    ]
    return Averaged(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _average_rows(
    posterior: Posterior, lines: list[LinearFit], direct: Floats, known: Floats, x: Floats, confidence: float
) -> tuple[Floats, ...]:
    """The fields of ``Averaged`` for some areas; nodes × areas are held at once."""
    w, between = posterior.weight, posterior.between[:, None]
    synthetic = np.array([x @ line.beta for line in lines])
    leverage = np.array([((x @ np.linalg.cholesky(line.spread)) ** 2).sum(axis=1) for line in lines])
    share = np.where(np.isnan(known), 1.0, known / (known + between))
    pull = np.where(np.isnan(known), 0.0, (1 - share) * (direct - synthetic))
    mean, spread = synthetic + pull, np.sqrt(between * share + share**2 * leverage)
    estimate = w @ mean
    mse = w @ spread**2 + w @ (mean - estimate) ** 2
    tail = (1 - confidence) / 2
    low, high = (mixture_quantiles(w, mean, spread, p) for p in (tail, 1 - tail))
    return estimate, mse, w @ synthetic, w @ share, low, high
