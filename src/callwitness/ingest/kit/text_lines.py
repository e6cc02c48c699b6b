"""Lines of a text file with their numbers, in blocks, and some of them as they stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from callwitness.ingest.contract import EvidenceFile
from callwitness.ingest.kit.delimited import MAX_RECORD_LINES
from callwitness.ingest.kit.encodings import Encoding, open_as_utf8
from callwitness.ingest.kit.lines import read_blocks


@dataclass(frozen=True, slots=True)
class NumberedLines:
    """Some lines of a file. lines: (row from 1, text). overlong: (row, beginning) of lines too long to be a record."""

    lines: list[tuple[int, str]]
    overlong: list[tuple[int, str]]


def numbered_lines(file: EvidenceFile, encoding: Encoding, size: int = 1 << 22) -> Iterator[NumberedLines]:
    """The lines of a file in blocks of about ``size`` bytes."""
    with open_as_utf8(file.path, encoding) as stream:
        for block in read_blocks(stream, size=size):
            lines = block.data.decode().split("\n")[:-1]
            yield NumberedLines(list(enumerate(lines, block.first_row)), list(block.overlong))


def original_lines(
    file: EvidenceFile, encoding: Encoding, rows: Sequence[tuple[str | None, int]]
) -> dict[tuple[str | None, int], str]:
    """Physical lines of a text file by row; a quoted cell over several lines is given whole."""
    wanted = {row: (sheet, row) for sheet, row in rows}
    found: dict[tuple[str | None, int], str] = {}
    with open_as_utf8(file.path, encoding) as stream:
        for block in read_blocks(stream):
            last = block.first_row + block.data.count(b"\n")
            asked = [row for row in wanted if block.first_row <= row < last]
            if not asked:
                continue
            lines = block.data.decode().split("\n")
            found.update({wanted[row]: _whole_record(lines, row - block.first_row) for row in asked})
    return found


def _whole_record(lines: list[str], at: int) -> str:
    end = at + 1
    while "\n".join(lines[at:end]).count('"') % 2 and end < min(at + MAX_RECORD_LINES, len(lines)):
        end += 1
    text = "\n".join(lines[at:end])
    return text if text.count('"') % 2 == 0 else lines[at]
