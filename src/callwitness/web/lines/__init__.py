"""Lines that carry calls."""
