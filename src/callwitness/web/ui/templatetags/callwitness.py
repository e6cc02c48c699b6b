"""Tags and filters of all pages: numbers, durations, moments, verdicts in words."""

from __future__ import annotations

from django import template

register = template.Library()
