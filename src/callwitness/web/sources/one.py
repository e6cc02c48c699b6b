"""One source: how it is, what arrived, its clock, how reliable it is."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from markupsafe import Markup

from callwitness.ingest.registry import adapter_titles
from callwitness.ledger import access
from callwitness.ledger import models as m
from callwitness.ledger.access import Scope
from callwitness.report import charts
from callwitness.report.formats import Formats
from callwitness.services.arrivals.source_health import health, weeks
from callwitness.web.sources.noted import TABLE_READ, noted
from callwitness.web.ui.door import screen, zone_of
from callwitness.web.ui.words import language

_PAGE: Final = 30
_MOST_POINTS: Final = 4_000
_QUIET: Final = frozenset({TABLE_READ, "zone_found"})
"""Notes of every file that is well; they stand on its own page."""


@screen("see_sources")
def one(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """The page of a source."""
    source = access.source(scope, pk)
    page = Paginator(access.evidence(scope, source), _PAGE).get_page(request.GET.get("page"))
    for evidence in page:
        evidence.reasons = noted(evidence, scope, _QUIET)  # type: ignore[attr-defined]  # read by the template
    told = health([source], int(time.time() * 1000))[0]
    latest = source.last_record_at if scope.may("see_calls") else None
    return render(
        request,
        "sources/one.html",
        {
            "source": source,
            "told": told,
            "page": page,
            "latest_day": "" if latest is None else _day_of(latest, zone_of(scope)),
            "weeks": weeks(source),
            "clock": clock(source, zone_of(scope)),
            "title": adapter_titles().get(source.adapter, ""),
            "hook_address": f"{settings.SERVER.url}/hooks/{source.hook_token}" if source.hook_token else "",
            "recordings": m.Recording.objects.filter(source=source).exists(),
        },
    )


def _day_of(moment: int, zone: str) -> str:
    return datetime.fromtimestamp(moment / 1000, ZoneInfo(zone)).date().isoformat()


@screen("see_sources")
def progress(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """How much waits to be read; asked every other second, and by its answer the page is loaded anew at the end."""
    source = access.source(scope, pk)
    told = health([source], int(time.time() * 1000))[0]
    answer = render(request, "sources/progress.html", {"source": source, "told": told})
    if not told.pending:
        answer["HX-Refresh"] = "true"
    return answer


def clock(source: m.Source, zone: str) -> Markup:
    """The offset of the source's clock over time; empty where it was never measured."""
    newest = m.ClockPoint.objects.filter(source=source).order_by("-at")[:_MOST_POINTS]
    points = [charts.ClockPoint(point.at, point.offset_s, point.uncertainty_s, point.n) for point in newest]
    title = _("The clock of {source} against the reference, in seconds").format(source=source.name)
    return charts.clock_chart(points[::-1], title, Formats(language(), ZoneInfo(zone), 0))
