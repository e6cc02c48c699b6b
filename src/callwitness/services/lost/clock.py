"""The clock of a lost caller, and who is the most urgent of those who wait."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import QuerySet

from callwitness.ledger import models as m
from callwitness.services.lost import life
from callwitness.services.lost.decisions import on_the_line
from callwitness.services.lost.working_time import WorkingTime, working_time
from callwitness.services.workspace_settings import settings_of

LATE_MS: Final = 23 * 3_600_000
"""Up to so long after the first try a call back is late; after that the caller counts as lost."""
STANDARD_SLA_MINUTES: Final = 20
"""Agreed minutes of a case that no team owns."""
GOOD, LATE, LOST = "good", "late", "lost"
_LOOKED_AT: Final = 400
"""Of very many who wait, the latest are put in order; the others only count."""


@dataclass(frozen=True, slots=True)
class Clock:
    """The team's clock: working time from the first try. left_s: until it runs out, negative = over since.

    after_hours: the first try came while the office was closed, so the clock began when it opened.
    """

    band: str
    due_at: int
    left_s: float
    after_hours: bool


def clocks(workspace: m.Workspace, cases: Sequence[m.LostCase], now: int) -> list[Clock]:
    """The clocks of cases, which carry their ``owner_team``."""
    if not cases:
        return []
    rules = settings_of(workspace).rules
    open_hours = working_time(rules, min(case.first_at for case in cases), now)
    return [_clock(open_hours, case, now) for case in cases]


def _clock(open_hours: WorkingTime, case: m.LostCase, now: int) -> Clock:
    minutes = case.owner_team.sla_minutes if case.owner_team else STANDARD_SLA_MINUTES
    due = open_hours.after(case.first_at, minutes * life.MINUTE_MS)
    band = GOOD if now <= due else LATE if now - case.first_at <= LATE_MS else LOST
    return Clock(band, due, (due - now) / 1000, not open_hours.is_open(case.first_at))


def urgent(workspace: m.Workspace, cases: QuerySet[m.LostCase], now: int) -> list[tuple[m.LostCase, Clock]]:
    """The cases that wait for anybody, the most urgent first, with their clocks."""
    free = cases.filter(state=life.OPEN).select_related("owner_team", "owner_agent")
    latest = list(free.order_by("-last_at", "-id")[:_LOOKED_AT])
    ringing = on_the_line(workspace, {case.caller for case in latest}, now)
    return sorted(
        zip(latest, clocks(workspace, latest, now), strict=True),
        key=lambda pair: _rank(pair[0], pair[1], now, calling=pair[0].caller in ringing),
    )


def _rank(case: m.LostCase, clock: Clock, now: int, *, calling: bool) -> tuple[bool, int, int]:
    """Smaller is sooner: callers of closed hours whom nobody rang yet, then whose clock runs out first, then the freshest.

    Who is calling right now, was tried as often as is decent, or is to be tried later stands behind the others.
    """
    later = calling or case.attempts >= life.MOST_ATTEMPTS or (case.next_try_at or 0) > now
    if clock.after_hours and not case.attempts and now - case.first_at <= LATE_MS:
        return later, 0, case.first_at
    if clock.band == GOOD:
        return later, 1, clock.due_at
    return later, 2 if clock.band == LATE else 3, -case.last_at
