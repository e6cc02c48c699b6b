"""A view of calls as a table of plain values: the same for every format.

Moments are wall-clock times of the reader's zone, seconds are numbers, codes are words, masked numbers are masked
here, so no format can forget it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from callwitness.domain.view import VIEW_COLUMNS
from callwitness.ledger import models as m
from callwitness.ledger.queries import Reading
from callwitness.ledger.view_people import Names
from callwitness.services.exports.exporting.words import Words

Value = str | int | float | datetime | None
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_CODED: Final = ("verdict", "direction", "recovery")
_NUMBERS: Final = ("caller", "did", "called")


@dataclass(frozen=True, slots=True)
class Head:
    """Head of a column. kind: moment, seconds, count, number (telephone) or text. precise: title with its unit."""

    title: str
    kind: str
    precise: str


@dataclass(frozen=True, slots=True)
class Group:
    """Begins a group: its value in words and its figures in words."""

    label: str
    figures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """about: what the table is, label and words; rows: of calls, groups before theirs. Can be gone through once."""

    title: str
    about: tuple[tuple[str, str], ...]
    heads: tuple[Head, ...]
    rows: Iterator[list[Value] | Group]


def heads(columns: tuple[str, ...], words: Words) -> tuple[Head, ...]:
    """Heads of a view's columns."""
    return tuple(_head(name, words.word("column", name)) for name in columns)


def _head(name: str, title: str) -> Head:
    kind = _kind(name)
    return Head(title, kind, _("{column}, s").format(column=title) if kind == "seconds" else title)


def _kind(name: str) -> str:
    if name in _NUMBERS:
        return "number"
    kind = VIEW_COLUMNS[name].kind
    return kind if kind in ("moment", "seconds", "count") else "text"


class Cells:
    """Makes rows of calls for one reader."""

    def __init__(self, columns: tuple[str, ...], reading: Reading, names: Names, words: Words) -> None:
        self._zone = ZoneInfo(reading.zone)
        self._names, self._words = names, words
        self._masked = reading.scope.masks_numbers
        self._makers = [self._maker(name) for name in columns]

    def row(self, call: m.Call) -> list[Value]:
        return [make(call) for make in self._makers]

    def _maker(self, name: str) -> Callable[[m.Call], Value]:
        kind, words = VIEW_COLUMNS[name].kind, self._words
        special: Mapping[str, Callable[[m.Call], Value]] = {
            "team": lambda call: self._names.team(call.agent, call.started_at),
            "project": lambda call: self._names.project(call.project_id),
            "call_id": lambda call: call.public_id,
            "recorded": lambda call: _("yes") if call.recorded else _("no"),
            "flags": lambda call: "; ".join(words.word("flag", flag) for flag in call.flags),
            "finding_kinds": lambda call: "; ".join(
                words.word("finding", each) for each in call.finding_kinds
            ),
            "witnesses": lambda call: "; ".join(call.witnesses),
            "day": lambda call: self._local(call.started_at).date().isoformat(),
            "hour": lambda call: f"{self._local(call.started_at):%H}",
            "weekday": lambda call: words.word("weekday", self._local(call.started_at).isoweekday()),
        }
        if name in special:
            return special[name]
        if kind == "moment":
            return lambda call: self._wall(getattr(call, name))
        if name in _CODED:
            return lambda call: words.word(name, getattr(call, name))
        if self._masked and name in ("caller", "called"):
            return lambda call: words.masked(getattr(call, name))
        return lambda call: _plain(getattr(call, name))

    def _local(self, at: int) -> datetime:
        return (_EPOCH + timedelta(milliseconds=at)).astimezone(self._zone)

    def _wall(self, at: int | None) -> datetime | None:
        return None if at is None else self._local(at).replace(tzinfo=None, microsecond=0)


def _plain(value: Any) -> Value:
    return value if isinstance(value, str | int | float | None) else str(value)
