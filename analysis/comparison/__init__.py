"""Differences, ratios and other contrasts between domains, items and periods; METHODS 15."""

from analysis.comparison.contrasts import estimate_contrasts
from analysis.comparison.domains import compare_domains
from analysis.comparison.multiplicity import adjust_p_values
from analysis.comparison.periods import compare_periods

__all__ = ["adjust_p_values", "compare_domains", "compare_periods", "estimate_contrasts"]
