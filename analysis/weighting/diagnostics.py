"""What the weights cost in precision, and whom they stand for; METHODS 2.5."""

import numpy as np
import polars as pl

from analysis.errors import WeightError

SUMMARY = {
    "responses": pl.Int64,
    "responses_pooled": pl.Int64,
    "responses_without_unit": pl.Int64,
    "transactions": pl.Int64,
    "transactions_represented": pl.Int64,
    "weight_minimum": pl.Float64,
    "weight_maximum": pl.Float64,
    "weight_mean": pl.Float64,
    "kish_design_effect": pl.Float64,
    "n_effective": pl.Float64,
    "self_selected_share": pl.Float64,
    "responses_partial": pl.Int64,  # left before the end, and not counted
    "responses_flagged": pl.Int64,  # left before the end, and counted
    "responses_excluded": pl.Int64,  # by a decision, with its reason
    "strata": pl.Int64,
    "collapses": pl.Int64,
    "strata_with_excess": pl.Int64,
}


def kish_design_effect(weights: pl.Series) -> float | None:
    """How much larger unequal weights make a variance, at worst: n·Σw² / (Σw)².

    ``weights`` >= 0, any scale, else WeightError. 1 when all are equal; None without weights. It knows nothing
    of the answers: silently too pessimistic where strata differ, since post-stratification also takes variance
    away. METHODS 2.5; Kish (1965), Survey Sampling, 11.7.

    >>> kish_design_effect(pl.Series([1.0, 1.0, 2.0, 4.0]))  # 4·22/8²
    1.375
    """
    if weights.is_empty():
        return None
    values = weights.cast(pl.Float64).fill_null(np.nan).to_numpy()
    if bad := int((~(np.isfinite(values) & (values >= 0))).sum()):
        raise WeightError([f"{bad} of {len(values)} weights are null, negative or not finite"], _REMEDY)
    if not values.any():
        raise WeightError([f"all {len(values)} weights are 0"], _REMEDY)
    return float(len(values) * (values**2).sum() / values.sum() ** 2)


_REMEDY = "Leave out who has no weight, and look at how the weights were made."


def effective_size(weights: pl.Series) -> float | None:
    """How many equally weighted responses would be as precise: (Σw)² / Σw². METHODS 2.5.

    >>> effective_size(pl.Series([1.0, 1.0, 1.0, 3.0]))  # 6²/12
    3.0
    """
    design_effect = kish_design_effect(weights)
    return None if design_effect is None else weights.len() / design_effect
