"""Names of lines as libraries know them."""

from __future__ import annotations

from django import template

from callwitness.web.ui import words
from callwitness.web.ui.templatetags.callwitness import grouped

register = template.Library()


@register.filter
def line_name(line: str) -> str:
    """A number of ours grouped; outbound and internal calls in words; else the queue or source itself."""
    return words.word("direction", line) if line in ("outbound", "internal") else grouped(line)
