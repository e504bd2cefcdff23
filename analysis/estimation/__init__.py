"""From answers to estimates: one reduction to sums per (domain, stratum, PSU), then small tables."""
