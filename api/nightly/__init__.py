"""Nightly work: every step in its turn, none overlapping another run, and what came of it for staff to see."""
