"""Recordings as witnesses: which call each is of, when it began on that call's time axis, what it says of an answer."""
