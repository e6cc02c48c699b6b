"""Rows of a piece of evidence that could not be read, with the reasons, and what was noted while reading it."""

from __future__ import annotations

from typing import Final

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from callwitness.ledger import access
from callwitness.ledger.access import Scope
from callwitness.web.sources.noted import noted
from callwitness.web.ui.door import screen

_PAGE: Final = 50


@screen("see_sources")
def rejected(request: HttpRequest, scope: Scope, pk: int, evidence: int) -> HttpResponse:
    """Rejected rows; their text only for who may see originals with whole numbers."""
    source = access.source(scope, pk)
    found = access.one(access.evidence(scope, source), pk=evidence)
    rows = Paginator(found.rejected_rows.order_by("pk"), _PAGE).get_page(request.GET.get("page"))
    shows = scope.may("see_originals") and not scope.masks_numbers
    return render(
        request,
        "sources/rejected.html",
        {"source": source, "evidence": found, "page": rows, "shows": shows, "reasons": noted(found, scope)},
    )
