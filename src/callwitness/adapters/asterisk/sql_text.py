"""SQL dumps as text: which tables they define, and the rows of their INSERT statements, one by one.

Written for mysqldump, phpMyAdmin and Navicat: one or many rows a statement, quotes escaped by doubling or by a
backslash. ``COPY ... FROM stdin`` of pg_dump is read too. Everything else in a dump is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Final

from callwitness.adapters.asterisk.sql_window import Window

_NAME: Final = rb'(?:[`"]?[\w$-]+[`"]?\.)?[`"]?(?P<%b>[\w$-]+)[`"]?'
_STATEMENT: Final = re.compile(
    rb"^[ \t]*+(?:CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?" + _NAME % b"created" + rb"\s*\("
    rb"|(?:INSERT|REPLACE)\s+(?:IGNORE\s+|DELAYED\s+)?INTO\s+"
    + _NAME
    % b"filled"
    + rb"\s*(?:\((?P<into>[^()]{0,4000})\)\s*)?VALUES\s*+"
    rb"|COPY\s+" + _NAME % b"copied" + rb"\s*\((?P<copying>[^()]{0,4000})\)\s+FROM\s+stdin;[ \t\r]*\n)",
    re.IGNORECASE | re.MULTILINE,
)
# Possessive, so that an open quote fails at once.
_BARE: Final = rb"(?:NULL|TRUE|FALSE|DEFAULT|0x[0-9A-F]*+|[-+]?[0-9.]++(?:E[-+]?[0-9]++)?)"
_VALUE: Final = rb"(?:[_A-Za-z0-9]*+'(?:[^'\\]++|\\.|'')*+'|" + _BARE + rb")"
_TUPLE: Final = re.compile(
    rb"\(\s*+" + _VALUE + rb"(?:\s*+,\s*+" + _VALUE + rb")*+\s*+\)", re.DOTALL | re.IGNORECASE
)
_VALUES: Final = re.compile(
    rb"[_A-Za-z0-9]*+'((?:[^'\\]++|\\.|'')*+)'|(" + _BARE + rb")", re.DOTALL | re.IGNORECASE
)
_ESCAPE: Final = re.compile(rb"\\(.)|''", re.DOTALL)
_ESCAPED: Final = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"0": b"", b"Z": b"\x1a", b"b": b"\b"}
_COPY_ESCAPED: Final = {b"n": b"\n", b"r": b"\r", b"t": b"\t"}
_CONSTRAINTS: Final = frozenset(b"primary unique key index constraint fulltext spatial check foreign".split())


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row of a table. values None: what stood there is no list of plain values; raw: as it stood."""

    table: str
    columns: tuple[str, ...]
    line: int
    values: list[str | None] | None
    raw: bytes


def read_rows(stream: IO[bytes]) -> Iterator[TableRow]:
    """Every row of a dump with its table, the names of its columns (empty = unknown) and its physical line."""
    window = Window(stream)
    tables: dict[str, tuple[str, ...]] = {}
    while found := window.search(_STATEMENT):
        if found["created"]:
            tables[_text(found["created"]).lower()] = _defined_columns(window)
        elif found["copied"]:
            yield from _copied(window, _text(found["copied"]).lower(), _listed(found["copying"]))
        else:
            table = _text(found["filled"]).lower()
            yield from _inserted(
                window, table, _listed(found["into"]) if found["into"] else tables.get(table, ())
            )


def _inserted(window: Window, table: str, columns: tuple[str, ...]) -> Iterator[TableRow]:
    while window.skip_blank() == b"(":
        line = window.line
        raw = window.take(_TUPLE)
        if raw is None:
            yield TableRow(table, columns, line, None, window.rest_of_line())
            return
        yield TableRow(table, columns, line, [_value(*groups) for groups in _VALUES.findall(raw[1:-1])], raw)
        if window.skip_blank() != b",":
            return
        window.step()


def _copied(window: Window, table: str, columns: tuple[str, ...]) -> Iterator[TableRow]:
    while (raw := window.next_line()) is not None and raw != b"\\.":
        values = [
            None if part == b"\\N" else _text(_unescaped(part, _COPY_ESCAPED)) for part in raw.split(b"\t")
        ]
        yield TableRow(table, columns, window.line - 1, values, raw)


def _defined_columns(window: Window) -> tuple[str, ...]:
    """The names in the brackets of CREATE TABLE, constraints and indexes left out."""
    names = []
    for definition in window.bracketed():
        word = re.match(rb'\s*[`"]?([\w$-]+)', definition)
        if word and word[1].lower() not in _CONSTRAINTS:
            names.append(_text(word[1]).lower())
    return tuple(names)


def _listed(names: bytes) -> tuple[str, ...]:
    return tuple(_text(name.strip(b' \t\r\n`"')).lower() for name in names.split(b","))


def _value(quoted: bytes, bare: bytes) -> str | None:
    if bare:
        return None if bare.upper() == b"NULL" else _text(bare)
    return _text(_unescaped(quoted, _ESCAPED))


def _unescaped(raw: bytes, escapes: dict[bytes, bytes]) -> bytes:
    if b"\\" not in raw and b"''" not in raw:
        return raw
    return _ESCAPE.sub(lambda found: escapes.get(found[1], found[1]) if found[1] is not None else b"'", raw)


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("cp1251", "replace")
