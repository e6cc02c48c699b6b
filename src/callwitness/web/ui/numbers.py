"""Telephone numbers as people read them, and without their middle for who may not know them."""

from __future__ import annotations

import re
from typing import Final

_LEAST_MASKED: Final = 7
_SEEN_BEFORE: Final = 5
_SEEN_AFTER: Final = 2
_DIGIT: Final = re.compile(r"\d")


def masked(grouped: str) -> str:
    """``+7 900 123-45-67`` -> ``+7 900 1••-••-67``; internal numbers, of fewer than 7 digits, stay as they are."""
    places = [match.start() for match in _DIGIT.finditer(grouped)]
    if len(places) < _LEAST_MASKED:
        return grouped
    hidden = set(places[min(_SEEN_BEFORE, len(places) - 4) : -_SEEN_AFTER])
    return "".join("•" if place in hidden else letter for place, letter in enumerate(grouped))
