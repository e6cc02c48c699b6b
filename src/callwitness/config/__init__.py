"""Composition root: settings and wiring. Nothing below imports it."""
