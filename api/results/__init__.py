"""The results page: what a released month says, for people to read."""
