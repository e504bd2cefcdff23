"""Coefficients and influences where R's rounds of reweighted least squares end, a little before the solution."""

from dataclasses import dataclass

import numpy as np

from analysis.designs.drawn import Real
from analysis.models.centred import centre_columns
from analysis.models.families import Family

_ENOUGH, _MOST_ROUNDS = 1e-8, 25


@dataclass(frozen=True)
class LastRound:
    """``influence``: what one unit of weight of a row adds to each; ``inverse``: A⁻¹ of METHODS 19.2."""

    coefficients: Real
    influence: Real
    inverse: Real


def fit_to_last_round(x: Real, y: Real, offset: Real, weight: Real, family: Family) -> LastRound | None:
    """Coefficients, influences and A⁻¹ as R's ``svyglm`` has them; or None where they run away.

    R stops when the deviance moves by less than 1e-8 of itself, and its information keeps the weights of the round
    before: errors are off by the square root of that. METHODS 19.2.
    """
    x, turn = centre_columns(x)
    scaled = weight / weight.mean()
    mean = _start(y, scaled, family)
    eta = family.forward(mean)
    before, beta, pull = family.add_deviances(y, mean, scaled), np.zeros(x.shape[1]), np.zeros(len(y))
    for _ in range(_MOST_ROUNDS):
        slope = family.slope(eta)
        pull = slope**2 / family.variance(mean)
        spread = scaled * pull
        try:
            wanted = eta - offset + (y - mean) / slope
            beta = np.linalg.solve((x * spread[:, None]).T @ x, x.T @ (spread * wanted))
        except np.linalg.LinAlgError:
            return None
        eta = x @ beta + offset
        mean = family.inverse(eta)
        deviance = family.add_deviances(y, mean, scaled)
        if not np.isfinite(deviance):
            return None
        if abs(deviance - before) / (abs(deviance) + 0.1) < _ENOUGH:
            break
        before = deviance
    else:
        return None
    inverse = np.linalg.inv((x * (weight * pull)[:, None]).T @ x)
    score = x * ((y - mean) / family.slope(eta) * pull)[:, None]
    return LastRound(turn @ beta, np.asarray(score @ inverse @ turn.T), np.asarray(turn @ inverse @ turn.T))


def _start(y: Real, weight: Real, family: Family) -> Real:
    if family.name in ("linear", "gamma"):
        return y.astype(float)
    return y + 0.1 if family.name == "poisson" else (weight * y + 0.5) / (weight + 1)
