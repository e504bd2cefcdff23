"""The first page: which forms are in use, and where the results are."""
