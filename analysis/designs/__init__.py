"""Designs beyond one stage with equal chances: several stages, certainty and PPS units, replicate weights."""
