"""Where the header of a table stands: below titles, in one row or two."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from callwitness.ingest.kit.header_words import field_scores
from callwitness.ingest.kit.table_profile import MAX_COLUMNS

_HEADER_WITHIN: Final = 40  # rows of titles, addresses and filters above the header


def column_names(fields: pl.DataFrame) -> list[str]:
    """Names of the cell columns, in order, as far as they are looked at."""
    return [name for name in fields.columns if name.startswith("f")][:MAX_COLUMNS]


def find_header(fields: pl.DataFrame) -> tuple[int, list[str]]:
    """Physical row of the header and its texts by column; (0, blanks) when there is none.

    The header is the row in which most cells are words for fields; of a header in two rows the lower one is given
    and the texts are put together.
    """
    columns = column_names(fields)
    rows = fields.select("row", "width", *columns).head(_HEADER_WITHIN).rows()
    names = len(columns)
    counts = [_header_cells(row[2:]) for row in rows]
    best = max(range(len(rows)), key=lambda at: (counts[at], -at), default=-1)
    if best < 0 or counts[best] < 2:
        return _plain_header(rows) or (0, [""] * names)
    texts = _texts(rows[best])
    if best + 1 < len(rows) and counts[best + 1] >= 2 and _is_words(rows[best + 1][2:]):
        lower = _texts(rows[best + 1])
        if lower != texts:
            return rows[best + 1][0], [_both(a, b) for a, b in zip(texts, lower, strict=True)]
    return rows[best][0], texts


def _plain_header(rows: list[tuple[object, ...]]) -> tuple[int, list[str]] | None:
    """A first row of words that are no words for fields, above a row of numbers and dates."""
    if len(rows) < 2 or not _is_words(_texts(rows[0])) or sum(map(bool, _texts(rows[0]))) < 2:
        return None
    numbers = sum(any(letter.isdecimal() for letter in cell) for cell in _texts(rows[1]))
    return (int(str(rows[0][0])), _texts(rows[0])) if numbers >= 2 else None


def _texts(row: tuple[object, ...]) -> list[str]:
    return [" ".join(str(cell or "").split()) for cell in row[2:]]


def _header_cells(cells: Sequence[str | None]) -> int:
    words = {cell.strip() for cell in cells if cell and cell.strip()}
    return sum(len(word) <= 60 and max(field_scores(word).values(), default=0.0) >= 0.6 for word in words)


def _is_words(cells: Sequence[str | None]) -> bool:
    return not any(letter.isdecimal() for cell in cells for letter in cell or "")


def _both(upper: str, lower: str) -> str:
    return upper if upper == lower or not lower else f"{upper} {lower}".strip()
