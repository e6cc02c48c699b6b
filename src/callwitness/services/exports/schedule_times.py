"""When a scheduled export is due: wall-clock times of its zone, through changes of clocks and ends of months."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from callwitness.ledger import models as m

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LOOK_AHEAD: Final = timedelta(days=400)


def due_times(schedule: m.Schedule, after: int, until: int) -> Iterator[int]:
    """Due times later than ``after`` and not later than ``until``, in order, ms UTC.

    A time that a change of clocks leaves out is due as much later as the clocks jump; one that comes twice is due the
    first time. A day of the month that a month does not have is its last day.
    """
    zone = ZoneInfo(schedule.zone)
    day, last = (
        (_EPOCH + timedelta(milliseconds=at)).astimezone(zone).date() for at in (after - 86_400_000, until)
    )
    while day <= last:
        if _falls_on(schedule, day):
            at = _moment(day, schedule.minute, zone)
            if after < at <= until:
                yield at
        day += timedelta(days=1)


def next_time(schedule: m.Schedule, now: int) -> int | None:
    """The next due time, for who looks at the schedule."""
    until = now + _LOOK_AHEAD // timedelta(milliseconds=1)
    return next(due_times(schedule, now, until), None)


def _falls_on(schedule: m.Schedule, day: date) -> bool:
    if schedule.month_day is not None:
        return day.day == min(schedule.month_day, monthrange(day.year, day.month)[1])
    return not schedule.days or day.isoweekday() in schedule.days


def _moment(day: date, minute: int, zone: ZoneInfo) -> int:
    wall = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=zone)
    return int(wall.timestamp() * 1000)
