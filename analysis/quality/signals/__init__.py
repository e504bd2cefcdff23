"""Signals: what in a month's responses an analyst should look at, each with its reason; none is ever dropped."""
