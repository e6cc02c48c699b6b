"""What a view is about, in words: its period, its conditions, its figures. Screens and files say it alike."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, npgettext

from callwitness.domain.view import VIEW_COLUMNS, Condition, View, period_bounds
from callwitness.services.exports.exporting.words import Words

NARROW: Final = "\u202f"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_KINDS: Final = {"verdict": "verdict", "direction": "direction", "recovery": "recovery", "flags": "flag",
                 "finding_kinds": "finding", "weekday": "weekday"}  # fmt: skip
_LISTED: Final = 4


def value_word(column: str, value: str | None, words: Words) -> str:
    """A value of a column as people read it; nothing is "none"."""
    if not value:
        return _("none")
    if VIEW_COLUMNS[column].kind == "flag":
        return _("yes") if value == "yes" else _("no")
    return words.word(_KINDS[column], value) if column in _KINDS else value


def condition_words(condition: Condition, words: Words, zone: str) -> str:
    """One condition: ``Verdict: no answer, busy``."""
    column = words.word("column", condition.column)
    kind = VIEW_COLUMNS[condition.column].kind
    said = [
        _moment_text(value, zone)
        if kind == "moment" and value
        else value_word(condition.column, value, words)
        for value in condition.values
    ]
    listed = ", ".join(said[:_LISTED]) + (f" +{len(said) - _LISTED}" if len(said) > _LISTED else "")
    if condition.operation == "empty":
        listed = _("none") if condition.values == ("yes",) else _("any")
        return _("{column}: {values}").format(column=column, values=listed)
    template = {
        "is": _("{column}: {values}"),
        "not": _("{column}: not {values}"),
        "has": _("{column} contains {values}"),
        "min": _("{column}: at least {values}"),
        "max": _("{column}: at most {values}"),
    }[condition.operation]
    return template.format(column=column, values=listed)


def _moment_text(value: str, zone: str) -> str:
    try:
        return (
            f"{(_EPOCH + timedelta(milliseconds=float(value))).astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M:%S}"
        )
    except (ValueError, OverflowError):
        return value


def period_words(period: str, words: Words, zone: str, now: int) -> str:
    """A period with its days: ``this week (2026-11-16 – 2026-11-22)``; own dates as they are."""
    begin, end = (_EPOCH + timedelta(milliseconds=at) for at in period_bounds(period, zone, now))
    tz = ZoneInfo(zone)
    first, last = begin.astimezone(tz).date(), (end.astimezone(tz) - timedelta(microseconds=1)).date()
    days = first.isoformat() if first == last else f"{first.isoformat()} – {last.isoformat()}"
    if ".." in period:
        return days
    word = words.word("period", period)
    return word if period == "all" else f"{word} ({days})"


def view_words(view: View, words: Words, zone: str) -> list[str]:
    """Conditions and search of a view."""
    said = [condition_words(condition, words, zone) for condition in view.conditions]
    return [*said, _("search: {text}").format(text=view.search)] if view.search else said


def figures_words(figures: Mapping[str, Any]) -> list[str]:
    """``1 204 calls``, ``1 018 people``, ``31 reached nobody``, ``average wait 0:22``; the last two where there are any.

    figures: ``calls, people, nobody, wait_sum_s, wait_n`` of the warehouse.
    """
    calls, people, nobody = figures["calls"], figures["people"], figures["nobody"]
    said = [ngettext("{n} call", "{n} calls", calls).format(n=count(calls))]
    if people is not None:
        said.append(ngettext("{n} person", "{n} people", people).format(n=count(people)))
    if nobody:
        said.append(
            npgettext("calls", "{n} reached nobody", "{n} reached nobody", nobody).format(n=count(nobody))
        )
    if figures["wait_n"]:
        average = figures["wait_sum_s"] / figures["wait_n"]
        said.append(_("average wait {duration}").format(duration=duration(average)))
    return said


def count(value: int) -> str:
    """``1 204`` with a narrow space."""
    return f"{value:,}".replace(",", NARROW)


def duration(seconds: float) -> str:
    """``0:37``, ``1:02:33``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
