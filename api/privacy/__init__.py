"""What is kept and why, for everybody to read; seeing and deleting one's own response by its receipt."""
