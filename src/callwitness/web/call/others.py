"""The caller's other calls, asked for after the page is there."""

from __future__ import annotations

import time
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from callwitness.domain.view import Condition, View
from callwitness.ledger import access
from callwitness.ledger import models as m
from callwitness.ledger.access import Scope
from callwitness.services.exports.call_views import call_views
from callwitness.warehouse import contract
from callwitness.warehouse.contract import DaysUnreadable
from callwitness.web.ui.door import screen, zone_of

_MOST: Final = 20


@screen("see_calls")
def others(request: HttpRequest, scope: Scope, public_id: str) -> HttpResponse:
    """A fragment: calls of the same outside number, in both directions, the newest first."""
    call = access.call(scope, public_id)
    number = call.called if call.direction == "outbound" else call.caller
    rows: list[m.Call] = []
    if number:
        mine = access.calls(scope)
        rows = list(mine.filter(caller=number).exclude(pk=call.pk).order_by("-started_at")[:_MOST])
        rows += list(
            mine.filter(public_id__in=_rung(scope, number)).exclude(
                pk__in=[call.pk, *(row.pk for row in rows)]
            )
        )
        rows = sorted(rows, key=lambda row: -row.started_at)[:_MOST]
    return render(request, "call/others.html", {"rows": rows, "number": number})


def _rung(scope: Scope, number: str) -> list[str]:
    """Ids of our calls to this number; the ledger has no order of numbers we rang, the warehouse needs none."""
    view = View(period="all", conditions=(Condition("called", "is", (number,)),))
    reader = contract.Scope(scope.projects, scope.agents, scope.teams)
    now = int(time.time() * 1000)
    try:
        page = call_views().ids(scope.workspace.pk, view, reader, zone_of(scope), now, limit=_MOST)
    except DaysUnreadable:
        return []
    return list(page.ids)
