"""The demonstration: one province with a known truth, made from a seed, labelled wherever it shows."""
