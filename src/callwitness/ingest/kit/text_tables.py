"""Text tables: encoding, delimiter, profile from a sample, then the whole file in batches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import polars as pl

from callwitness.domain.errors import UnreadableEvidence
from callwitness.ingest.contract import EvidenceFile, ReadOptions
from callwitness.ingest.kit import dates
from callwitness.ingest.kit.delimited import (
    FieldBlock,
    fields_frame,
    read_delimited,
    split_record,
)
from callwitness.ingest.kit.delimiters import declared_delimiter, guess_delimiter
from callwitness.ingest.kit.encodings import HEAD, Encoding, decode, detect, lines_of, open_as_utf8
from callwitness.ingest.kit.table_profile import MAX_COLUMNS, TableProfile

_ENCODINGS = {"cp1251": "cp1251", "windows-1251": "cp1251", "koi8-r": "koi8-u", "koi8-u": "koi8-u"}


def sample_of(head: bytes, encoding: Encoding, delimiter: str | None) -> tuple[pl.DataFrame, str | None]:
    """The first rows of a text table as fields, and the delimiter; a line cut by the end of ``head`` is left out."""
    lines = lines_of(decode(head, encoding))
    if len(head) >= HEAD and len(lines) > 1:
        lines.pop()
    declared = declared_delimiter(lines[0]) if lines else None
    chosen = delimiter or declared or guess_delimiter(lines)
    if chosen is None:
        return fields_frame([]), None
    rows = [
        (at, (split_record(line, chosen) or [line])[:MAX_COLUMNS])
        for at, line in enumerate(lines, 1)
        if line.strip()
    ]
    return fields_frame(rows[1:] if declared else rows), chosen


@dataclass(frozen=True, slots=True)
class TextSample:
    """The beginning of a text table: how it is written, and its first rows as fields."""

    encoding: Encoding
    delimiter: str
    fields: pl.DataFrame


def sample_text(file: EvidenceFile, options: ReadOptions) -> TextSample | None:
    """The beginning of a file; None when it is empty. Raises ``UnreadableEvidence`` for what is no text table."""
    with file.open() as stream:
        head = stream.read(8 * HEAD)
    encoding = _encoding(options.options.get("encoding"), head)
    if encoding is None:
        raise UnreadableEvidence(file.name, "expected a table of calls as text, found binary data")
    if not decode(head, encoding).strip("\x00 \t\r\n"):
        return None
    fields, delimiter = sample_of(head, encoding, _delimiter(options.options.get("delimiter")))
    if delimiter is None:
        raise UnreadableEvidence(
            file.name, "expected a table with cells divided by ; , tab or |, found other text"
        )
    return TextSample(encoding, delimiter, fields)


def _encoding(wanted: str | None, head: bytes) -> Encoding | None:
    found = detect(head)
    if wanted:
        return Encoding(_ENCODINGS.get(wanted.lower(), wanted), found.bom if found else 0)
    return found


def _delimiter(wanted: str | None) -> str | None:
    return {"tab": "\t", "comma": ",", "semicolon": ";"}.get(wanted, wanted[:1] or None) if wanted else None


def whole_order(file: EvidenceFile, profile: TableProfile) -> TableProfile:
    """The profile with the order of its dates settled by the whole column, when the sample left it open."""
    if profile.order_sure:
        return profile
    name = f"f{profile.index('start' if profile.index('start') is not None else 'date')}"
    votes = dates.OrderVotes()
    for block in blocks(file, profile):
        body = block.fields.filter(pl.col("row") > profile.header_row)
        votes += dates.order_votes(body[name]) if name in body.columns else dates.OrderVotes()
    if not (votes.first or votes.second):
        return profile
    return replace(profile, date_order="dmy" if votes.first >= votes.second else "mdy", order_sure=True)


def blocks(file: EvidenceFile, profile: TableProfile) -> Iterator[FieldBlock]:
    """The rows of a text table, a declaration ``sep=;`` left out."""
    with file.open() as stream:
        head = stream.read(HEAD)
    bom = (detect(head) or Encoding("utf-8")).bom
    delimiter = profile.delimiter or ","
    with open_as_utf8(file.path, Encoding(profile.encoding or "utf-8", bom)) as stream:
        for block in read_delimited(stream, delimiter):
            yield _without_declaration(block, delimiter)


def _without_declaration(block: FieldBlock, delimiter: str) -> FieldBlock:
    """The block without ``sep=;``, and without cells far to the right."""
    if block.fields.width > MAX_COLUMNS + 2:
        block = replace(block, fields=block.fields.select(block.fields.columns[: MAX_COLUMNS + 2]))
    first = block.fields.head(1)
    if first.is_empty() or first["row"].item() != 1:
        return block
    text = delimiter.join(cell or "" for cell in first.row(0)[2:])
    return replace(block, fields=block.fields.slice(1)) if declared_delimiter(text) else block
