"""Agents, teams and their extensions."""
