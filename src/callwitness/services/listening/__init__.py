"""Recordings in, facts out: which files, of which lines, heard in parallel, written as JSON lines."""
