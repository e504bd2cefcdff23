"""Interviews: a list of cases goes to a tablet, what came of each try comes back, apart from the answers."""
