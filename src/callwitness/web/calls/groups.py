"""Groups of a grouped view with their totals, and the calls of one group when it is opened."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from callwitness.domain.errors import UsageError
from callwitness.ledger import queries
from callwitness.ledger.access import Scope
from callwitness.ledger.view_people import names_of
from callwitness.services import call_pages
from callwitness.services.exports import call_views
from callwitness.services.exports.exporting import wording
from callwitness.services.exports.exporting.words import words as in_words
from callwitness.web.calls.asked import Asked, asked
from callwitness.web.calls.cells import Rows
from callwitness.web.ui.door import screen
from callwitness.web.ui.numbers import masked
from callwitness.web.ui.templatetags.callwitness import formats

_AT_ONCE = 100


@screen("see_calls")
def groups(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Heads of groups, the biggest first, a hundred at a time: a fragment. ``at``: how many were shown before."""
    told = asked(request, scope)
    if told.view.group is None:
        raise UsageError("the view is not grouped")
    text = request.GET.get("at", "0")
    at = int(text) if text.isdecimal() and len(text) < 6 else 0
    found = call_views.groups(told.view, told.reading, _AT_ONCE + 1, at)
    shown = [
        {
            "label": _label(told, each["value"]),
            "figures": wording.figures_words(each),
            "open": f"{told.address()}&value={_quoted(each['value'])}",
            "only": told.address(queries.inside_group(told.view, each["value"])),
            "place": at + place,
        }
        for place, each in enumerate(found[:_AT_ONCE])
    ]
    more = f"{told.address()}&at={at + _AT_ONCE}" if len(found) > _AT_ONCE else ""
    return render(
        request, "calls/groups.html", {"groups": shown, "more": more, "width": len(told.view.columns)}
    )


@screen("see_calls")
def group(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Rows of one group: a fragment. ``value``: of the group, '' = nothing there."""
    told = asked(request, scope)
    if told.view.group is None:
        raise UsageError("the view is not grouped")
    value = request.GET.get("value", "")
    inside = replace(told, view=queries.inside_group(told.view, value or None))
    page = call_pages.page(inside.view, told.reading, request.GET.get("after") or None)
    rows = Rows(told, names_of(scope.workspace)).rows(page.calls)
    more = f"group/{told.address()}&value={_quoted(value)}&after={page.after}" if page.after else ""
    return render(request, "calls/rows.html", {"rows": rows, "more": more, "width": len(told.view.columns)})


def _label(told: Asked, value: str | None) -> str:
    group = told.view.group or ""
    if value and group in ("caller", "did", "called"):
        number = formats().number(value)
        return masked(number) if told.reading.scope.masks_numbers and group != "did" else number
    return wording.value_word(group, value, in_words())


def _quoted(value: str | None) -> str:
    return quote(value or "", safe="")
