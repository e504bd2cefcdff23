"""Weights: cells, post-stratification, raking, and what the weights cost."""
