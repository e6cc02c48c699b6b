"""Tables out of HTML, as mails and "Excel files" of web exports have them.

A tokenizer over table tags, linear in the length of the text whatever it is: unclosed tags, nesting, merged cells.
Of nested tables the inner ones count; text of a layout table around them is its own.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Final

MAX_CELLS: Final = 2_000_000
MAX_SPAN: Final = 1000
_TAG: Final = re.compile(r"<(/?)(table|tr|td|th|br|p|div|li|caption)\b([^<>]*)>", re.IGNORECASE)
_OTHER: Final = re.compile(r"<[/!?]?[a-zA-Z][^<>]*>")
_SPAN: Final = re.compile(r"\b(colspan|rowspan)\s*=\s*[\"']?\s*(\d{1,6})", re.IGNORECASE)


@dataclass
class _Cell:
    columns: int
    rows: int
    parts: list[str] = field(default_factory=list)


@dataclass
class _Row:
    line: int
    cells: list[_Cell] = field(default_factory=list)


@dataclass
class HtmlTable:
    """A table: ``rows`` of (1-based line where the row starts, texts of its cells, merged ones repeated).

    crowded: several rows stand on one line; they are numbered on from it, each higher than the one before.
    """

    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    crowded: bool = False


@dataclass
class _Open:
    rows: list[_Row] = field(default_factory=list)
    cell: _Cell | None = None


def looks_like_html(text: str) -> bool:
    """Whether a text has an HTML table or is an HTML page."""
    return bool(re.search(r"<(?:table|html)\b", text[:65536], re.IGNORECASE))


def html_tables(text: str) -> list[HtmlTable]:
    """Every table of a page that has at least one row, in the order in which they end."""
    text = without_asides(text)
    line_ends = [found.start() for found in re.finditer("\n", text)]
    stack: list[_Open] = []
    done: list[HtmlTable] = []
    at = 0
    for tag in _TAG.finditer(text):
        _add_text(stack, text[at : tag.start()])
        at = tag.end()
        line = bisect_right(line_ends, tag.start() - 1) + 1
        _tag(stack, done, tag[2].lower(), bool(tag[1]), tag[3], line)
    while stack:
        _close(stack, done)
    return [table for table in done if table.rows]


def plain_text(text: str) -> str:
    """A page as text: line breaks where paragraphs and breaks are, entities resolved; rows keep their lines."""
    text = without_asides(text)
    text = re.sub(r"(?i)<(?:br|/p|/div|/tr|/li)\b[^<>]*>", "\n", text)
    text = re.sub(r"(?i)</t[dh]\s*>", "\t", text)
    return html.unescape(_OTHER.sub("", text))


def without_asides(text: str) -> str:
    """The page without comments, scripts and styles; their line ends stay, so lines keep their numbers."""
    for start, end in (("<!--", "-->"), ("<script", "</script>"), ("<style", "</style>")):
        lower = text.lower()
        kept, at = [], 0
        while (begin := lower.find(start, at)) >= 0 and (stop := lower.find(end, begin)) >= 0:
            kept += [text[at:begin], "\n" * text.count("\n", begin, stop)]
            at = stop + len(end)
        text = "".join([*kept, text[at:]])
    return text


def _add_text(stack: list[_Open], text: str) -> None:
    if stack and stack[-1].cell is not None and text:
        # outside <pre> a line end is a space
        stack[-1].cell.parts.append(re.sub(r"\s+", " ", text))


def _tag(
    stack: list[_Open], done: list[HtmlTable], name: str, closing: bool, attributes: str, line: int
) -> None:
    if name == "table":
        if not closing:
            stack.append(_Open())
        elif stack:
            _close(stack, done)
        return
    if not stack:
        return
    table = stack[-1]
    if name == "tr":
        table.cell = None
        if not closing:
            table.rows.append(_Row(line))
    elif name in ("td", "th"):
        table.cell = None
        if not closing:
            table.rows = table.rows or [_Row(line)]
            table.cell = _Cell(_span(attributes, "colspan"), _span(attributes, "rowspan"))
            table.rows[-1].cells.append(table.cell)
    elif table.cell is not None and (name == "br" or closing):
        table.cell.parts.append("\n")


def _span(attributes: str, name: str) -> int:
    found = {kind.lower(): int(number) for kind, number in _SPAN.findall(attributes)}
    return min(max(found.get(name, 1), 1), MAX_SPAN)


def _close(stack: list[_Open], done: list[HtmlTable]) -> None:
    table = HtmlTable()
    hanging: dict[int, tuple[int, str]] = {}
    budget = MAX_CELLS
    for row in stack.pop().rows:
        texts = _row_texts(row, hanging)
        budget -= len(texts)
        if budget < 0:
            break
        if any(texts):
            last = table.rows[-1][0] if table.rows else 0
            table.crowded |= row.line <= last
            table.rows.append((max(row.line, last + 1), texts))
    done.append(table)


def _row_texts(row: _Row, hanging: dict[int, tuple[int, str]]) -> list[str]:
    """Cell texts of a row; ``hanging``: column to (rows left, text) of cells that reach down from above."""
    texts: list[str] = []
    cells = iter(row.cells)
    cell = next(cells, None)
    while cell is not None or len(texts) in hanging:
        column = len(texts)
        if column in hanging:
            left, text = hanging.pop(column)
            texts.append(text)
            if left > 1:
                hanging[column] = (left - 1, text)
        elif cell is not None:
            text = _cell_text(cell)
            for _ in range(cell.columns):
                if cell.rows > 1:
                    hanging[len(texts)] = (cell.rows - 1, text)
                texts.append(text)
            cell = next(cells, None)
    return texts


def _cell_text(cell: _Cell) -> str:
    text = html.unescape(_OTHER.sub("", "".join(cell.parts)))
    lines = (" ".join(line.replace("\u00a0", " ").split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)
