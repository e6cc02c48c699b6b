"""Three columns: who waits, most urgent first; who is being rung; what was done today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from callwitness.domain.lost import DAY_MS
from callwitness.domain.view import midnight
from callwitness.ledger import access
from callwitness.ledger import models as m
from callwitness.services.lost import life
from callwitness.services.lost.clock import GOOD, urgent
from callwitness.services.lost.decisions import expires_after
from callwitness.web.lost.cards import Card, cards
from callwitness.web.lost.filters import Filters

PAGE: Final = 24


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its cards, how many cases there are in all, and for how many of them the clock still runs."""

    name: str
    cards: Sequence[Card]
    total: int
    in_time: int

    @property
    def more(self) -> int:
        return self.total - len(self.cards)


@dataclass(frozen=True, slots=True)
class _Part:
    """A column before its cards are made; total, in_time: of all its cases."""

    name: str
    cases: Sequence[m.LostCase]
    total: int
    in_time: int = 0


def columns(scope: access.Scope, filters: Filters, now: int, zone: str) -> list[Column]:
    """The board as the filters ask for it: three columns, or one when a state is chosen."""
    parts = _parts(scope, filters, now, zone)
    made = iter(cards(scope, [case for part in parts for case in part.cases], now))
    return [Column(part.name, [next(made) for _ in part.cases], part.total, part.in_time) for part in parts]


def counted(scope: access.Scope, filters: Filters, now: int, zone: str) -> list[Column]:
    """The same columns without their cards: how many there are."""
    return [Column(part.name, (), part.total, part.in_time) for part in _parts(scope, filters, now, zone)]


def _parts(scope: access.Scope, filters: Filters, now: int, zone: str) -> list[_Part]:
    cases = filters.of(access.lost_cases(scope), scope.user.pk)
    if filters.state:
        return [_by_state(scope, cases, filters.state, now)]
    return [_waiting(scope, cases, now), _in_work(scope, cases), _done(scope, cases, now, zone)]


def _waiting(scope: access.Scope, cases: QuerySet[m.LostCase], now: int) -> _Part:
    ranked = urgent(scope.workspace, cases, now)
    in_time = sum(clock.band == GOOD for _, clock in ranked)
    first = [case for case, _ in ranked[:PAGE]]
    return _Part("waiting", first, cases.filter(state=life.OPEN).count(), in_time)


def _in_work(scope: access.Scope, cases: QuerySet[m.LostCase]) -> _Part:
    """Own ones first, then those whose claim is the oldest."""
    found = list(cases.filter(state=life.IN_WORK).order_by("claimed_at", "id")[: PAGE * 5])
    found.sort(key=lambda case: case.claimed_by_id != scope.user.pk)
    total = len(found) if len(found) < PAGE * 5 else cases.filter(state=life.IN_WORK).count()
    return _Part("in_work", found[:PAGE], total)


def _done(scope: access.Scope, cases: QuerySet[m.LostCase], now: int, zone: str) -> _Part:
    """Closed since midnight by somebody or by the caller; what expired is no deed."""
    done = done_today(cases, expires_after(scope.workspace), now, zone)
    return _Part("done", list(done.order_by("-closed_at", "-id")[:PAGE]), done.count())


def done_today(cases: QuerySet[m.LostCase], expires_ms: int, now: int, zone: str) -> QuerySet[m.LostCase]:
    """Cases closed since the midnight of the reader. A case lives so long at most: older ones need no look."""
    today = midnight(datetime.fromtimestamp(now / 1000, ZoneInfo(zone)).date(), zone)
    done = [state for state in life.DONE if state != life.EXPIRED]
    recent = cases.filter(state__in=done, last_at__gte=today - expires_ms - DAY_MS)
    return recent.filter(closed_at__gte=today)


def _by_state(scope: access.Scope, cases: QuerySet[m.LostCase], state: str, now: int) -> _Part:
    chosen = cases.filter(state=state)
    if state == life.OPEN:
        shown = [case for case, _ in urgent(scope.workspace, cases, now)[: 2 * PAGE]]
    else:
        shown = list(chosen.order_by("-last_at", "-id")[: 2 * PAGE])
    return _Part(state, shown, chosen.count())
