"""Scheduled exports of the reader and what was sent."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from callwitness.ledger import access
from callwitness.ledger import models as m
from callwitness.ledger.access import Scope
from callwitness.services.exports.schedule_times import next_time
from callwitness.web.ui.door import screen

_HISTORY: Final = 100


@dataclass(frozen=True, slots=True)
class Line:
    """A schedule, when it is sent next, and whether it is the reader's to change."""

    schedule: m.Schedule
    next_at: int | None
    mine: bool

    @property
    def clock(self) -> str:
        """Time of day, ``08:30``."""
        return f"{self.schedule.minute // 60:02}:{self.schedule.minute % 60:02}"


@screen("schedule")
def index(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The list and the history of sends."""
    now = int(time.time() * 1000)
    rows = access.schedules(scope).select_related("view__owner")
    lines = [
        Line(row, next_time(row, now) if row.enabled else None, row.view.owner_id == scope.user.pk)
        for row in rows
    ]
    sent = m.Delivery.objects.filter(schedule__in=access.schedules(scope)).select_related("schedule__view")
    history = list(sent.order_by("-due_at", "-id")[:_HISTORY])
    views = m.SavedView.objects.filter(workspace=scope.workspace, owner=scope.user).exists()
    failed = sum(delivery.state == "failed" for delivery in history)
    return render(
        request, "exports/index.html", {"lines": lines, "history": history, "views": views, "failed": failed}
    )
