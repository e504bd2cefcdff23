"""Frames in, estimates out. Knows no web and no database."""
