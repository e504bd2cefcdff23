"""Finds and masks what leads to a person in a comment: text in, masked text out; knows no table and no page."""
