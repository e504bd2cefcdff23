"""The equations Σ w·x·(y − μ)·μ'/V = 0: their solution, and what every row adds to it."""

import warnings

import numpy as np
from numpy.typing import NDArray

from analysis.designs.drawn import Real
from analysis.models.centred import centre_columns
from analysis.models.families import Family

_TIGHT = 1e-11
_ROUNDS = 100
_LOOSE = 1e-13
_STATSMODELS = {
    "identity": "Identity",
    "log": "Log",
    "logit": "Logit",
    "probit": "Probit",
    "cloglog": "CLogLog",
    "cauchit": "Cauchy",
    "inverse": "InversePower",
    "sqrt": "Sqrt",
}


def solve_weights(x: Real, y: Real, offset: Real, weight: Real, family: Family) -> Real | None:
    """Coefficients that solve Σ w·x·(y − μ)·μ'/V = 0, by statsmodels; None where they run away. METHODS 19.2."""
    from statsmodels.genmod import families as known
    from statsmodels.genmod.generalized_linear_model import GLM
    from statsmodels.tools.sm_exceptions import PerfectSeparationError

    of = {"linear": known.Gaussian, "logistic": known.Binomial, "poisson": known.Poisson, "gamma": known.Gamma}
    kept = weight > 0
    if kept.sum() < x.shape[1]:
        return None
    # Weights with mean 1: the point of balance is the same, and nothing over- or underflows.
    likelihood = weight[kept] / weight[kept].mean()
    moved, turn = centre_columns(x[kept])
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        link = getattr(known.links, _STATSMODELS[family.link])()
        glm = GLM(y[kept], moved, of[family.name](link), offset=offset[kept], freq_weights=likelihood)
        try:
            result = glm.fit(maxiter=_ROUNDS, tol_criterion="params", atol=_TIGHT, rtol=_TIGHT)
        except (PerfectSeparationError, np.linalg.LinAlgError, ValueError):
            return None
    found = np.asarray(result.params, float)
    if not result.converged or not np.isfinite(found).all():
        return None
    return turn @ found if _is_held(moved, offset[kept], likelihood, found, family) else None


def _is_held(x: Real, offset: Real, weight: Real, beta: Real, family: Family) -> bool:
    """Whether answers hold the coefficients: where a category is unanimous statsmodels stops far out, content.
    Nor may a mean be where the family has none, such as below 0 or a share above 1."""
    if not (family.variance(family.inverse(x @ beta + offset)) >= 0).all():
        return False
    plain = (x * weight[:, None]).T @ x
    root = np.linalg.cholesky(plain)
    information = _find_information(x, x @ beta + offset, weight, family)
    pulled = np.linalg.solve(root, np.linalg.solve(root, information).T)
    found = np.linalg.eigvalsh((pulled + pulled.T) / 2)
    return bool(found[0] > _LOOSE * found[-1])


def refit_weights(x: Real, y: Real, offset: Real, weight: Real, family: Family) -> Real:
    """``solve_weights``, NaN where coefficients run away. METHODS 19.2."""
    found = solve_weights(x, y, offset, weight, family)
    return np.full(x.shape[1], np.nan) if found is None else found


def find_influence(x: Real, y: Real, offset: Real, weight: Real, beta: Real, family: Family) -> Real:
    """What one unit of weight of a row adds to every coefficient: A⁻¹·x·(y − μ)·μ'/V. METHODS 19.2."""
    eta = x @ beta + offset
    mean = family.inverse(eta)
    pull = (y - mean) * _divide(family.slope(eta), family.variance(mean))
    moved, turn = centre_columns(x)
    information = _find_information(moved, eta, weight, family)
    return np.asarray(np.linalg.solve(information, (moved * pull[:, None]).T).T @ turn.T)


def invert_information(x: Real, offset: Real, weight: Real, beta: Real, family: Family) -> Real:
    """A⁻¹, A = Σ w·x·xᵀ·μ'²/V. METHODS 19.2."""
    moved, turn = centre_columns(x)
    return np.asarray(turn @ np.linalg.inv(_find_information(moved, x @ beta + offset, weight, family)) @ turn.T)


def _find_information(x: Real, eta: Real, weight: Real, family: Family) -> Real:
    pull = _divide(family.slope(eta) ** 2, family.variance(family.inverse(eta)))
    return np.asarray((x * (weight * pull)[:, None]).T @ x)


def _divide(above: Real, below: Real) -> Real:
    """Their ratio; 0 for means that are 0 or 1 to the last digit."""
    return np.divide(above, below, out=np.zeros(len(above)), where=below > 0)


def deviance_without(
    x: Real, kept: NDArray[np.bool_], y: Real, offset: Real, weight: Real, family: Family
) -> float:
    """Of the model of these columns only, weights of mean 1; NaN where it does not settle. METHODS 19.9."""
    eta = offset
    if kept.any():
        eta = x[:, kept] @ refit_weights(x[:, kept], y, offset, weight, family) + offset
    return family.add_deviances(y, family.inverse(eta), weight / weight.mean())
