"""What a file is, judged by its first bytes alone."""

from __future__ import annotations

import re
from typing import Final

from callwitness.adapters.asterisk.cdr_columns import FREEPBX, columns_of, header_columns
from callwitness.adapters.asterisk.cel_csv import cel_columns, cel_header
from callwitness.adapters.asterisk.queue_log import queue_log_header
from callwitness.ingest.contract import Guess
from callwitness.ingest.kit.delimited import split_record

HEAD: Final = 65_536
_NAME: Final = "asterisk"
_SQL: Final = re.compile(
    rb"^[ \t]*(?:CREATE\s+TABLE|INSERT\s+INTO|COPY)\b[^\n(]{0,200}?[`\". ](\w*cdr\w*|\w*cel\w*|queue_?log\w*)\b",
    re.IGNORECASE | re.MULTILINE,
)
_SQL_ANY: Final = re.compile(rb"^[ \t]*(?:CREATE\s+TABLE|INSERT\s+INTO|COPY)\s", re.IGNORECASE | re.MULTILINE)
_QUEUE_LINE: Final = re.compile(
    r"\s*(\d{9,10}|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[.\d]*)\s*\|[^|]*\|[^|]*\|[^|]*\|[A-Z][A-Za-z_]*(\||$)"
)


def guess_layout(head: bytes) -> Guess | None:
    """The layout of a file from its first 64 KiB, None when it is none of Asterisk's."""
    head = head[:HEAD].removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"")
    if found := _SQL.search(head):
        table = found[1].decode().lower()
        return Guess(_NAME, "sql_dump", 0.95, f"SQL with a table {table}")
    if _SQL_ANY.search(head):
        return None
    lines = [line for line in re.split(r"\r\n?|\n", head.decode("utf-8", "replace"))[:400] if line.strip()]
    if len(head) >= HEAD and len(lines) > 1:
        lines.pop()  # cut in the middle
    return _queue_log(lines) or _csv(lines)


def _queue_log(lines: list[str]) -> Guess | None:
    hits = sum(bool(_QUEUE_LINE.match(line)) for line in lines)
    if lines and hits * 2 > len(lines):
        return Guess(
            _NAME, "queue_log", 0.97, f"{hits} of {len(lines)} lines are epoch|callid|queue|agent|EVENT"
        )
    return None


def _csv(lines: list[str]) -> Guess | None:
    for delimiter in (",", ";", "\t"):
        rows = [
            fields
            for line in lines
            if (fields := split_record(line[:100_000], delimiter)) and len(fields) > 4
        ]
        if rows and (guess := _table(rows)):
            return guess
    return None


def _table(rows: list[list[str]]) -> Guess | None:
    if queue_log_header(rows[0]):
        return Guess(_NAME, "queue_log", 0.95, "header of the table queue_log")
    if cel_header(rows[0]):
        return Guess(_NAME, "cel_csv", 0.97, "header of the table cel")
    header = header_columns(rows[0])
    if (
        header
        and {"disposition", "billsec"} <= set(header)
        and {"channel", "lastapp", "dstchannel"} & set(header)
    ):
        return Guess(
            _NAME, "freepbx_csv" if "calldate" in header else "cdr_csv", 0.97, "header of the table cdr"
        )
    by_width: dict[int, list[list[str]]] = {}
    for row in rows:
        by_width.setdefault(len(row), []).append(row)
    for width, alike in sorted(by_width.items(), key=lambda item: -len(item[1])):
        if columns := columns_of(alike):
            layout = "freepbx_csv" if columns[: len(FREEPBX)] == FREEPBX[:width] else "cdr_csv"
            return Guess(
                _NAME, layout, 0.97, f"rows of {width} columns with channel, application and disposition"
            )
        if cel_columns(alike):
            return Guess(_NAME, "cel_csv", 0.97, f"rows of {width} columns with events such as CHAN_START")
    return None
