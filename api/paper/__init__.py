"""Paper: sheets with serials are printed, keyed in by batch, a sample blindly twice, and become responses."""
