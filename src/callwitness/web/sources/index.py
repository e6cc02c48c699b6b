"""All sources: which are fed, which are silent, which fail."""

from __future__ import annotations

import time
from collections import Counter

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from callwitness.ledger import access
from callwitness.ledger.access import Scope
from callwitness.services.arrivals.source_health import health
from callwitness.web.ui.door import screen

_ORDER = ("provider", "office", "contractor")


@screen("see_sources")
def index(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The list, in order of role and name."""
    sources = sorted(access.sources(scope), key=lambda source: (_ORDER.index(source.role), source.name))
    rows = health(sources, int(time.time() * 1000))
    counts = Counter(row.state for row in rows)
    return render(
        request,
        "sources/index.html",
        {"rows": rows, "counts": counts, "pending": sum(row.pending for row in rows)},
    )
