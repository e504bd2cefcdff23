"""The pass over the answers: every row is read once, and only sums per group leave it; METHODS 20."""
