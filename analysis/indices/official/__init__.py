"""Official indices as frozen data with a decision number, and the arithmetic that follows. METHODS 18."""
