"""Completed transactions: the denominators. Never estimated: what no office filed is not there."""
