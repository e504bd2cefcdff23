"""Logistic regression with weights by Newton's method, which is iteratively reweighted least squares."""

import numpy as np
from numpy.typing import NDArray
from scipy import special

from analysis.errors import WeightError
from analysis.weighting.problem import Numbers

Terms = list[tuple[str, str | None]]
Answered = NDArray[np.bool_]
_ROUNDS = 50
_DEPENDENT = 1e-9  # part of a column that the columns before it do not explain


def fit_logistic(matrix: Numbers, answered: Answered, counted: Numbers, terms: Terms) -> Numbers:
    """Coefficients that make ``answered`` most likely, rows counting ``counted`` (> 0); METHODS 2.7.

    The first column of ``matrix`` is the intercept; the others are centred and scaled inside. WeightError names
    ``terms`` that follow from the ones before. Where answers are separated coefficients grow without end: look
    at the probabilities.
    """
    centre, scale = matrix.mean(axis=0), matrix.std(axis=0)
    centre[0], scale[0] = 0.0, 1.0
    scale[scale == 0] = 1.0
    scaled = (matrix - centre) / scale
    _refuse_dependent(scaled * np.sqrt(counted / counted.mean())[:, None], terms)
    coefficients = np.zeros(scaled.shape[1])
    height = _log_likelihood(scaled @ coefficients, answered, counted)
    slack = 1e-12 * abs(height)  # rounding of the sum, so that the last steps are whole ones
    for _ in range(_ROUNDS):
        fitted = special.expit(scaled @ coefficients)
        slope = scaled.T @ (counted * (answered - fitted))
        curvature = (scaled * (counted * fitted * (1 - fitted))[:, None]).T @ scaled
        step = np.linalg.lstsq(curvature, slope, rcond=None)[0]
        length = 1.0
        while (
            tried := _log_likelihood(scaled @ (coefficients + length * step), answered, counted)
        ) < height - slack:
            length /= 2
            if length < 1e-10:
                length, tried = 0.0, height
                break
        coefficients, gained, height = coefficients + length * step, tried - height, tried
        if gained <= 1e-14 * abs(height) and np.max(np.abs(length * step)) < 1e-10:
            break
    found = coefficients / scale
    found[0] -= found[1:] @ centre[1:]
    return np.asarray(found)


def _log_likelihood(predictor: Numbers, answered: Answered, counted: Numbers) -> float:
    return float(-(counted * np.logaddexp(0.0, np.where(answered, -predictor, predictor))).sum())


def _refuse_dependent(scaled: Numbers, terms: Terms) -> None:
    upper = np.abs(np.diag(np.linalg.qr(scaled, mode="r")))
    size = np.sqrt((scaled**2).sum(axis=0))
    upper = np.append(upper, np.zeros(len(size) - len(upper)))
    bad = [terms[j] for j in np.flatnonzero(upper <= _DEPENDENT * np.maximum(size, 1e-300)).tolist()]
    if bad:
        names = [term if level is None else f"{term} = {level}" for term, level in bad]
        raise WeightError([f"predictor {name} follows from the ones before it" for name in names], "Leave it out.")
