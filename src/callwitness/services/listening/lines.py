"""Which line a recording belongs to: one for all, a table, or the folders they lie in."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from callwitness.domain.errors import UsageError
from callwitness.ingest.kit.delimiters import guess_delimiter
from callwitness.ingest.kit.encodings import HEAD, decode, detect, lines_of
from callwitness.services.listening.gather import Input, shown

ONE_LINE: Final = "default"
"""The line of recordings about which nobody said anything."""

_LONGEST_TABLE: Final = 64 << 20
_COLUMNS: Final = ("file", "line")
_EXPECTED: Final = "expected a CSV table with the columns file and line"


@dataclass(frozen=True, slots=True)
class Lines:
    """of: name of a recording -> its line. notes: rows and recordings that could not be joined."""

    of: Mapping[str, str]
    notes: list[str]


def one_line(inputs: Sequence[Input], line: str = ONE_LINE) -> Lines:
    """All recordings belong to one line."""
    return Lines({each.file: line for each in inputs}, [])


def from_folders(inputs: Sequence[Input], root: Path) -> Lines:
    """The first folder in a recording's name is its line; without one the folder that holds it.

    So ``sales/2026-11/a.wav`` is of the line ``sales``, and so is ``a.wav`` when only the folder ``sales`` is heard.
    """
    own = shown(Path(root.name)) if root.name else ONE_LINE
    lines = {}
    for each in inputs:
        parts = PurePosixPath(each.file).parts
        lines[each.file] = parts[0] if len(parts) > 1 else own
    return Lines(lines, [])


def from_table(inputs: Sequence[Input], table: Path) -> Lines:
    """Lines from a CSV file with the columns ``file`` and ``line``; without a heading they are the first two.

    ``file`` is the name a recording has in the results, or its path, seen from the table's folder or from the working
    directory. Recordings without a row share the line ``default``. Bad rows become notes.
    Raises ``UsageError`` when the table cannot be read.
    """
    named = {each.file: each.file for each in inputs}
    placed = {_place(each.path): each.file for each in inputs}
    lines: dict[str, str] = {}
    notes: list[str] = []
    for row, file, line in _rows(table):
        where = f"{shown(table)}, row {row}"
        found = named.get(file) or placed.get(_place(table.parent / file)) or placed.get(_place(Path(file)))
        if not file or not line:
            notes.append(f"{where}: expected a file and a line.")
        elif found is None:
            notes.append(f"{where}: {file}: not among the recordings.")
        elif lines.setdefault(found, line) != line:
            notes.append(f"{where}: {file}: is of the line {lines[found]} by an earlier row, not of {line}.")
    left = list(dict.fromkeys(each.file for each in inputs if each.file not in lines))
    if left:
        notes.append(
            f"{shown(table)}: no line for {len(left)} recordings, {left[0]} first: their line is {ONE_LINE}."
        )
    return Lines({**dict.fromkeys(left, ONE_LINE), **lines}, notes)


def _place(path: Path) -> str:
    return os.path.realpath(path)


def _rows(table: Path) -> Iterator[tuple[int, str, str]]:
    """Row of the file from 1, its file, its line."""
    text = _text(table)
    delimiter = guess_delimiter(lines_of(text)) or ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    at = _COLUMNS.index("file"), _COLUMNS.index("line")
    before = 0
    try:
        for cells in reader:
            row, before = before + 1, reader.line_num
            cells = [cell.strip() for cell in cells]
            names = [cell.lower() for cell in cells]
            if row == 1 and set(_COLUMNS) <= set(names):
                at = names.index("file"), names.index("line")
            elif row == 1 and len(cells) != len(_COLUMNS):
                raise UsageError(
                    f"{shown(table)}, row 1: {_EXPECTED}, found: {', '.join(cells)[:100] or 'nothing'}"
                )
            elif any(cells):
                file, line = (cells[place] if place < len(cells) else "" for place in at)
                yield row, file.replace("\\", "/").replace("\0", "\ufffd"), line  # no path holds a zero
    except csv.Error as problem:
        raise UsageError(f"{shown(table)}, row {reader.line_num}: {_EXPECTED}: {problem}") from None


def _text(table: Path) -> str:
    try:
        if not table.is_file():
            raise UsageError(f"{shown(table)}: no such file; {_EXPECTED}")
        if table.stat().st_size > _LONGEST_TABLE:
            raise UsageError(f"{shown(table)}: larger than {_LONGEST_TABLE >> 20} MB; {_EXPECTED}")
        data = table.read_bytes()
    except OSError as problem:
        raise UsageError(f"{shown(table)}: cannot be read: {problem.strerror}") from None
    encoding = detect(data[:HEAD])
    if encoding is None:
        raise UsageError(f"{shown(table)}: not text; {_EXPECTED}")
    return decode(data, encoding)
