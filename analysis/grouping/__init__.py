"""Rows in groups: keys as whole numbers, their combinations, and sums by group on two threads; METHODS 20."""
