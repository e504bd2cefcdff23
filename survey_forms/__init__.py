"""What we ask, and the pages that ask it. Knows no HTTP and no database."""
