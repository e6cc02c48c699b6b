"""The command line."""

from callwitness.cli.app import app, main

__all__ = ["app", "main"]
