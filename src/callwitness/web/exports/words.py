"""The words of files are those of the screens."""

from __future__ import annotations

from callwitness.web.ui import words
from callwitness.web.ui.numbers import masked


class ScreenWords:
    """``services.exporting.words.Words``."""

    def word(self, kind: str, code: object) -> str:
        return words.word(kind, code)

    def masked(self, number: str) -> str:
        return masked(number)
