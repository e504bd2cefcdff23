"""Mean squared errors of modelled figures, to the second order; METHODS 13.3."""

import numpy as np
from numpy.typing import NDArray

from analysis.small_area.between_areas import Floats, LinearFit


def area_mse(line: LinearFit, sampling: Floats, method: str) -> tuple[Floats, NDArray[np.bool_]]:
    """MSE of areas with a direct figure, and whether a bias correction had to be left out. METHODS 13.3.

    Left out where it would make the MSE 0 or negative, which can happen to ``moments`` where the variance
    between areas is near 0.
    """
    variance = sampling + line.between
    model = sampling / variance
    known = line.between * model
    coefficients = model**2 * line.leverage
    m, total, squared = len(sampling), float((1 / variance).sum()), float((1 / variance**2).sum())
    of_between, bias = {
        "reml": (2 / squared, 0.0),
        "positive": (2 / squared, 0.0),
        "ml": (2 / squared, -_ml_loss(line, variance) / squared),
        "moments": (2 * m / total**2, 2 * (m * squared - total**2) / total**3),
        "prasad_rao": (2 * float((variance**2).sum()) / m**2, 0.0),
    }[method]
    of_variance = model**2 / variance * of_between
    corrected = known + coefficients + 2 * of_variance - bias * model**2
    is_left_out = corrected <= 0
    return np.where(is_left_out, known + coefficients + 2 * of_variance, corrected), is_left_out


def _ml_loss(line: LinearFit, variance: Floats) -> float:
    """tr[(X'V⁻¹X)⁻¹ X'V⁻²X]: what likelihood loses by taking the coefficients as known."""
    return float((line.leverage / variance**2).sum())


def synthetic_mse(line: LinearFit, leverage: Floats) -> Floats:
    """MSE of x'β alone, for an area without a direct figure: its own effect is unknown. METHODS 13.3."""
    return line.between + leverage
