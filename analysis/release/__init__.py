"""A released month as tables and words: what stands in its files, how it is described, how it is read again."""
