"""My calls: the personal cabinet; whoever heads a group sees the group's."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Final

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from callwitness.domain.errors import UsageError
from callwitness.domain.view import PERIODS, period_bounds
from callwitness.ledger import access
from callwitness.ledger import models as m
from callwitness.ledger.access import Scope
from callwitness.services.lost import life
from callwitness.services.lost.clock import urgent
from callwitness.web.mine.people import Chosen, Member, added, calls_of, chosen, figures
from callwitness.web.ui.door import screen, zone_of

PAGE: Final = 50
_LOST: Final = 10
_PERIODS: Final = tuple(period for period in PERIODS if period != "all")


@dataclass(frozen=True, slots=True)
class Row:
    """A call and the part a person had in it. other: the number outside."""

    call: m.Call
    talked: bool

    @property
    def other(self) -> str:
        return self.call.called if self.call.direction == "outbound" else self.call.caller

    @property
    def missed(self) -> bool:
        return not self.talked and self.call.direction == "inbound" and self.call.verdict != "answered"


@screen("see_agents")
def index(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Own calls of the period, own lost callers, own figures; for ``member`` those of a member or the whole group."""
    period = request.GET.get("period") or "today"
    if period not in _PERIODS:
        raise UsageError(f"period: expected one of {', '.join(_PERIODS)}, found {period[:60]!r}")
    now = time.time_ns() // 1_000_000
    begin, end = period_bounds(period, zone_of(scope), now)
    who = chosen(scope, request.GET.get("member", ""))
    has_own = m.Agent.objects.filter(workspace=scope.workspace, user=scope.user).exists()
    context: dict[str, Any] = {"who": who, "has_own": has_own, "period": period, "periods": _PERIODS}
    if who.agents:
        context |= _person(request, scope, who, (begin, end), now)
    elif who.group:
        told = figures(who.group, begin, end)
        context["members"] = [Member(agent, told[agent.pk]) for agent in who.group]
    return render(request, "mine/index.html", context)


def _person(
    request: HttpRequest, scope: Scope, who: Chosen, span: tuple[int, int], now: int
) -> dict[str, Any]:
    cases = access.lost_cases(scope)
    own = cases.filter(owner_agent__in=who.agents)
    taken = cases.filter(state=life.IN_WORK, claimed_by=scope.user) if who.own else cases.none()
    page = Paginator(calls_of(who.agents, *span), PAGE).get_page(request.GET.get("page"))
    return {
        "agent": who.agents[0],
        "figures": added(list(figures(who.agents, *span).values())),
        "lost": urgent(scope.workspace, own, now)[:_LOST],
        "taken": taken.order_by("next_try_at", "claimed_at")[:_LOST],
        "page": page,
        "rows": _rows(scope, page),
    }


def _rows(scope: Scope, page: Page[m.CallAgent]) -> list[Row]:
    """The calls of a page in its order, each once, those that the reader may open."""
    parts: dict[int, bool] = {}
    for part in page:
        parts[part.call_id] = parts.get(part.call_id, False) or part.talked
    calls = {call.pk: call for call in access.calls(scope).filter(pk__in=list(parts))}
    return [Row(calls[pk], talked) for pk, talked in parts.items() if pk in calls]
