"""Files in which each line is one event: the lines to look at, rows from lines, refused lines, lines as they stand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

import polars as pl

from callwitness.ingest.contract import REJECTED, Batch, EvidenceFile
from callwitness.ingest.kit.encodings import HEAD, Encoding, decode, detect, lines_of
from callwitness.ingest.kit.lines import MAX_LINE
from callwitness.ingest.kit.text_lines import numbered_lines, original_lines

_LOOK_AT: Final = 20
_COLUMNS: Final = ("file", "row", "reason", "raw")
_RAW: Final = 500
"""Characters of a refused line that are kept."""

Refused = tuple[str, int, str, str]
"""file, row, reason, raw"""


def first_lines(head: bytes) -> list[str]:
    """The first filled lines; a line cut by the end of ``head`` is left out."""
    encoding = detect(head)
    if encoding is None:
        return []
    lines = lines_of(decode(head, encoding))
    whole = lines[:-1] if len(head) >= HEAD and len(lines) > 1 else lines
    return [line for line in whole if line.strip()][:_LOOK_AT]


def rows_of_lines(
    lines: Iterable[tuple[int, str]],
    file: str,
    row_of: Callable[[str], dict[str, Any]],
    refusal: type[Exception],
) -> tuple[list[dict[str, Any]], pl.DataFrame]:
    """Rows with their number as ``row``, and REJECTED; blank lines are no rows. row_of raises ``refusal``."""
    rows: list[dict[str, Any]] = []
    refused: list[Refused] = []
    for number, line in lines:
        if not line.strip():
            continue
        try:
            rows.append({"row": number} | row_of(line))
        except refusal as problem:
            refused.append((file, number, str(problem), line[:_RAW]))
    return rows, _rejected(refused)


def batches_of_lines(
    file: EvidenceFile, encoding: Encoding, read: Callable[[list[tuple[int, str]]], Batch]
) -> Iterator[Batch]:
    """What ``read`` makes of the file's numbered lines, block by block; lines too long to be events are refused."""
    reason = f"a line of more than {MAX_LINE:,} characters"
    for block in numbered_lines(file, encoding):
        batch = read(block.lines)
        long = _rejected([(file.name, row, reason, text[:_RAW]) for row, text in block.overlong])
        yield Batch(batch.records, REJECTED.concat([batch.rejected, long]))


def lines_as_they_stand(
    file: EvidenceFile, rows: Sequence[tuple[str | None, int]]
) -> dict[tuple[str | None, int], str]:
    """Physical lines by row, in whatever encoding the file is."""
    with file.open() as stream:
        head = stream.read(HEAD)
    return original_lines(file, detect(head) or Encoding("utf-8"), rows)


def _rejected(refused: Sequence[Refused]) -> pl.DataFrame:
    if not refused:
        return REJECTED.empty()
    return REJECTED.conform(pl.DataFrame(refused, schema=list(_COLUMNS), orient="row"))
