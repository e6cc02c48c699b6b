"""Delimited text to columns, fast where a scan proves the lines regular, patient where they are not.

``read_delimited`` walks a byte stream in blocks. A line is *regular* when every quote stands where RFC 4180 puts
it and none is left open: such lines go to the Polars reader. The others (an open quote, a quote inside a field, a
cell over several lines) go through ``split_record``. Both give the same fields; a property test holds them to it.

What becomes of damage: CRLF, CR and LF all end a line; NUL bytes are dropped; bytes that are not UTF-8 are read in
the fallback encoding, line by line; a line longer than ``MAX_LINE`` or with a quote that never closes is rejected.
Empty lines are no rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from callwitness.ingest.kit.lines import MAX_LINE, LineBlock, read_blocks

MAX_RECORD_LINES: Final = 64
MAX_FIELDS: Final = 2000
"""No list of calls is wider; a column for each of a million separators would take seconds and gigabytes."""
REJECTED_LINES: Final = {"row": pl.Int64(), "reason": pl.String(), "raw": pl.String()}

_Ints = npt.NDArray[np.int64]
_Flags = npt.NDArray[np.bool_]
_Bytes = npt.NDArray[np.uint8]

_LF: Final = 10
_QUOTE: Final = 34


@dataclass(frozen=True, slots=True)
class FieldBlock:
    """Some rows of a file.

    fields: ``row`` (Int64, physical first line from 1), ``width`` (Int64, number of fields), ``f0``, ``f1``, ...
    (String; "" = empty, null = the row has fewer fields), in the order of the file.
    rejected: columns of ``REJECTED_LINES``.
    """

    fields: pl.DataFrame
    rejected: pl.DataFrame


def read_delimited(stream: IO[bytes], delimiter: str = ",", fallback: str = "cp1251") -> Iterator[FieldBlock]:
    """All rows of a stream, block by block. Never raises on content, whatever the bytes."""
    seen: set[int] = set()
    for block in read_blocks(stream, fallback):
        yield _read_block(block, delimiter, seen)


def split_record(text: str, delimiter: str = ",") -> list[str] | None:
    """The fields of one record, or None when a quote is left open.

    A field that starts with a quote ends at a quote before a delimiter or the end; any other quote inside it is
    taken as written. A field that starts otherwise ends at the next delimiter.
    """
    fields: list[str] = []
    at = 0
    while True:
        if text.startswith('"', at):
            end = _closing_quote(text, at + 1, delimiter)
            if end < 0:
                return None
            fields.append(text[at + 1 : end].replace('""', '"'))
            end += 1
        else:
            end = text.find(delimiter, at)
            end = len(text) if end < 0 else end
            fields.append(text[at:end])
        if end >= len(text):
            return fields
        at = end + 1


def _closing_quote(text: str, at: int, delimiter: str) -> int:
    """Where the quoted field that starts before ``at`` closes, -1 = nowhere."""
    while True:
        at = text.find('"', at)
        if at < 0:
            return -1
        after = text[at + 1 : at + 2]
        if after in ("", delimiter):
            return at
        at += 2 if after == '"' else 1


def fields_frame(rows: list[tuple[int, list[str]]]) -> pl.DataFrame:
    """Rows as ``FieldBlock.fields``."""
    widest = max((len(fields) for _, fields in rows), default=0)
    columns: dict[str, pl.Series] = {
        "row": pl.Series("row", [row for row, _ in rows], pl.Int64),
        "width": pl.Series("width", [len(fields) for _, fields in rows], pl.Int64),
    }
    for index in range(widest):
        values = [fields[index] if index < len(fields) else None for _, fields in rows]
        columns[f"f{index}"] = pl.Series(f"f{index}", values, pl.String)
    return pl.DataFrame(columns)


def rejected_frame(rows: list[tuple[int, str, str]]) -> pl.DataFrame:
    """(row, reason, raw) as ``FieldBlock.rejected``."""
    return pl.DataFrame(
        [(row, reason, raw[:500]) for row, reason, raw in rows], schema=REJECTED_LINES, orient="row"
    )


def _read_block(block: LineBlock, delimiter: str, seen: set[int]) -> FieldBlock:
    data = np.frombuffer(block.data, np.uint8)
    ends = np.flatnonzero(data == _LF)
    starts = np.concatenate(([0], ends[:-1] + 1)) if len(ends) else ends
    slow = _irregular(data, ends, ord(delimiter))
    blank = starts == ends
    parts: list[pl.DataFrame] = []
    rejected = [(row, f"a line of more than {MAX_LINE:,} characters", raw) for row, raw in block.overlong]
    for index in _too_wide(block.data, starts, ends, delimiter):
        slow[index], blank[index] = False, True
        raw = block.data[starts[index] : ends[index]][:2000].decode("utf-8", "ignore")
        rejected.append((block.first_row + index, f"a line of more than {MAX_FIELDS:,} fields", raw))
    fast = ~slow & ~blank
    if fast.any():
        picked = block.data if fast.all() else _pick(block.data, starts, ends, np.flatnonzero(fast))
        frames = _parse_regular(picked, np.flatnonzero(fast) + block.first_row, delimiter)
        seen.update(width for frame in frames for width in frame["width"].unique())
        parts += frames
    if slow.any():
        texts = {int(i): block.data[starts[i] : ends[i]].decode() for i in np.flatnonzero(slow & ~blank)}
        rows, bad = _split_slowly(texts, block.first_row, delimiter, seen)
        parts.append(fields_frame(rows))
        rejected += bad
    fields = pl.concat(parts, how="diagonal") if parts else fields_frame([])
    if len(parts) > 1:
        fields = fields.sort("row")
    return FieldBlock(fields, rejected_frame(sorted(rejected)))


def _too_wide(data: bytes, starts: _Ints, ends: _Ints, delimiter: str) -> list[int]:
    """Lines with more separators than a list of calls has columns."""
    long = np.flatnonzero(ends - starts > MAX_FIELDS).tolist()
    return [at for at in long if data.count(delimiter.encode(), starts[at], ends[at]) >= MAX_FIELDS]


def _irregular(
    data: _Bytes,
    ends: _Ints,
    delimiter: int,
) -> _Flags:
    """Which lines the fast reader must not see."""
    slow = np.zeros(len(ends), bool)
    quotes = np.flatnonzero(data == _QUOTE)
    if not len(quotes):
        return slow
    per_line = np.diff(np.searchsorted(quotes, ends), prepend=0)
    odd = np.flatnonzero(per_line & 1)
    if len(odd):
        _mark_open(slow, odd)
        quotes = quotes[~np.repeat(slow, per_line)]
    opening, closing = quotes[0::2], quotes[1::2]
    before, after = data[opening - 1], data[closing + 1]
    misplaced = (before != delimiter) & (before != _QUOTE) & (before != _LF) & (opening != 0)
    misplaced |= (after != delimiter) & (after != _QUOTE) & (after != _LF)
    if misplaced.any():
        slow[np.searchsorted(ends, opening[misplaced])] = True
    return slow


def _mark_open(slow: _Flags, odd: _Ints) -> None:
    """Lines with an open quote, and the lines that a cell between two of them may span."""
    slow[odd] = True
    for first, last in zip(odd.tolist(), odd.tolist()[1:], strict=False):
        if last - first < MAX_RECORD_LINES:
            slow[first:last] = True


def _pick(
    data: bytes,
    starts: _Ints,
    ends: _Ints,
    lines: _Ints,
) -> bytes:
    """The chosen lines, runs of neighbours copied at once."""
    breaks = np.flatnonzero(np.diff(lines) != 1)
    first = lines[np.concatenate(([0], breaks + 1))]
    last = lines[np.concatenate((breaks, [len(lines) - 1]))]
    return b"".join(data[starts[i] : ends[j] + 1] for i, j in zip(first.tolist(), last.tolist(), strict=True))


def _parse_regular(data: bytes, rows: _Ints, delimiter: str) -> list[pl.DataFrame]:
    """Regular lines to fields: at once when all have the width of the first, else by width."""
    width = len(split_record(data[: data.index(b"\n")].decode(), delimiter) or [])
    try:
        frame = _polars(data, width, delimiter)
    except pl.exceptions.ComputeError:
        frame = None
    # An empty last field may also be one that is not there: only then are the fields counted.
    if frame is not None and frame.height == len(rows) and not frame.to_series(width - 1).has_nulls():
        return [_labelled(frame, rows, width)]
    widths = _widths(data, delimiter)
    starts_ends = np.flatnonzero(np.frombuffer(data, np.uint8) == _LF)
    starts = np.concatenate(([0], starts_ends[:-1] + 1))
    frames = []
    for each in np.unique(widths).tolist():
        lines = np.flatnonzero(widths == each)
        part = _polars(_pick(data, starts, starts_ends, lines), each, delimiter)
        frames.append(_labelled(part, rows[lines], each))
    return frames


def _polars(data: bytes, width: int, delimiter: str) -> pl.DataFrame:
    return pl.read_csv(
        data,
        has_header=False,
        separator=delimiter,
        schema={f"f{index}": pl.String() for index in range(width)},
    )


def _labelled(frame: pl.DataFrame, rows: _Ints, width: int) -> pl.DataFrame:
    return frame.select(
        pl.Series("row", rows, pl.Int64), pl.lit(width, pl.Int64).alias("width"), pl.all().fill_null("")
    )


def _widths(data: bytes, delimiter: str) -> _Ints:
    """Number of fields of each line: delimiters outside quotes, plus one."""
    codes = np.frombuffer(data, np.uint8)
    inside = np.cumsum(codes == _QUOTE, dtype=np.uint8) & 1
    outside = np.flatnonzero((codes == ord(delimiter)) & (inside == 0))
    return np.diff(np.searchsorted(outside, np.flatnonzero(codes == _LF)), prepend=0) + 1


def _split_slowly(
    texts: dict[int, str], first_row: int, delimiter: str, seen: set[int]
) -> tuple[list[tuple[int, list[str]]], list[tuple[int, str, str]]]:
    """Irregular lines by line index to rows and rejected lines. ``seen``: widths the file is known to have."""
    rows: list[tuple[int, list[str]]] = []
    rejected: list[tuple[int, str, str]] = []
    pending = sorted(texts)
    at = 0
    while at < len(pending):
        index = pending[at]
        used, fields = _one_record(texts, index, delimiter, seen)
        if fields is None:
            rejected.append((first_row + index, "a quoted field that does not end", texts[index]))
        else:
            rows.append((first_row + index, fields))
        at += 1
        while at < len(pending) and pending[at] < index + used:
            at += 1
    return rows, rejected


def _one_record(
    texts: dict[int, str], index: int, delimiter: str, seen: set[int]
) -> tuple[int, list[str] | None]:
    """The record that starts at a line: how many lines it takes, and its fields or None."""
    text = texts[index]
    fields = split_record(text, delimiter)
    if fields is not None:
        return 1, fields
    for used in range(1, MAX_RECORD_LINES):
        following = texts.get(index + used)
        if following is None or len(text) > MAX_LINE:
            break
        alone = split_record(following, delimiter)
        if alone is not None and len(alone) > 2 and len(alone) in seen:
            break  # a whole row of its own: the open quote above it is damage, not a cell over two lines
        text = f"{text}\n{following}"
        fields = split_record(text, delimiter)
        if fields is not None:
            return (used + 1, fields) if not seen or len(fields) in seen else (1, None)
    return 1, None
