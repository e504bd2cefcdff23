"""Models of answers: reliability of scales, drivers of satisfaction."""
