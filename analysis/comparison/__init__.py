"""Differences, ratios and other contrasts between domains, items and periods; METHODS 15."""

from analysis.comparison.contrasts import estimate_contrasts

__all__ = ["estimate_contrasts"]
