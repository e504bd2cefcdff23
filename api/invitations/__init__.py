"""Finished cases, each of which may be answered once, and none of which an answer leads back to."""
