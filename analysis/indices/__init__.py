"""From the answers of one form version and month to its published indices."""
