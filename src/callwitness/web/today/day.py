"""The figures of one day: calls from the warehouse, service levels and lost callers from the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count
from django.http import HttpRequest

from callwitness.domain.errors import UsageError
from callwitness.domain.view import Condition, View, midnight
from callwitness.ledger import access
from callwitness.ledger.queries import Reading
from callwitness.services.clock_levels import Level, levels
from callwitness.services.exports import call_views
from callwitness.services.lost import life
from callwitness.warehouse.contract import Totals

_DAY = timedelta(days=1)
_NOON = 12


@dataclass(frozen=True, slots=True)
class People:
    """Callers behind the calls that reached nobody on a day: reached again, waiting, none of it (expired, not needed)."""

    reached: int
    waiting: int
    rest: int

    @property
    def total(self) -> int:
        return self.reached + self.waiting + self.rest


@dataclass(frozen=True, slots=True)
class DayFigures:
    """Inbound calls of one day in the reader's zone. other: neither answered nor nobody reached."""

    day: date
    totals: Totals
    people: People

    @property
    def period(self) -> str:
        return self.day.isoformat()

    @property
    def share(self) -> float | None:
        return self.totals.answered / self.totals.inbound if self.totals.inbound else None

    @property
    def other(self) -> int:
        return self.totals.inbound - self.totals.answered - self.totals.nobody


def chosen_day(request: HttpRequest, zone: str, now: int) -> tuple[date, date]:
    """The day of the address and today, in the reader's zone. Raises ``UsageError``.

    Without one: yesterday until noon, for a morning has little to tell; then today.
    """
    clock = datetime.fromtimestamp(now / 1000, ZoneInfo(zone))
    today = clock.date()
    text = request.GET.get("day") or ("yesterday" if clock.hour < _NOON else "today")
    if text in ("yesterday", "today"):
        return today - _DAY if text == "yesterday" else today, today
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.max
    if not 1970 < day.year <= today.year or day > today:
        raise UsageError(
            f"day: expected a day such as {today.isoformat()}, not after today, found {text[:20]!r}"
        )
    return day, today


def inbound(day: date) -> View:
    """The inbound calls of a day."""
    return View(
        period=f"{day.isoformat()}..{day.isoformat()}",
        conditions=(Condition("direction", "is", ("inbound",)),),
    )


def figures(reading: Reading, day: date) -> DayFigures:
    """The figures of a day. Raises ``DaysUnreadable``."""
    return DayFigures(day, call_views.totals(inbound(day), reading), _people(reading, day))


def share_of(reading: Reading, day: date) -> float | None:
    """Only the answered share of a day, for comparison."""
    found = call_views.totals(inbound(day), reading, people=False)
    return found.answered / found.inbound if found.inbound else None


def hours(reading: Reading, day: date) -> dict[int, tuple[int, int]]:
    """Answered and nobody reached by the hour's beginning, as minutes since midnight on the wall."""
    scope = reading.scope
    frame = call_views.call_views().series(
        scope.workspace.pk, inbound(day), call_views.warehouse_scope(scope), reading.zone, reading.now, "hour"
    )
    zone, found = ZoneInfo(reading.zone), dict[int, tuple[int, int]]()
    for at, answered, nobody in frame.iter_rows():
        hour = datetime.fromtimestamp(at / 1000, zone).hour
        before = found.get(hour, (0, 0))
        found[hour] = (before[0] + answered, before[1] + nobody)
    return found


def clock_levels(reading: Reading, day: date, within_s: float) -> Mapping[str, Level | None]:
    """Service levels of a day by clock."""
    begin, end = bounds(day, reading.zone)
    return levels(access.calls(reading.scope).filter(started_at__gte=begin, started_at__lt=end), within_s)


def bounds(day: date, zone: str) -> tuple[int, int]:
    """First moment of a day and of the next, ms UTC."""
    return midnight(day, zone), midnight(day + _DAY, zone)


def _people(reading: Reading, day: date) -> People:
    if not reading.scope.may("see_lost"):
        return People(0, 0, 0)
    begin, end = bounds(day, reading.zone)
    cases = access.lost_cases(reading.scope).filter(last_at__gte=begin, first_at__lt=end)
    if not _sees_all(
        reading.scope
    ):  # cases of nobody are shown to every team, their calls are not: sums would not add up
        cases = cases.filter(last_call__in=access.calls(reading.scope))
    states = dict(cases.order_by().values_list("state").annotate(n=Count("id")))
    reached = sum(states.get(state, 0) for state in (life.RECOVERED, life.SELF_RECOVERED, life.OTHER_CHANNEL))
    waiting = sum(states.get(state, 0) for state in life.WAITING)
    return People(reached, waiting, sum(states.values()) - reached - waiting)


def _sees_all(scope: access.Scope) -> bool:
    return scope.projects is None and scope.agents is None and scope.teams is None
