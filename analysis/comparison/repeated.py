"""Contrasts made again in every replicate: their spread, without slopes."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from analysis.comparison.expressions import Real, differentiate
from analysis.errors import ComparisonError
from analysis.estimation.joint import JointEstimates

Contrast = str | Sequence[float] | Mapping[str, float] | Callable[[Real], float]


def repeat_contrasts(joint: JointEstimates, contrasts: Mapping[str, Contrast], points: Sequence[float]) -> Real:
    """Covariances of ``contrasts``: v = Σ multiplier·(c_r − centre)², c_r the contrast in the replicate.

    ``points``: the contrasts of the whole sample. METHODS 3.11, 15.1.
    """
    if joint.again is None:
        raise ComparisonError(
            ["variance is 'replicates', and the design has none"], "Make replicates first, or take 'delta'."
        )
    theta, multipliers, is_centred_at_mean = joint.again
    made = np.array([[_value(each, joint.names, column) for each in contrasts.values()] for column in theta.T])
    usable = np.isfinite(made) & (multipliers > 0)[:, None]
    if lost := [name for name, any_left in zip(contrasts, usable.any(axis=0), strict=True) if not any_left]:
        raise ComparisonError(
            [f"contrast {name!r} has no value in any replicate" for name in lost], "Take variance='delta'."
        )
    filled = np.where(usable, made, 0.0)
    centre = filled.sum(axis=0) / usable.sum(axis=0) if is_centred_at_mean else np.asarray(points)
    away = np.where(usable, made - centre, 0.0)
    return np.asarray((away * multipliers[:, None]).T @ away)


def _value(contrast: Contrast, names: Sequence[str], values: Real) -> float:
    try:
        if isinstance(contrast, str):
            return differentiate(contrast, names, values)[0]
        if callable(contrast):
            return float(contrast(values))
    except (ComparisonError, ArithmeticError, ValueError):
        return float("nan")
    if isinstance(contrast, Mapping):
        contrast = [contrast.get(name, 0.0) for name in names]
    slope = np.asarray(contrast, float)
    return float(slope[slope != 0] @ values[slope != 0])
