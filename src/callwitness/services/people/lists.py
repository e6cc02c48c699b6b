"""Lists that people keep in spreadsheets (agents, numbers), read from a text table with or without a header."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from callwitness.domain.errors import CallwitnessError
from callwitness.ingest.kit.delimited import split_record
from callwitness.ingest.kit.delimiters import declared_delimiter, guess_delimiter
from callwitness.ingest.kit.encodings import decode, detect, lines_of

LARGEST: Final = 1 << 20
MOST_ROWS: Final = 5_000
_LONGEST_CELL: Final = 200

TOO_LARGE, NOT_TEXT, TOO_MANY, NOTHING = "too_large", "not_text", "too_many", "nothing"


class UnusableList(CallwitnessError):
    """Nothing of the list was taken. code: too_large | not_text | too_many | nothing."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Row:
    """One row. line: physical line, from 1; cells: column to text, '' where there is none."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was not taken. code: why, in words at the edge; value: what stood there."""

    line: int
    code: str
    value: str = ""


def read_list(data: bytes, columns: Mapping[str, frozenset[str]]) -> list[Row]:
    """Rows of a text table. columns: name to the words (lower case) that a header may use, in the usual order.

    Without a header the cells are taken in that order. Raises ``UnusableList``.
    """
    if len(data) > LARGEST:
        raise UnusableList(TOO_LARGE)
    encoding = detect(data[: 64 * 1024])
    text = "" if encoding is None else decode(data, encoding)
    if encoding is None or "\0" in text:
        raise UnusableList(NOT_TEXT)
    lines = lines_of(text)
    if len(lines) > MOST_ROWS + 1:
        raise UnusableList(TOO_MANY)
    rows = _cells(lines)
    if not rows:
        raise UnusableList(NOTHING)
    header = _header(rows[0][1], columns)
    order = header or list(columns)
    found = [Row(line, _named(cells, order, columns)) for line, cells in (rows[1:] if header else rows)]
    if not found:
        raise UnusableList(NOTHING)
    return found


def _cells(lines: Sequence[str]) -> list[tuple[int, list[str]]]:
    declared = declared_delimiter(lines[0]) if lines else None
    delimiter = declared or guess_delimiter(lines) or ";"
    told = list(enumerate(lines, 1))[1 if declared else 0 :]
    return [
        (line, [cell.strip()[:_LONGEST_CELL] for cell in split_record(text, delimiter) or [text]])
        for line, text in told
        if text.strip(" \t\r\n" + delimiter)
    ]


def _header(cells: Sequence[str], columns: Mapping[str, frozenset[str]]) -> list[str] | None:
    """Which column each cell of a header names ('' = none); None when the row is no header."""
    names = [next((name for name, words in columns.items() if cell.lower() in words), "") for cell in cells]
    return names if any(names) else None


def _named(
    cells: Sequence[str], order: Sequence[str], columns: Mapping[str, frozenset[str]]
) -> dict[str, str]:
    given = dict(zip(order, cells, strict=False))
    return {name: given.get(name, "") for name in columns}
