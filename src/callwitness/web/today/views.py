"""Today: who waits for a call, what the night found, how many were answered, how the sources are."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from callwitness.domain.lost import LOST_VERDICTS
from callwitness.ledger import access
from callwitness.ledger.access import Scope
from callwitness.ledger.queries import Reading
from callwitness.services.arrivals.source_health import (
    EARLY,
    FAILING,
    NEVER,
    OFF,
    SILENT,
    WELL,
    SourceHealth,
    health,
)
from callwitness.services.lost.clock import urgent
from callwitness.services.workspace_settings import settings_of
from callwitness.warehouse.contract import DaysUnreadable
from callwitness.web.today.charts import hours_chart
from callwitness.web.today.day import bounds, chosen_day, clock_levels, figures, hours, share_of
from callwitness.web.ui.door import screen, zone_of
from callwitness.web.ui.finding_sentences import said

_RING_BACK: Final = 6
_TROUBLE: Final = (FAILING, SILENT, NEVER, EARLY, WELL)
_NOBODY: Final = (*LOST_VERDICTS, "abandoned_in_ivr")
_CLOCK_COLUMNS: Final = (
    "started_at,caller,verdict,queue,signal_answered_at,agent_answered_at,human_voice_at,wait_s"
)


@dataclass(frozen=True, slots=True)
class NightFinding:
    """One kind of finding: its sentence, who bears it where it is always the same side, and its address."""

    sentence: str
    bears: str
    query: str


@screen("see_calls")
def index(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The first page: the sentence of yesterday, and the chosen day."""
    zone, now = zone_of(scope), time.time_ns() // 1_000_000
    day, today = chosen_day(request, zone, now)
    reading = Reading(scope, zone, now)
    context: dict[str, Any] = {
        "day": day,
        "today": today,
        "yesterday": today - timedelta(days=1),
        "chosen_at": bounds(day, zone)[0],
        "ring_back": _ring_back(scope, now),
        "night": _night(scope, day, today, zone),
        "health": _health(scope, now) if scope.may("see_sources") else [],
        "new_here": not access.calls(scope).exists(),
        "may_add": scope.may("edit_sources"),
        "may_work": scope.may("work_lost"),
        "sees_findings": scope.may("see_findings"),
        "sees_agents": scope.may("see_agents"),
        "links": _links(day),
    }
    try:
        context |= _figures(reading, day, today)
    except DaysUnreadable as problem:
        context["problem"] = str(problem)
    return render(request, "today/index.html", context)


def _figures(reading: Reading, day: date, today: date) -> dict[str, Any]:
    """What is counted of the chosen day, of yesterday for the sentence, of the week before for comparison."""
    within_s = settings_of(reading.scope.workspace).rules.service_level_s
    told = day if day != today else today - timedelta(days=1)
    chosen, before = figures(reading, day), day - timedelta(days=7)
    so_far = (
        chosen if day == today else figures(reading, today) if told == today - timedelta(days=1) else None
    )
    return {
        "chosen": chosen,
        "told": chosen if told == day else figures(reading, told),
        "so_far": so_far,
        "so_far_links": _links(today),
        "told_links": _links(told),
        "told_is_yesterday": told == today - timedelta(days=1),
        "told_unknown": _ends_before(reading, told),
        "share_before": share_of(reading, before),
        "chart": hours_chart(hours(reading, day), hours(reading, before)),
        "levels": clock_levels(reading, day, within_s),
        "within_s": within_s,
    }


def _ends_before(reading: Reading, day: date) -> bool:
    """Whether every source that tells of anything ends before the day: nobody knows yet who called."""
    if not reading.scope.may("see_sources"):
        return False
    sources = access.sources(reading.scope).filter(enabled=True)
    newest = sources.aggregate(at=Max("last_record_at"))["at"]
    return newest is not None and newest < bounds(day, reading.zone)[0]


def _links(day: date) -> dict[str, str]:
    """Queries of a view of calls behind each figure of a day."""
    inbound = [("period", f"{day.isoformat()}..{day.isoformat()}"), ("direction", "inbound")]
    known = ("answered", *_NOBODY)
    return {
        "all": urlencode(inbound),
        "answered": urlencode([*inbound, ("verdict", "answered")]),
        "nobody": urlencode([*inbound, *(("verdict", verdict) for verdict in _NOBODY)]),
        "other": urlencode([*inbound, *(("verdict.not", verdict) for verdict in known)]),
        "clocks": urlencode([*inbound, ("columns", _CLOCK_COLUMNS)]),
        "findings": urlencode({"period": f"{day.isoformat()}..{day.isoformat()}"}),
    }


def _health(scope: Scope, now: int) -> list[SourceHealth]:
    """The sources that count, those in trouble first; they stand as on their own screen."""
    found = health(access.sources(scope).order_by("name"), now)
    return sorted((each for each in found if each.state != OFF), key=lambda each: _TROUBLE.index(each.state))


def _ring_back(scope: Scope, now: int) -> dict[str, Any] | None:
    if not scope.may("see_lost"):
        return None
    cases = access.lost_cases(scope)
    return {
        "cases": urgent(scope.workspace, cases, now)[:_RING_BACK],
        "total": cases.filter(state="open").count(),
    }


def _night(scope: Scope, day: date, today: date, zone: str) -> list[NightFinding]:
    """Open findings of yesterday and today, what the night brought; of the chosen day when it lies further back."""
    if not scope.may("see_findings"):
        return []
    first, last = _night_of(day, today)
    begin, end = bounds(first, zone)[0], bounds(last, zone)[1]
    found = access.findings(scope).filter(at__gte=begin, at__lt=end, state="open").order_by()
    counts: dict[str, int] = {}
    bears: dict[str, set[str]] = {}
    for kind, side, n in found.values_list("kind", "bears").annotate(n=Count("id")):
        counts[kind] = counts.get(kind, 0) + n
        bears.setdefault(kind, set()).add(side)
    period = f"{first.isoformat()}..{last.isoformat()}"
    return [
        NightFinding(
            said(kind, n),
            next(iter(bears[kind])) if len(bears[kind]) == 1 else "",
            urlencode({"kind": kind, "period": period}),
        )
        for kind, n in sorted(counts.items(), key=lambda each: -each[1])
    ]


def _night_of(day: date, today: date) -> tuple[date, date]:
    yesterday = today - timedelta(days=1)
    return (yesterday, today) if day >= yesterday else (day, day)
