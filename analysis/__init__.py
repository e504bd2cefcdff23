"""Frames in, estimates out. Knows no web and no database.

The names a newcomer needs, each loaded when it is first used; what stands behind them has its own module:

>>> import polars as pl
>>> from analysis import SurveyDesign, estimate_means
>>> sample = pl.DataFrame({"w": [10.0, 10.0, 20.0], "minutes": [5.0, 15.0, 20.0]})
>>> estimate_means(sample, SurveyDesign("w"), values=["minutes"])["estimate"].item()
15.0
"""

from importlib import import_module

# Loaded when used: an import of all would cost numpy, Polars and SciPy to whoever only wants the errors. Type
# checkers read the same names in __init__.pyi (tests/analysis/test_public_face.py holds both alike).
_HOMES = {
    "AnalysisError": "errors",
    "Calibration": "weighting.auxiliaries",
    "Replicates": "design",
    "Stage": "design",
    "SurveyDesign": "design",
    "adjust_by_classes": "weighting.nonresponse",
    "adjust_by_propensity": "weighting.propensity",
    "allocate": "sampling.allocate",
    "calibrate": "weighting.calibrate",
    "describe_weights": "weighting.describe",
    "estimate_calibrated_composites": "estimation.calibrated_composites",
    "estimate_calibrated_means": "estimation.calibrated",
    "estimate_calibrated_proportions": "estimation.calibrated",
    "estimate_calibrated_quantiles": "estimation.calibrated_quantiles",
    "estimate_calibrated_ratios": "estimation.calibrated",
    "estimate_calibrated_totals": "estimation.calibrated",
    "estimate_composites": "estimation.composite",
    "estimate_means": "estimation.estimate",
    "estimate_proportions": "estimation.estimate",
    "estimate_quantiles": "estimation.quantiles",
    "estimate_ratios": "estimation.estimate",
    "estimate_totals": "estimation.estimate",
    "estimate_variances": "estimation.variances",
    "fit_fay_herriot": "small_area.fay_herriot",
    "fit_nested_error": "small_area.nested_error",
    "judge_league_table": "ranking.league_table",
    "make_replicates": "designs.replicate",
    "measure_item": "estimation.measures",
    "plan_sample": "sampling.plan",
    "post_stratify": "weighting.post_stratify",
    "rake": "weighting.rake",
    "rank_units": "ranking.confidence_sets",
    "reweight_replicates": "designs.replicate",
    "scale_weights": "weighting.base",
    "select_sample": "sampling.selection",
    "size_by_yamane": "sampling.size",
    "size_for_share": "sampling.size",
    "trim_weights": "weighting.trim",
    "weigh_by_inclusion": "weighting.base",
    "weigh_stages": "designs.weights",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'analysis' has no attribute {name!r}; it has: {', '.join(__all__)}")
    found = getattr(import_module(f"analysis.{_HOMES[name]}"), name)
    globals()[name] = found  # the next time without this function
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
