"""Official indices as frozen data with a decision number, and the arithmetic that follows from them. METHODS 18."""
