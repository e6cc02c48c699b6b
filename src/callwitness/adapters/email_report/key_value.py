"""Calls written as ``key: value`` lines: blocks out of a mail's text.

A key counts when it is a word for a field; the same field a second time begins the next call. Quoted replies,
signatures and the headers of a forwarded mail are no keys.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from callwitness.ingest.kit.header_words import field_scores, normal

_KNOWN: Final = 0.6
_LINE: Final = re.compile(r"^(?P<key>[^\W\d_][^:=\t]{0,48}?)[\s*_]{0,8}(?:[:=\t]+|\s[-–—]\s)(?P<value>.*)$")
_EDGES: Final = " \t*_•·"
_RULE: Final = re.compile(r"^\s*(?:[-=_*~–—]\s*){3,}\s*$")
_SIGNATURE: Final = re.compile(
    r"^\s*(?:--\s*$|с уважением|з повагою|best regards|kind regards|regards\b|с наилучшими|sent from my|"
    r"отправлено с|надіслано з|это сообщение|this e-?mail|this message)",
    re.IGNORECASE,
)
_HEADERS: Final = frozenset(
    "from to cc bcc sent date subject reply-to от кому копия отправлено дата тема від копія надіслано получатель".split()
)
_FROM: Final = frozenset({"from", "от", "від"})


@dataclass
class Block:
    """One call as written: first line of the block in its part (from 1), values by key, keys as written."""

    row: int
    values: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)


def blocks_of(text: str, *, quoted: bool = False) -> list[Block]:
    """All blocks with at least two known fields. quoted: read the lines that ``>`` marks instead of leaving them out."""
    lines = text.replace("\u00a0", " ").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    lines = [_unquoted(line, quoted) for line in lines]
    hidden = _mail_headers(lines)
    blocks: list[Block] = []
    current: Block | None = None
    last: str | None = None
    for at, line in enumerate(lines, 1):
        if _SIGNATURE.match(line) or _RULE.match(line):
            current = last = None
            continue
        found = None if at in hidden else key_and_value(line)
        if found is None:
            last = _continue(current, last, line)
            continue
        key, value = found
        last = normal(key)
        if field_of(key) is None:
            last = None
        elif current is None or last in current.values:
            current = Block(at, {last: value}, {last: key})
            blocks.append(current)
        else:
            current.values[last], current.keys[last] = value, key
    return [block for block in blocks if len(block.values) >= 2]


def _unquoted(line: str, quoted: bool) -> str:
    marks = re.match(r"^\s*(?:>\s?)+", line)
    if quoted:
        return line[marks.end() :] if marks else line
    return "" if marks else line


def key_and_value(line: str) -> tuple[str, str] | None:
    """Key and value of a line, None when there is no key."""
    found = _LINE.match(line.strip(_EDGES)) if len(line) < 2000 else None
    if not found:
        return None
    key = found["key"].strip(_EDGES)
    # "Here is what the client asked: ..." is a sentence, not a key
    return (key, found["value"].strip(_EDGES)) if field_of(key) or len(key.split()) <= 4 else None


def field_of(key: str) -> str | None:
    """The field a key is the word for, else None."""
    scores = {name: score for name, score in field_scores(key).items() if name != "row_number"}
    best = max(scores, key=lambda name: scores[name], default=None)
    return best if best and scores[best] >= _KNOWN else None


def _continue(current: Block | None, last: str | None, line: str) -> str | None:
    """A line without a key belongs to a value that is empty so far, or to a comment; a blank line ends both."""
    text = line.strip(_EDGES)
    if current is None or last is None or (not text and current.values[last]):
        return None
    if not current.values[last]:
        current.values[last] = text
        return last
    if field_of(current.keys[last]) == "comment":
        current.values[last] += f"\n{text}"
        return last
    return None


def _mail_headers(lines: Sequence[str]) -> set[int]:
    """Numbers of lines that are the header of a mail quoted inline: From with an address, and the lines it stands among."""
    hidden: set[int] = set()
    for at, line in enumerate(lines):
        key, _, value = line.strip(_EDGES).partition(":")
        if len(key) <= 20 and normal(key) in _FROM and "@" in value:
            hidden |= _around(lines, at, -1) | _around(lines, at, 1) | {at + 1}
    return hidden


def _around(lines: Sequence[str], at: int, step: int) -> set[int]:
    """Numbers of header lines next to line index ``at``, up to a blank line."""
    found: set[int] = set()
    for index in range(at + step, at + 7 * step, step):
        if not 0 <= index < len(lines) or not lines[index].strip():
            break
        if normal(lines[index][:40].strip(_EDGES).partition(":")[0]) in _HEADERS:
            found.add(index + 1)
    return found


def fields_rows(blocks: Sequence[Block]) -> list[tuple[int, list[str]]]:
    """Blocks as rows of a table, a header in row 0 first; ready for ``delimited.fields_frame``."""
    names: dict[str, str] = {}
    for block in blocks:
        for name, key in block.keys.items():
            names.setdefault(name, key)
    rows = [(block.row, [block.values.get(name, "") for name in names]) for block in blocks]
    return [(0, list(names.values())), *rows]
