"""Signals: computed every night, looked at by analysts, and what they decide about them."""
