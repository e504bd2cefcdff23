"""Receiving: a response is read, checked, stored once, and acknowledged after the commit."""
