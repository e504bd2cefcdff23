"""Web, database, command line, jobs."""
