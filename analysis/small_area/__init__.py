"""Figures for areas with few responses, from a model that borrows strength from the others; METHODS 13."""

from analysis.small_area.benchmark import benchmark_areas
from analysis.small_area.fay_herriot import AreaModel, fit_fay_herriot
from analysis.small_area.nested_error import UnitModel, fit_nested_error
from analysis.small_area.sampling_variances import smooth_variances

__all__ = [
    "AreaModel",
    "UnitModel",
    "benchmark_areas",
    "fit_fay_herriot",
    "fit_nested_error",
    "smooth_variances",
]
