"""Frames in, estimates out. Knows no web and no database.

The names a newcomer needs, each loaded when it is first used; what stands behind them has its own module.

==============  ==========================================================================================
design          SurveyDesign, Stage, FirstPhase, Replicates, Calibration; make_replicates,
                reweight_replicates
weights         weigh_by_inclusion, weigh_stages, adjust_by_classes, adjust_by_propensity, post_stratify,
                rake, calibrate, trim_weights, scale_weights; describe_weights, kish_design_effect,
                effective_size
estimates       estimate_means, estimate_totals, estimate_ratios, estimate_proportions, estimate_quantiles,
                estimate_variances, estimate_covariances; measure_item and estimate_composites for indices;
                estimate_statistic for any other; estimate_proportions_as_r, combine_imputations,
                combine_joint_imputations; grade_estimates
calibrated      estimate_calibrated_means, _totals, _ratios, _proportions, _quantiles, _composites
comparisons     compare_domains, compare_periods, estimate_jointly, estimate_contrasts, adjust_p_values
ranks           rank_units, group_alike, estimate_top_probabilities, judge_league_table
small areas     smooth_variances, fit_fay_herriot, fit_nested_error, benchmark_areas
over time       find_changes, watch_units
samples         size_for_share, size_by_yamane, allocate, plan_sample, select_sample
official        load_framework, score_framework, score_sheets, rate_decision_766, find_contradictions
models          fit_model, fit_ordinal, exponentiate, limit_coefficients, predict_outcomes,
                estimate_margins; wald_test and likelihood_ratio_test of terms; estimate_drivers,
                compare_importance
tests           t_test, rank_test, chi_square_test, goodness_of_fit_test
scales          estimate_reliability, describe_items, estimate_alpha, estimate_correlations
errors          AnalysisError: ``problems``, all of one input together, and ``remedy``
==============  ==========================================================================================

Figures come as Polars frames with estimate, standard_error, low, high, n, df and design_effect side by side;
``analysis.reports`` draws and prints them.

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
    "FirstPhase": "design",
    "Replicates": "replicates",
    "Stage": "design",
    "SurveyDesign": "design",
    "adjust_by_classes": "weighting.nonresponse",
    "adjust_by_propensity": "weighting.propensity",
    "adjust_p_values": "comparison.multiplicity",
    "allocate": "sampling.allocate",
    "benchmark_areas": "small_area.benchmark",
    "calibrate": "weighting.calibrate",
    "chi_square_test": "models.chi_square_test",
    "combine_imputations": "estimation.imputations",
    "combine_joint_imputations": "estimation.joint_imputations",
    "compare_domains": "comparison.domains",
    "compare_importance": "models.importance",
    "compare_periods": "comparison.periods",
    "describe_items": "models.reliability",
    "describe_weights": "weighting.describe",
    "effective_size": "weighting.diagnostics",
    "estimate_alpha": "models.reliability",
    "estimate_calibrated_composites": "estimation.calibrated_composites",
    "estimate_calibrated_means": "estimation.calibrated",
    "estimate_calibrated_proportions": "estimation.calibrated",
    "estimate_calibrated_quantiles": "estimation.calibrated_quantiles",
    "estimate_calibrated_ratios": "estimation.calibrated",
    "estimate_calibrated_totals": "estimation.calibrated",
    "estimate_composites": "estimation.composite",
    "estimate_contrasts": "comparison.contrasts",
    "estimate_correlations": "models.correlations",
    "estimate_covariances": "estimation.covariances",
    "estimate_drivers": "models.drivers",
    "estimate_jointly": "estimation.joint",
    "estimate_margins": "models.margins",
    "estimate_means": "estimation.estimate",
    "estimate_proportions": "estimation.estimate",
    "estimate_proportions_as_r": "estimation.proportions_as_r",
    "estimate_quantiles": "estimation.quantiles",
    "estimate_ratios": "estimation.estimate",
    "estimate_reliability": "models.reliability",
    "estimate_statistic": "models.any_statistic",
    "estimate_top_probabilities": "ranking.places",
    "estimate_totals": "estimation.estimate",
    "estimate_variances": "estimation.variances",
    "exponentiate": "models.fitted",
    "find_changes": "monitoring.changes",
    "find_contradictions": "quality.contradictions",
    "fit_fay_herriot": "small_area.fay_herriot",
    "fit_model": "models.generalised",
    "fit_nested_error": "small_area.nested_error",
    "fit_ordinal": "models.ordinal",
    "goodness_of_fit_test": "models.goodness_of_fit",
    "grade_estimates": "estimation.grades",
    "group_alike": "ranking.groups",
    "judge_league_table": "ranking.league_table",
    "kish_design_effect": "weighting.diagnostics",
    "likelihood_ratio_test": "models.likelihood_ratio",
    "limit_coefficients": "models.limits",
    "load_framework": "indices.official.frameworks",
    "make_replicates": "designs.replicate",
    "measure_item": "estimation.measures",
    "plan_sample": "sampling.plan",
    "post_stratify": "weighting.post_stratify",
    "predict_outcomes": "models.predictions",
    "rake": "weighting.rake",
    "rank_test": "models.rank_test",
    "rank_units": "ranking.confidence_sets",
    "rate_decision_766": "indices.official.decision_766",
    "reweight_replicates": "designs.replicate",
    "scale_weights": "weighting.base",
    "score_framework": "indices.official.score",
    "score_sheets": "indices.official.one_stop",
    "select_sample": "sampling.selection",
    "size_by_yamane": "sampling.size",
    "size_for_share": "sampling.size",
    "smooth_variances": "small_area.sampling_variances",
    "t_test": "models.t_test",
    "trim_weights": "weighting.trim",
    "wald_test": "models.wald_test",
    "watch_units": "monitoring.watch",
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
