"""Use cases: what the command line and, later, the server do, from evidence to result."""
