"""The lines of a file as they stood, for people to look at."""

from __future__ import annotations

from collections.abc import Sequence

from callwitness.ingest.contract import EvidenceFile
from callwitness.ingest.kit.lines import read_blocks

_SHOWN = 2_000


def original_texts(
    file: EvidenceFile, rows: Sequence[tuple[str | None, int]]
) -> dict[tuple[str | None, int], str]:
    """Text of physical lines by (sheet, row). Rows the file does not have are left out."""
    wanted: dict[int, list[tuple[str | None, int]]] = {}
    for key in rows:
        wanted.setdefault(key[1], []).append(key)
    found: dict[tuple[str | None, int], str] = {}
    with file.open() as stream:
        for block in read_blocks(stream):
            last = block.first_row + block.data.count(b"\n")
            here = [row for row in wanted if block.first_row <= row < last]
            lines = block.data.split(b"\n") if here else []
            for row in here:
                text = lines[row - block.first_row][: _SHOWN * 4].decode("utf-8", "replace")[:_SHOWN]
                found.update(dict.fromkeys(wanted.pop(row), text))
            if not wanted:
                break
    return found
