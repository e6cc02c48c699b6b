"""CSV: RFC 4180 with commas, UTF-8 with a byte order mark, so that spreadsheets read Cyrillic. Written as it is made."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from callwitness.services.exports.exporting.table import Group, Table, Value

MARK: Final = b"\xef\xbb\xbf"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_HARMLESS: Final = re.compile(r"[+-]?\d+(\.\d+)?|\+?[\d•]+")
_INNER: Final = re.compile(r"([;\t\r\n]\s*)(?=[=+@-])")
"""Where a spreadsheet that divides by semicolons, as in Russian and Ukrainian, would begin a cell of its own."""
_PART: Final = 500


def safe(text: str) -> str:
    """A text that no spreadsheet takes for a formula: what begins like one gets an apostrophe before it.

    So does what would begin one if the text were divided. Telephone numbers and plain numbers stay as they are.
    """
    text = _INNER.sub(r"\1'", text)
    if text.startswith(_FORMULA) and not _HARMLESS.fullmatch(text):
        return "'" + text
    return text


def parts(table: Table) -> Iterator[bytes]:
    """The file in pieces of some hundred rows. A group is a row of its label and its figures."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    yield MARK
    writer.writerow([safe(head.precise) for head in table.heads])
    for number, row in enumerate(table.rows, 1):
        writer.writerow(
            _group(row, len(table.heads)) if isinstance(row, Group) else [_text(value) for value in row]
        )
        if number % _PART == 0:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _group(group: Group, width: int) -> list[str]:
    cells = [safe(group.label), *(safe(said) for said in group.figures)]
    return cells + [""] * (width - len(cells))


def _text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".")
    return safe(value) if isinstance(value, str) else str(value)
