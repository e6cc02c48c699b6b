"""Doubtful answers: recordings that a person must hear."""
