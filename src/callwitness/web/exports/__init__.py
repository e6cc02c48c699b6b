"""Scheduled exports and what they sent."""
