"""Callwitness: what every witness of a call says, what really happened, and where they disagree."""

__version__ = "0.1.0"
