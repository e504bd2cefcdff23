"""Official indices as frozen data with a decision number, and the arithmetic that follows. METHODS 18."""

from analysis.indices.official.breaks import compare_years, mark_series
from analysis.indices.official.decision_766 import rate_decision_766
from analysis.indices.official.frameworks import framework_on, load_framework, recipe_of
from analysis.indices.official.method import describe_parameters
from analysis.indices.official.one_stop import band_of, score_sheets
from analysis.indices.official.papi_groups import group_quartiles
from analysis.indices.official.papi_intervals import add_intervals, least_difference
from analysis.indices.official.papi_scores import (
    add_up_scores,
    score_indicators,
    share_favourable,
    share_of_range,
    summarise_units,
)
from analysis.indices.official.papi_structure import (
    Indicator,
    cut_digits,
    list_indicators,
    list_withheld,
    load_structure,
    score_range,
)
from analysis.indices.official.par_index import class_of, find_set, index_of_points, sipas_points
from analysis.indices.official.points import (
    apply_rule,
    band_points,
    count_points,
    linear_points,
    min_max_points,
    option_points,
    proportional_points,
)
from analysis.indices.official.reading import list_methods, load_method
from analysis.indices.official.score import score_framework

__all__ = [
    "Indicator",
    "add_intervals",
    "add_up_scores",
    "apply_rule",
    "band_of",
    "band_points",
    "class_of",
    "compare_years",
    "count_points",
    "cut_digits",
    "describe_parameters",
    "find_set",
    "framework_on",
    "group_quartiles",
    "index_of_points",
    "least_difference",
    "linear_points",
    "list_indicators",
    "list_methods",
    "list_withheld",
    "load_framework",
    "load_method",
    "load_structure",
    "mark_series",
    "min_max_points",
    "option_points",
    "proportional_points",
    "rate_decision_766",
    "recipe_of",
    "score_framework",
    "score_indicators",
    "score_range",
    "score_sheets",
    "share_favourable",
    "share_of_range",
    "sipas_points",
    "summarise_units",
]
