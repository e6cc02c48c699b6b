"""A byte stream as blocks of whole lines: UTF-8, every line ended by LF, none without bound."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Final

import numpy as np

BLOCK: Final = 8 << 20
MAX_LINE: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class LineBlock:
    """Whole lines of a file.

    data: UTF-8, each line ended by LF, no CR, no NUL. first_row: physical number of the first line, from 1.
    overlong: (row, beginning) of lines of more than ``MAX_LINE`` bytes; an empty line stands in their place.
    """

    data: bytes
    first_row: int
    overlong: tuple[tuple[int, str], ...] = ()


def read_blocks(stream: IO[bytes], fallback: str = "cp1251", size: int = BLOCK) -> Iterator[LineBlock]:
    """The stream in blocks of about ``size`` bytes. A line that is not UTF-8 is read as ``fallback``."""
    row = 1
    for piece in _whole_lines(stream, size):
        data = piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in piece else piece
        lines = data.count(b"\n")
        data, overlong = _without_overlong(data, row)
        if b"\0" in data:
            data = data.replace(b"\0", b"")
        yield LineBlock(_to_utf8(data, fallback), row, overlong)
        row += lines


def _whole_lines(stream: IO[bytes], size: int) -> Iterator[bytes]:
    """Pieces that end with a line end. A line without end keeps its first ``MAX_LINE + 1`` bytes only."""
    carry = b""
    skipping = False
    start = True
    while chunk := stream.read(size):
        if skipping:
            chunk, skipping = _after_line(chunk)
        if start:
            chunk, start = chunk.removeprefix(b"\xef\xbb\xbf"), False
        data = carry + chunk
        cut = _last_line_end(data)
        if cut:
            yield data[:cut]
        carry = data[cut:]
        if len(carry) > MAX_LINE + 1:
            carry, skipping = carry[: MAX_LINE + 1], True
    if carry:
        yield carry if carry.endswith(b"\r") else carry + b"\n"


def _last_line_end(data: bytes) -> int:
    """Where the last whole line ends. A CR at the very end waits: LF may follow."""
    lf, cr = data.rfind(b"\n"), data.rfind(b"\r", 0, -1)
    return max(lf, cr) + 1


def _after_line(chunk: bytes) -> tuple[bytes, bool]:
    """What follows the first line end, itself included; and whether there was none."""
    ends = [at for at in (chunk.find(b"\n"), chunk.find(b"\r")) if at >= 0]
    return (chunk[min(ends) :], False) if ends else (b"", True)


def _without_overlong(data: bytes, row: int) -> tuple[bytes, tuple[tuple[int, str], ...]]:
    """The lines with an empty one in place of each that is too long; and the row and beginning of those."""
    if len(data) <= MAX_LINE:
        return data, ()
    ends = np.flatnonzero(np.frombuffer(data, np.uint8) == 10)
    found = np.flatnonzero(np.diff(ends, prepend=-1) > MAX_LINE + 1).tolist()
    if not found:
        return data, ()
    lines = data.split(b"\n")
    overlong = tuple((row + index, lines[index][:500].decode("utf-8", "replace")) for index in found)
    for index in found:
        lines[index] = b""
    return b"\n".join(lines), overlong


def _to_utf8(data: bytes, fallback: str) -> bytes:
    if data.isascii():
        return data
    try:
        data.decode()
    except UnicodeDecodeError:
        return b"\n".join(_line_to_utf8(line, fallback) for line in data.split(b"\n"))
    return data


def _line_to_utf8(line: bytes, fallback: str) -> bytes:
    try:
        line.decode()
    except UnicodeDecodeError:
        return line.decode(fallback, "replace").encode()
    return line
