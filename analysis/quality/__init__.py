"""What cannot be, or should be looked at: printed figures that contradict each other."""
