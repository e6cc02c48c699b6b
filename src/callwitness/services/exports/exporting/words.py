"""The words of a file: codes and columns in the language that is active. The screens give them when the server starts."""

from __future__ import annotations

from typing import Protocol


class Words(Protocol):
    """Turns codes into words of the active language."""

    def word(self, kind: str, code: object) -> str:
        """The word for a code of a kind: column, verdict, direction, recovery, flag, finding, period, weekday."""
        ...

    def masked(self, number: str) -> str:
        """A telephone number without its middle."""
        ...


class _Codes:
    """Codes as they are, until words are given."""

    def word(self, kind: str, code: object) -> str:
        return "" if code is None else str(code)

    def masked(self, number: str) -> str:
        return "•" * len(number)


_given: list[Words] = [_Codes()]


def give(words: Words) -> None:
    """From now on files speak in these words."""
    _given[:] = [words]


def words() -> Words:
    """The words in force."""
    return _given[0]
