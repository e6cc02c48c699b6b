"""Which character divides the cells of a text table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from callwitness.ingest.kit.delimited import split_record

DELIMITERS: Final = (";", "\t", ",", "|")
_SAMPLE: Final = 300


def declared_delimiter(first_line: str) -> str | None:
    """The delimiter that a first line ``sep=;`` declares (spreadsheet programs write it), else None."""
    line = first_line.strip('\r\n "')
    return line[4] if line.lower().startswith("sep=") and len(line) == 5 else None


def guess_delimiter(lines: Sequence[str]) -> str | None:
    """The delimiter by which most lines fall into the same number of cells, at least two; None when none does."""
    sample = [line[:10_000] for line in lines if line.strip()][:_SAMPLE]
    scores = {delimiter: _agreement(sample, delimiter) for delimiter in DELIMITERS}
    best = max(DELIMITERS, key=lambda delimiter: scores[delimiter])
    return best if scores[best] > 0 else None


def _agreement(lines: Sequence[str], delimiter: str) -> float:
    counts = Counter(len(split_record(line, delimiter) or ()) for line in lines)
    counts.pop(0, None)
    counts.pop(1, None)
    if not counts:
        return 0.0
    width, agreeing = max(counts.items(), key=lambda item: (item[1] * min(item[0], 4), item[0]))
    # decimal commas make poor tables of two columns: width counts as well as agreement
    return float(agreeing / len(lines) * min(width, 6) ** 0.5)
