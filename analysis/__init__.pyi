"""The names of the face with their types, for editors and type checkers; ``__init__.py`` loads them."""

from analysis.design import Replicates, Stage, SurveyDesign
from analysis.designs.replicate import (
    make_replicates,
    reweight_replicates,
)
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
from analysis.estimation.estimate import (
    estimate_means,
    estimate_proportions,
    estimate_ratios,
    estimate_totals,
)
from analysis.estimation.measures import measure_item
from analysis.estimation.quantiles import estimate_quantiles
from analysis.estimation.variances import estimate_variances
from analysis.ranking.confidence_sets import rank_units
from analysis.ranking.league_table import judge_league_table
from analysis.sampling.allocate import allocate
from analysis.sampling.plan import plan_sample
from analysis.sampling.selection import select_sample
from analysis.sampling.size import size_by_yamane, size_for_share
from analysis.small_area.fay_herriot import fit_fay_herriot
from analysis.small_area.nested_error import fit_nested_error
from analysis.weighting.auxiliaries import Calibration
from analysis.weighting.base import scale_weights, weigh_by_inclusion
from analysis.weighting.calibrate import calibrate
from analysis.weighting.describe import describe_weights
from analysis.weighting.nonresponse import adjust_by_classes
from analysis.weighting.post_stratify import post_stratify
from analysis.weighting.propensity import adjust_by_propensity
from analysis.weighting.rake import rake
from analysis.weighting.trim import trim_weights

__all__ = [
    "AnalysisError",
    "Calibration",
    "Replicates",
    "Stage",
    "SurveyDesign",
    "adjust_by_classes",
    "adjust_by_propensity",
    "allocate",
    "calibrate",
    "describe_weights",
    "estimate_calibrated_composites",
    "estimate_calibrated_means",
    "estimate_calibrated_proportions",
    "estimate_calibrated_quantiles",
    "estimate_calibrated_ratios",
    "estimate_calibrated_totals",
    "estimate_composites",
    "estimate_means",
    "estimate_proportions",
    "estimate_quantiles",
    "estimate_ratios",
    "estimate_totals",
    "estimate_variances",
    "fit_fay_herriot",
    "fit_nested_error",
    "judge_league_table",
    "make_replicates",
    "measure_item",
    "plan_sample",
    "post_stratify",
    "rake",
    "rank_units",
    "reweight_replicates",
    "scale_weights",
    "select_sample",
    "size_by_yamane",
    "size_for_share",
    "trim_weights",
    "weigh_by_inclusion",
    "weigh_stages",
]
