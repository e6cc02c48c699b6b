"""The form that adds a filter: operations and the most frequent values of the column that was chosen."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from callwitness.domain.errors import UsageError
from callwitness.domain.view import VIEW_COLUMNS
from callwitness.ledger.access import Scope
from callwitness.ledger.queries import closed_columns
from callwitness.services.exports import call_views
from callwitness.services.exports.exporting import wording
from callwitness.services.exports.exporting.words import words as in_words
from callwitness.web.calls.asked import asked
from callwitness.web.ui.door import screen

_MOST: Final = 60
_UNGUESSED: Final = ("caller", "called", "call_id")
"""Columns with so many values that a list of the most frequent ones helps nobody, and what it costs is felt."""


@screen("see_calls")
def values(request: HttpRequest, scope: Scope) -> HttpResponse:
    """A fragment for one column, ``_column``."""
    told = asked(request, scope)
    name = request.GET.get("_column", "")
    column = VIEW_COLUMNS.get(name)
    if column is None or name in closed_columns(scope):
        raise UsageError(f"{name[:60]!r}: no such column")
    listed = column.kind in ("choice", "list") or (column.group and name not in _UNGUESSED)
    found = (
        call_views.values(name, told.reading, told.view.period, _MOST)
        if listed and column.kind != "flag"
        else []
    )
    choices = [
        (value, wording.value_word(name, value, in_words()), wording.count(calls)) for value, calls in found
    ]
    if column.kind == "flag":
        choices = [("yes", _("yes"), ""), ("no", _("no"), "")]
    context = {
        "name": name,
        "choices": choices,
        "operations": _operations(column.kind),
        "number": column.kind in ("seconds", "count"),
    }
    return render(request, "calls/values.html", context)


def _operations(kind: str) -> list[tuple[str, str]]:
    if kind in ("seconds", "count"):
        return [("min", _("at least")), ("max", _("at most")), ("empty", _("is unknown"))]
    if kind == "flag":
        return [("is", _("is"))]
    return [
        ("is", _("is one of")),
        ("not", _("is none of")),
        ("has", _("contains")),
        ("empty", _("is empty")),
    ]
