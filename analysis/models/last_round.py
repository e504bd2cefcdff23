"""Coefficients and influences where R's rounds of reweighted least squares end, a little before the solution."""

import numpy as np
from scipy import special

from analysis.designs.drawn import Real
from analysis.models.families import Family

_ENOUGH, _MOST_ROUNDS = 1e-8, 25


def fit_to_last_round(x: Real, y: Real, offset: Real, weight: Real, family: Family) -> tuple[Real, Real] | None:
    """Coefficients, and what one unit of weight of a row adds to each, as R's ``svyglm`` has them; or None.

    R stops when the deviance moves by less than 1e-8 of itself, and its information keeps the weights of the round
    before: errors are off by the square root of that. METHODS 19.2.
    """
    scaled = weight / weight.mean()
    mean = _start(y, scaled, family)
    eta = _link(mean, family)
    before, beta, pull = _add_deviances(y, mean, scaled, family), np.zeros(x.shape[1]), np.zeros(len(y))
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
        deviance = _add_deviances(y, mean, scaled, family)
        if not np.isfinite(deviance):
            return None
        if abs(deviance - before) / (abs(deviance) + 0.1) < _ENOUGH:
            break
        before = deviance
    else:
        return None
    information = (x * (weight * pull)[:, None]).T @ x
    score = x * ((y - mean) / family.slope(eta) * pull)[:, None]
    return beta, np.asarray(np.linalg.solve(information, score.T).T)


def _start(y: Real, weight: Real, family: Family) -> Real:
    if family.name == "linear":
        return y.astype(float)
    return y + 0.1 if family.name == "poisson" else (weight * y + 0.5) / (weight + 1)


def _link(mean: Real, family: Family) -> Real:
    known = {
        "identity": lambda: mean,
        "log": lambda: np.log(mean),
        "logit": lambda: special.logit(mean),
        "probit": lambda: special.ndtri(mean),
        "cloglog": lambda: np.log(-np.log1p(-mean)),
    }
    return np.asarray(known[family.link]())


def _add_deviances(y: Real, mean: Real, weight: Real, family: Family) -> float:
    if family.name == "linear":
        return float(weight @ (y - mean) ** 2)
    own = special.xlogy(y, y / mean)
    if family.name == "poisson":
        return float(2 * weight @ (own - (y - mean)))
    return float(2 * weight @ (own + special.xlogy(1 - y, (1 - y) / (1 - mean))))
