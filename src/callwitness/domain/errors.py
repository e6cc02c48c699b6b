"""Everything that can go wrong on purpose.

CallwitnessError
|- UsageError              the command or configuration is wrong: exit 2
|- UnreadableEvidence      nothing can be read from a file: which file, what was expected
|- InvariantBroken         our sums do not add up: a bug of ours, nothing is written
"""

from __future__ import annotations


class CallwitnessError(Exception):
    """Base of all errors that carry a sentence for the user."""


class UsageError(CallwitnessError):
    """Wrong arguments or configuration."""


class UnreadableEvidence(CallwitnessError):
    """A file from which nothing can be read."""

    def __init__(self, file: str, expected: str, row: int | None = None) -> None:
        self.file, self.expected, self.row = file, expected, row
        place = file if row is None else f"{file}, row {row}"
        super().__init__(f"{place}: {expected}")


class InvariantBroken(CallwitnessError):
    """An invariant of the result does not hold."""
