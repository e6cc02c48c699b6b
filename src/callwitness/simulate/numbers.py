"""Fictitious phone numbers of the world, and the ways in which a provider writes them.

Nobody has them: Russian callers are +7 9NN 000-xx-xx, Ukrainian ones +380 NN 00x xx xx (subscriber numbers that
begin with zeros are not given out); lines of the company are +7 495 000-00-1x, +7 800 000-00-01, +380 44 000 00 1x
and +380 800 000 001.
"""

from __future__ import annotations

import random
from typing import Final

_RU_CODES: Final = tuple(str(code) for code in range(900, 1000))
_UA_CODES: Final = ("50", "63", "66", "67", "68", "73", "91", "92", "93", "94", "95", "96", "97", "98", "99")
_STRIDE: Final = 7_919  # prime: walks each pool without repeating


class NumberPool:
    """Callers' numbers, each given out once until a million (RU) or 150,000 (UA) are used up."""

    def __init__(self, country: str, rng: random.Random) -> None:
        self._country = country
        self._codes = _RU_CODES if country == "RU" else _UA_CODES
        self._each = 10_000
        self._size = len(self._codes) * self._each
        self._next = rng.randrange(self._size)

    def take(self) -> str:
        """The next number: digits of E.164 without plus."""
        self._next = (self._next + _STRIDE) % self._size
        code, subscriber = divmod(self._next, self._each)
        if self._country == "RU":
            return f"7{self._codes[code]}000{subscriber:04d}"
        return f"380{self._codes[code]}000{subscriber:04d}"


def line_numbers(country: str) -> tuple[str, ...]:
    """Numbers of the company: five city numbers, then the toll-free one."""
    if country == "RU":
        return (*(f"7495000001{n}" for n in range(5)), "78000000001")
    return (*(f"38044000001{n}" for n in range(5)), "380800000001")


def national(digits: str) -> str:
    """As dialled inside the country: 8 and ten digits (RU), 0 and nine (UA)."""
    return f"8{digits[1:]}" if digits[0] == "7" else digits[2:]


def written(digits: str, form: int) -> str:
    """One of five ways to write a number: +digits, digits, national, national with brackets, spaced or bare."""
    if form == 0:
        return f"+{digits}"
    if form == 1:
        return digits
    if form == 2:
        return national(digits)
    if digits[0] == "7":
        area, first, second, third = digits[1:4], digits[4:7], digits[7:9], digits[9:]
        return f"8 ({area}) {first}-{second}-{third}" if form == 3 else digits[1:]
    area, first, second, third = digits[2:5], digits[5:8], digits[8:10], digits[10:]
    return f"({area}) {first}-{second}-{third}" if form == 3 else f"+38 {area} {first} {second} {third}"
