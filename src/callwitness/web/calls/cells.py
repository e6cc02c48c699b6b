"""Rows of calls as HTML: each cell with what it shows and its two filters, only this value and not this value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from callwitness.domain.view import VIEW_COLUMNS
from callwitness.ledger import models as m
from callwitness.ledger.queries import closed_columns
from callwitness.ledger.view_people import Names
from callwitness.web.calls import changes
from callwitness.web.calls.asked import Asked
from callwitness.web.calls.colours import colour_of
from callwitness.web.ui import words
from callwitness.web.ui.numbers import masked
from callwitness.web.ui.templatetags.callwitness import formats, icon, tone_of, verdict

_RIGHT: Final = ("wait_s", "talk_s", "findings")
_FIRST_LINE: Final = ("caller", "verdict")
_SECOND_LINE: Final = ("started_at", "wait_s", "queue", "agent")
"""What stands in the two lines of a phone: two cells each, the first ones that the view shows."""
DASH: Final = "–"


@dataclass(frozen=True, slots=True)
class Row:
    """One call: css class of its row, its cells."""

    css: str
    cells: list[SafeString]


class Rows:
    """Makes the rows of one page. Filters of the same value are written once."""

    def __init__(self, asked: Asked, names: Names) -> None:
        scope = asked.reading.scope
        self._asked, self._names, self._formats = asked, names, formats()
        self._closed = closed_columns(scope)
        self._masked = scope.masks_numbers
        self._call = reverse("call:index", kwargs={"workspace": scope.workspace.slug, "public_id": "-"})[:-2]
        self._rules = asked.saved.colours if asked.saved else []
        self._filters: dict[tuple[str, tuple[str, ...]], SafeString] = {}
        self._numbers: dict[str, str] = {}
        columns = asked.view.columns
        self._main = "started_at" if "started_at" in columns else columns[0]
        self._makers = {name: self._maker(name) for name in columns}
        self._places = _places(columns)

    def rows(self, calls: Sequence[m.Call]) -> list[Row]:
        return [self._row(call) for call in calls]

    def _row(self, call: m.Call) -> Row:
        colour = colour_of(call, self._rules, self._closed) if self._rules else ""
        css = f"tone-{tone_of(call.verdict, call.direction)}" + (f" paint-{colour}" if colour else "")
        return Row(css, [self._cell(name, call) for name in self._asked.view.columns])

    def _cell(self, name: str, call: m.Call) -> SafeString:
        shown, values = self._makers[name](call)
        css = " ".join(filter(None, ("r" if name in _RIGHT else "", self._places.get(name, ""))))
        if name in (self._main, "verdict"):
            main = mark_safe(" data-main") if name == self._main else ""
            url = self._call + quote(call.public_id, safe="")
            shown = format_html('<a class="quiet"{} href="{}/">{}</a>', main, url, shown)
            css += " main" if main else ""
        if values is None or name in self._closed:
            return format_html('<td class="{}">{}</td>', css, shown)
        column = "day" if name == "started_at" else name  # nobody looks for a millisecond
        return format_html(
            '<td class="{}" data-cell>{}{}</td>', css, shown, self._both(column, tuple(values))
        )

    def _both(self, name: str, values: tuple[str, ...]) -> SafeString:
        """The two filters of a value; of numbers: at least and at most."""
        found = self._filters.get((name, values))
        if found is None:
            found = self._filters[name, values] = self._new_filters(name, values)
        return found

    def _new_filters(self, name: str, values: tuple[str, ...]) -> SafeString:
        view, kind = self._asked.view, VIEW_COLUMNS[name].kind
        if kind in ("seconds", "count"):
            left = changes.bounded(view, name, "min", values[0])
            right = changes.bounded(view, name, "max", values[0])
            signs, said = ("≥", "≤"), (_("at least this"), _("at most this"))
        else:
            left, right = changes.only(view, name, values), changes.excluding(view, name, values)
            signs, said = ("=", "≠"), (_("only this value"), _("not this value"))
        return format_html(
            '<span class="only-not"><a data-only tabindex="-1" href="{}" title="{}">{}</a>'
            '<a data-not tabindex="-1" href="{}" title="{}">{}</a></span>',
            self._asked.address(left), said[0], signs[0], self._asked.address(right), said[1], signs[1],
        )  # fmt: skip

    def _maker(self, name: str) -> Callable[[m.Call], tuple[str, Sequence[str] | None]]:
        """What a column shows of a call, and the values its filters mean; None = it has no filters."""
        special: dict[str, Callable[[m.Call], tuple[str, Sequence[str] | None]]] = {
            "started_at": lambda call: (self._formats.time(call.started_at), [self._day(call)]),
            "direction": self._direction,
            "verdict": lambda call: (verdict(call.verdict, call.direction), [call.verdict]),
            "recovery": lambda call: (words.word("recovery", call.recovery) or DASH, [call.recovery]),
            "team": lambda call: _text(self._names.team(call.agent, call.started_at)),
            "project": lambda call: _text(self._names.project(call.project_id)),
            "recorded": lambda call: (
                _("yes") if call.recorded else DASH,
                ["yes" if call.recorded else "no"],
            ),
            "findings": self._findings,
            "flags": lambda call: _listed([words.word("flag", each) for each in call.flags], call.flags),
            "finding_kinds": lambda call: _listed(
                [words.word("finding", each) for each in call.finding_kinds], call.finding_kinds
            ),
            "witnesses": lambda call: _listed(
                [words.word("source", each) for each in call.witnesses], call.witnesses
            ),
            "day": lambda call: (self._formats.day(call.started_at), [self._day(call)]),
            "hour": lambda call: (f"{self._local(call):%H}", [f"{self._local(call):%H}"]),
            "weekday": lambda call: (words.word("weekday", self._weekday(call)), [self._weekday(call)]),
            "call_id": lambda call: (call.public_id, None),
        }
        if name in special:
            return special[name]
        if name in ("caller", "did", "called"):
            return lambda call: self._number(name, call)
        kind = VIEW_COLUMNS[name].kind
        if kind == "moment":
            return lambda call: (self._formats.clock(getattr(call, name)), None)
        if kind == "seconds":
            return lambda call: self._seconds(getattr(call, name))
        return lambda call: _text(str(getattr(call, name)))

    def _direction(self, call: m.Call) -> tuple[str, Sequence[str]]:
        sign = {"inbound": "in", "outbound": "out"}.get(call.direction, "")
        said = words.word("direction", call.direction)
        return (format_html("{} {}", icon(sign), said) if sign else said), [call.direction]

    def _number(self, name: str, call: m.Call) -> tuple[str, Sequence[str]]:
        """A number; behind our own one, where no column shows it, the one we rang."""
        value = getattr(call, name)
        shown = self._told(name, value) if value else self._unknown(name, call)
        if name == "caller" and call.called and call.direction != "inbound" and "called" not in self._makers:
            shown = format_html("{} → {}", shown, self._told("called", call.called))
        return shown, [value]

    def _unknown(self, name: str, call: m.Call) -> str:
        withheld = name == "caller" and call.caller_kind in ("withheld", "hidden_by_forwarding")
        return words.word("caller_kind", call.caller_kind) if withheld else DASH

    def _told(self, name: str, value: str) -> str:
        grouped = self._numbers.get(value)
        if grouped is None:
            grouped = self._numbers[value] = self._formats.number(value)
        if name == "did":
            return format_html('<span class="nowrap" data-copy="{}">{}</span>', value, grouped)
        if self._masked:
            return format_html('<span class="nowrap">{}</span>', masked(grouped))
        return format_html('<a class="nowrap" href="tel:{0}" data-copy="{0}">{1}</a>', value, grouped)

    def _seconds(self, value: float | None) -> tuple[str, Sequence[str] | None]:
        return self._formats.duration(value), None if value is None else [f"{value:g}"]

    def _findings(self, call: m.Call) -> tuple[str, Sequence[str] | None]:
        if not call.findings:
            return "", None
        said = ngettext("{n} finding", "{n} findings", call.findings).format(n=call.findings)
        return format_html('<span class="flag" title="{}">{} {}</span>', said, icon("flag"), call.findings), [
            str(call.findings)
        ]

    def _local(self, call: m.Call) -> datetime:
        return self._formats.local(call.started_at)

    def _day(self, call: m.Call) -> str:
        return str(self._local(call).date().isoformat())

    def _weekday(self, call: m.Call) -> str:
        return str(self._local(call).isoweekday())


def _text(value: str) -> tuple[str, Sequence[str]]:
    return value or DASH, [value]


def _listed(said: Sequence[str], values: Sequence[str]) -> tuple[str, Sequence[str]]:
    if not values:
        return DASH, [""]
    return format_html_join(" ", '<span class="badge">{}</span>', ((each,) for each in said)), values


def _places(columns: Sequence[str]) -> dict[str, str]:
    first = [name for name in columns if name in _FIRST_LINE]
    second = [name for name in _SECOND_LINE if name in columns][:2]
    return dict.fromkeys(first, "p1") | dict.fromkeys(second, "p2")
