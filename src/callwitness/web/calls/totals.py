"""The sentence over the rows: how many calls and people, from the warehouse, asked for after the page is there."""

from __future__ import annotations

from dataclasses import asdict, replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from callwitness.ledger.access import Scope
from callwitness.services.exports import call_views
from callwitness.services.exports.exporting import wording
from callwitness.warehouse.contract import DaysUnreadable
from callwitness.web.calls.asked import asked
from callwitness.web.ui.door import screen


@screen("see_calls")
def totals(request: HttpRequest, scope: Scope) -> HttpResponse:
    """A fragment: ``1 204 calls · 1 018 people``."""
    told = asked(request, scope)
    try:
        found = call_views.totals(replace(told.view, group=None), told.reading)
    except DaysUnreadable as problem:
        return render(request, "calls/totals.html", {"problem": str(problem)})
    return render(request, "calls/totals.html", {"said": wording.figures_words(asdict(found))})
