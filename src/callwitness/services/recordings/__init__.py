"""Recordings: kept, fetched, measured, tied to calls."""
