"""Whether the area model fits: tests that ``AreaModel.fit`` prints; METHODS 13.5."""

import numpy as np
from scipy import stats

from analysis.small_area.between_areas import Floats, fit_line


def p_value_same_areas(y: Floats, x: Floats, sampling: Floats) -> float:
    """P value of "areas differ by covariates and chance only": Σ (y − x'β)²/D on m − p df. METHODS 13.5."""
    residual = y - fit_line(y, x, sampling, 0.0).fitted
    return float(stats.chi2.sf((residual**2 / sampling).sum(), len(y) - x.shape[1]))


def p_value_normal(residuals: Floats) -> float | None:
    """P value of Shapiro and Wilk's test of standardised residuals; None where it is not defined. METHODS 13.5."""
    if not 3 <= len(residuals) <= 5000 or np.ptp(residuals) == 0:
        return None
    return float(stats.shapiro(residuals).pvalue)
