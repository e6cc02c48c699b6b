"""Screens, the front door and what they share."""
