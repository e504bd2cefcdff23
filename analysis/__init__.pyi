"""The names of the face with their types, for editors and type checkers; ``__init__.py`` loads them."""

from analysis.comparison.contrasts import estimate_contrasts
from analysis.comparison.domains import compare_domains
from analysis.comparison.multiplicity import adjust_p_values
from analysis.comparison.periods import compare_periods
from analysis.design import FirstPhase, Stage, SurveyDesign
from analysis.designs.replicate import make_replicates, reweight_replicates
from analysis.designs.weights import weigh_stages
from analysis.errors import AnalysisError
from analysis.estimation.calibrated import (
    estimate_calibrated_means,
    estimate_calibrated_proportions,
    estimate_calibrated_ratios,
    estimate_calibrated_totals,
)
from analysis.estimation.calibrated_composites import estimate_calibrated_composites
from analysis.estimation.calibrated_quantiles import estimate_calibrated_quantiles
from analysis.estimation.composite import estimate_composites
from analysis.estimation.covariances import estimate_covariances
from analysis.estimation.estimate import estimate_means, estimate_proportions, estimate_ratios, estimate_totals
from analysis.estimation.grades import grade_estimates
from analysis.estimation.imputations import combine_imputations
from analysis.estimation.joint import estimate_jointly
from analysis.estimation.joint_imputations import combine_joint_imputations
from analysis.estimation.measures import measure_item
from analysis.estimation.proportions_as_r import estimate_proportions_as_r
from analysis.estimation.quantiles import estimate_quantiles
from analysis.estimation.variances import estimate_variances
from analysis.indices.official.decision_766 import rate_decision_766
from analysis.indices.official.frameworks import load_framework
from analysis.indices.official.one_stop import score_sheets
from analysis.indices.official.score import score_framework
from analysis.models.any_statistic import estimate_statistic
from analysis.models.chi_square_test import chi_square_test
from analysis.models.correlations import estimate_correlations
from analysis.models.drivers import estimate_drivers
from analysis.models.fitted import exponentiate
from analysis.models.generalised import fit_model
from analysis.models.goodness_of_fit import goodness_of_fit_test
from analysis.models.importance import compare_importance
from analysis.models.likelihood_ratio import likelihood_ratio_test
from analysis.models.limits import limit_coefficients
from analysis.models.margins import estimate_margins
from analysis.models.ordinal import fit_ordinal
from analysis.models.predictions import predict_outcomes
from analysis.models.rank_test import rank_test
from analysis.models.reliability import describe_items, estimate_alpha, estimate_reliability
from analysis.models.t_test import t_test
from analysis.models.wald_test import wald_test
from analysis.monitoring.changes import find_changes
from analysis.monitoring.watch import watch_units
from analysis.quality.contradictions import find_contradictions
from analysis.ranking.confidence_sets import rank_units
from analysis.ranking.groups import group_alike
from analysis.ranking.league_table import judge_league_table
from analysis.ranking.places import estimate_top_probabilities
from analysis.replicates import Replicates
from analysis.sampling.allocate import allocate
from analysis.sampling.plan import plan_sample
from analysis.sampling.selection import select_sample
from analysis.sampling.size import size_by_yamane, size_for_share
from analysis.small_area.benchmark import benchmark_areas
from analysis.small_area.fay_herriot import fit_fay_herriot
from analysis.small_area.nested_error import fit_nested_error
from analysis.small_area.sampling_variances import smooth_variances
from analysis.weighting.auxiliaries import Calibration
from analysis.weighting.base import scale_weights, weigh_by_inclusion
from analysis.weighting.calibrate import calibrate
from analysis.weighting.describe import describe_weights
from analysis.weighting.diagnostics import effective_size, kish_design_effect
from analysis.weighting.nonresponse import adjust_by_classes
from analysis.weighting.post_stratify import post_stratify
from analysis.weighting.propensity import adjust_by_propensity
from analysis.weighting.rake import rake
from analysis.weighting.trim import trim_weights

__all__ = [
    "AnalysisError",
    "Calibration",
    "FirstPhase",
    "Replicates",
    "Stage",
    "SurveyDesign",
    "adjust_by_classes",
    "adjust_by_propensity",
    "adjust_p_values",
    "allocate",
    "benchmark_areas",
    "calibrate",
    "chi_square_test",
    "combine_imputations",
    "combine_joint_imputations",
    "compare_domains",
    "compare_importance",
    "compare_periods",
    "describe_items",
    "describe_weights",
    "effective_size",
    "estimate_alpha",
    "estimate_calibrated_composites",
    "estimate_calibrated_means",
    "estimate_calibrated_proportions",
    "estimate_calibrated_quantiles",
    "estimate_calibrated_ratios",
    "estimate_calibrated_totals",
    "estimate_composites",
    "estimate_contrasts",
    "estimate_correlations",
    "estimate_covariances",
    "estimate_drivers",
    "estimate_jointly",
    "estimate_margins",
    "estimate_means",
    "estimate_proportions",
    "estimate_proportions_as_r",
    "estimate_quantiles",
    "estimate_ratios",
    "estimate_reliability",
    "estimate_statistic",
    "estimate_top_probabilities",
    "estimate_totals",
    "estimate_variances",
    "exponentiate",
    "find_changes",
    "find_contradictions",
    "fit_fay_herriot",
    "fit_model",
    "fit_nested_error",
    "fit_ordinal",
    "goodness_of_fit_test",
    "grade_estimates",
    "group_alike",
    "judge_league_table",
    "kish_design_effect",
    "likelihood_ratio_test",
    "limit_coefficients",
    "load_framework",
    "make_replicates",
    "measure_item",
    "plan_sample",
    "post_stratify",
    "predict_outcomes",
    "rake",
    "rank_test",
    "rank_units",
    "rate_decision_766",
    "reweight_replicates",
    "scale_weights",
    "score_framework",
    "score_sheets",
    "select_sample",
    "size_by_yamane",
    "size_for_share",
    "smooth_variances",
    "t_test",
    "trim_weights",
    "wald_test",
    "watch_units",
    "weigh_by_inclusion",
    "weigh_stages",
]
