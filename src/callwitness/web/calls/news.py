"""Calls that came since the page was made: they wait behind a bar, so that nothing jumps under a reader's hand."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from callwitness.ledger import queries
from callwitness.ledger.access import Scope
from callwitness.web.calls.asked import asked
from callwitness.web.ui.door import screen

_MOST: Final = 99


@screen("see_calls")
def news(request: HttpRequest, scope: Scope) -> HttpResponse:
    """A fragment, or 204 when there is nothing new. ``since``: number of the last call when the page was made."""
    told = asked(request, scope)
    text = request.GET.get("since", "")
    since = int(text) if text.isdecimal() and len(text) < 19 else 0
    later = queries.calls(told.view, told.reading).filter(pk__gt=since)
    n = later.values("pk")[: _MOST + 1].count()
    if not n:
        return HttpResponse(status=204)
    return render(request, "calls/news.html", {"n": n, "asked": told})
