"""PDF: a page that can be printed and signed, set by typst with its own fonts. Values go in as data, never as markup."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final

import typst

from callwitness.domain.errors import CallwitnessError
from callwitness.services.exports.exporting.table import Group, Head, Table, Value
from callwitness.services.exports.exporting.wording import duration

_TEMPLATE: Final = Path(__file__).with_name("calls.typ")
_SHARES: Final = {"moment": 2.7, "number": 2.3, "seconds": 1.6, "count": 1.6, "text": 2.4}
_LONGEST: Final = 200
_UNPRINTABLE: Final = re.compile("[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_BREAKS: Final = re.compile(r"(\S{18})(?=\S)")


class NotSet(CallwitnessError):
    """The page could not be set."""


def write(table: Table, target: IO[bytes], totals: str, nothing: str, language: str) -> int:
    """Write the document; the number of calls in it. nothing: said when there are none."""
    rows: list[list[str] | dict[str, str]] = []
    calls = 0
    for row in table.rows:
        if isinstance(row, Group):
            rows.append({"group": clean(" · ".join((row.label, *row.figures)))})
        else:
            calls += 1
            rows.append([_text(value, head) for value, head in zip(row, table.heads, strict=True)])
    data: dict[str, Any] = {
        "title": clean(table.title),
        "totals": clean(totals),
        "nothing": nothing,
        "lang": language,
        "about": [[clean(label), clean(text)] for label, text in table.about],
        "heads": [clean(head.title) for head in table.heads],
        "widths": [_SHARES[head.kind] for head in table.heads],
        "right": [head.kind in ("seconds", "count") for head in table.heads],
        "rows": rows,
    }
    try:
        target.write(
            typst.compile(
                _TEMPLATE, sys_inputs={"table": json.dumps(data)}, ignore_system_fonts=True, pdf_tags=False
            )
        )
    except typst.TypstError as problem:
        raise NotSet(f"the PDF could not be made: {problem.message}") from problem
    return calls


def clean(text: str) -> str:
    """A text without signs that are not seen or turn the line around, cut where it would fill a page."""
    shown = _UNPRINTABLE.sub(" ", text)
    return shown if len(shown) <= _LONGEST else shown[:_LONGEST] + "…"


def _text(value: Value, head: Head) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if head.kind == "seconds" and isinstance(value, int | float):
        return duration(value)
    # a long word without spaces may be broken, so that it stays in its cell
    return _BREAKS.sub("\\1\u200b", clean(str(value)))
