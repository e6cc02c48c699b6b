"""Both sides of a finding as this reader may see them."""

from __future__ import annotations

import re
from typing import Final

from django import template

from callwitness.ledger.access import Scope
from callwitness.web.ui.numbers import masked

register = template.Library()
_NUMBER: Final = re.compile(r"\+\d[\d \-]{6,}\d|(?<![\w.:-])\d{7,}(?![\w:-]|\.\d)")
"""Grouped or not; also bare digits, as calls carry numbers that no plan of numbers knows."""


@register.filter
def for_reader(text: str, scope: Scope) -> str:
    """A sentence or value; telephone numbers in it lose their middle where the reader may not know them."""
    return _NUMBER.sub(lambda found: masked(found[0]), str(text)) if scope.masks_numbers else text
