"""The text of a mail to tables: an HTML table, ``key: value`` blocks, or a table pasted as text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from callwitness.adapters.email_report.key_value import Block, blocks_of, field_of, fields_rows
from callwitness.adapters.email_report.mail import Mail, Part
from callwitness.ingest.kit.delimited import fields_frame
from callwitness.ingest.kit.encodings import Encoding
from callwitness.ingest.kit.html_tables import HtmlTable, html_tables, looks_like_html, plain_text
from callwitness.ingest.kit.table_files import NUMBERS
from callwitness.ingest.kit.table_guess import guess_table
from callwitness.ingest.kit.table_profile import TableProfile
from callwitness.ingest.kit.text_tables import sample_of

_MAX_TEXT = 32 << 20


@dataclass(frozen=True, slots=True)
class BodyTable:
    """A table found in a body. rank: a richer form of the same report has the higher one."""

    fields: pl.DataFrame
    guessed: TableProfile
    rank: int


def body_tables(mail: Mail, part: Part) -> list[BodyTable]:
    """Tables of one text part, in order; empty when it reports no calls."""
    text = part.text[:_MAX_TEXT]
    forwarded = mail.subject.lower().startswith(("fwd", "fw:", "пересл", "пер:", "перес"))
    if part.kind == "text/html" or (looks_like_html(text) and "<td" in text.lower()):
        found = list(_from_html(text))
        text = plain_text(text)
        if found:
            return found
    found = list(_from_blocks(blocks_of(text), mail, 1))
    if not found and forwarded:
        found = list(_from_blocks(blocks_of(text, quoted=True), mail, 1))
    return found or list(_from_lines(text))


def _from_html(text: str) -> Iterator[BodyTable]:
    for table in html_tables(_without_quotes(text)):
        pairs = _pairs(table)
        if pairs:
            yield from _from_blocks(pairs, None, 2)
            continue
        yield from _report(fields_frame(table.rows), 2)


def _without_quotes(text: str) -> str:
    """The page without quoted mails; their line ends stay."""
    lower = text.lower()
    at = lower.find("<blockquote")
    end = lower.rfind("</blockquote>")
    if at < 0 or end < at:
        return text
    outside = text[:at] + "\n" * text.count("\n", at, end) + text[end:]
    return outside if html_tables(outside) else text


def _pairs(table: HtmlTable) -> list[Block]:
    """Rows of key and value (two columns, or two and two) as blocks; empty when the table is no such list."""
    width = max(len(cells) for _, cells in table.rows)
    if width not in (2, 4):
        return []
    known = sum(field_of(cells[0]) is not None for _, cells in table.rows)
    second = sum(len(cells) > 1 and field_of(cells[1]) is not None for _, cells in table.rows)
    if known < 2 or known * 2 < len(table.rows) or second * 2 > known:
        return []
    lines: list[str] = [""] * (table.rows[-1][0] + len(table.rows))
    for line, cells in table.rows:
        place = line - 1
        while lines[place]:
            place += 1
        lines[place] = f"{cells[0].rstrip(':')}: {_one_line(cells[1] if len(cells) > 1 else '')}"
        if len(cells) == 4 and cells[2]:
            lines.insert(place + 1, f"{cells[2].rstrip(':')}: {_one_line(cells[3])}")
    return blocks_of("\n".join(lines))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _from_blocks(blocks: list[Block], mail: Mail | None, rank: int) -> Iterator[BodyTable]:
    if not blocks:
        return
    rows = fields_rows(blocks)
    found = list(_report(fields_frame(rows), rank))
    if not found and mail and mail.local_day:
        # a mail about one call may tell the time of day only: the day is the mail's own
        dated = [(row, ["дата" if row == 0 else mail.local_day, *cells]) for row, cells in rows]
        found = list(_report(fields_frame(dated), rank))
    yield from found


def _from_lines(text: str) -> Iterator[BodyTable]:
    fields, delimiter = sample_of(text.encode("utf-8", "replace"), Encoding("utf-8"), None)
    if delimiter:
        yield from (table for table in _report(fields, 1) if table.guessed.header_row)


def _report(fields: pl.DataFrame, rank: int) -> Iterator[BodyTable]:
    """The table, when it tells times and numbers of calls."""
    profile = guess_table(fields)
    if profile is not None and {column.field for column in profile.columns} & NUMBERS:
        yield BodyTable(fields, profile, rank)
