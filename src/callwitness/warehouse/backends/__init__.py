"""Engines that run a query over day files."""
