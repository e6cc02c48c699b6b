"""The board of lost callers, the figures above it, one card, and what people do with it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from django.contrib import messages
from django.db.models import Max
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from callwitness.domain.errors import UsageError
from callwitness.domain.view import PERIODS, period_bounds
from callwitness.ledger import access
from callwitness.ledger import models as m
from callwitness.ledger.access import Absent, Scope
from callwitness.services.lost import decisions as lost
from callwitness.services.lost import figures as lost_figures
from callwitness.services.lost import life
from callwitness.services.workspace_settings import settings_of
from callwitness.web.lost.board import Column, columns, counted
from callwitness.web.lost.cards import cards
from callwitness.web.lost.charts import hours_chart
from callwitness.web.lost.filters import STATES, Filters, filters_of, teams_of
from callwitness.web.ui.door import screen, zone_of

_REFUSED: Final[dict[str, str | Promise]] = {
    lost.TAKEN: _("Somebody else has taken this caller meanwhile. Nothing was changed."),
    lost.CLOSED: _("This caller was closed meanwhile. Nothing was changed."),
    lost.OPEN_ALREADY: _("This caller is not in that state any more. Nothing was changed."),
    lost.REASON_NEEDED: _("Say why nobody needs to ring this caller. Nothing was changed."),
}
_LONGEST_ID: Final = 18
_LONGEST_ADDRESS: Final = 2000
_PERIODS: Final = tuple(period for period in PERIODS if period != "all")


@dataclass(frozen=True, slots=True)
class _Board:
    """A board that stands in a browser. tallied: its menu counts callers, so there is a figure to bring up to date."""

    filters: Filters
    tallied: bool


@screen("see_lost")
def index(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The board, narrowed by the address."""
    filters, now = filters_of(request.GET), _now()
    newest = (
        access.lost_cases(scope).aggregate(newest=Max("pk"))["newest"] or 0
    )  # who comes meanwhile is news
    context = _told(filters, columns(scope, filters, now, zone_of(scope))) | {
        "teams": teams_of(scope),
        "lines": _lines(scope),
        "states": STATES,
        "periods": _PERIODS,
        "query": request.GET.urlencode(),
        "newest": newest,
    }
    return render(request, "lost/index.html", context)


@screen("see_lost")
def news(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Callers who came to wait since the page was made (``after``: the newest case then); nothing when there are none."""
    filters, after = filters_of(request.GET), request.GET.get("after", "")
    if not (after.isdecimal() and len(after) < _LONGEST_ID):
        raise UsageError("after: expected the number of a case")
    cases = filters.of(access.lost_cases(scope), scope.user.pk)
    count = cases.filter(pk__gt=int(after), state=life.OPEN).count()
    if not count:
        return HttpResponse(status=204)
    query = request.GET.copy()
    query.pop("after")
    return render(request, "lost/news.html", {"count": count, "query": query.urlencode()})


@screen("see_lost")
def figures(request: HttpRequest, scope: Scope) -> HttpResponse:
    """How well callers are won back, over the period and the filters of the address."""
    filters, now, zone = filters_of(request.GET), _now(), zone_of(scope)
    begin, end = period_bounds(filters.period, zone, now)
    cases = filters.of(access.lost_cases(scope), scope.user.pk).filter(first_at__gte=begin, first_at__lt=end)
    found = lost_figures.figures(cases, settings_of(scope.workspace).rules, zone)
    context = {"figures": found, "filters": filters, "chart": hours_chart(found.hours), "periods": _PERIODS}
    return render(request, "lost/figures.html", context)


@screen("see_lost")
def card(request: HttpRequest, scope: Scope, case: str) -> HttpResponse:
    """One case on a page of its own: mails and other screens link here."""
    return _card(request, scope, access.lost_case(scope, case))


@screen("work_lost", methods=("POST",))
def act(request: HttpRequest, scope: Scope, case: str, action: str) -> HttpResponseBase:
    """One step of one person; answers with the card as it is then."""
    found = access.lost_case(scope, case)
    if action not in life.ACTIONS:
        raise Absent
    head = scope.membership.role in (m.Membership.OWNER, m.Membership.MANAGER)
    board, problem, waited = _board(request, scope), "", found.state in life.WAITING
    try:
        lost.decide(found, scope.user, action, _now(), request.POST.get("note", ""), head=head)
    except lost.Refused as refusal:
        problem = str(_REFUSED[refusal.code])
    if request.headers.get("HX-Request"):
        case_now = m.LostCase.objects.get(pk=found.pk)
        if board is None:
            return _card(request, scope, case_now, problem)
        return _acted(request, scope, board, case_now, problem, waited=waited)
    if problem:
        messages.error(request, problem)
    return redirect(reverse("lost:card", args=[scope.workspace.slug, case]))


def _board(request: HttpRequest, scope: Scope) -> _Board | None:
    """The board on which the reader pressed a button; None on any other page. Raises ``UsageError``."""
    try:
        address = urlsplit(request.headers.get("HX-Current-URL", "")[:_LONGEST_ADDRESS])
    except ValueError:
        return None
    if address.path != reverse("lost:index", args=[scope.workspace.slug]):
        return None
    tallied = access.lost_cases(scope).filter(state=life.OPEN).exists()
    return _Board(filters_of(QueryDict(address.query)), tallied)


def _acted(
    request: HttpRequest, scope: Scope, board: _Board, case: m.LostCase, problem: str, *, waited: bool
) -> HttpResponse:
    """The card, and what else of the board it changed: sentence, counts, menu; who was closed moves to the done ones."""
    filters, now = board.filters, _now()
    moved = waited and not filters.state and not problem and case.state in life.DONE
    context = _told(filters, counted(scope, filters, now, zone_of(scope)))
    context |= {
        "card": cards(scope, [case], now)[0],
        "problem": problem,
        "moved": moved,
        "tallied": board.tallied,
    }
    return render(request, "lost/acted.html", context)


def _told(filters: Filters, shown: list[Column]) -> dict[str, Any]:
    """What the sentence and the heads of the columns tell."""
    counts = {column.name: column.total for column in shown}
    return {"filters": filters, "columns": shown, "counts": counts, "urgent": shown[0].in_time}


def _card(request: HttpRequest, scope: Scope, case: m.LostCase, problem: str = "") -> HttpResponse:
    whole = not request.headers.get("HX-Request")
    context = {"card": cards(scope, [case], _now())[0], "problem": problem}
    return render(request, "lost/one.html" if whole else "lost/card.html", context)


def _lines(scope: Scope) -> list[tuple[str, str]]:
    """Own numbers to choose from, with their names."""
    if not scope.may("see_numbers"):
        return []
    own = access.numbers(scope).filter(kind=m.Number.OWN)
    return [(number.value, number.name) for number in own]


def _now() -> int:
    return time.time_ns() // 1_000_000
