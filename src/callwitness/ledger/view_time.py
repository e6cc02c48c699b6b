"""Day, hour and weekday of a call's start on the reader's wall clock, as integer arithmetic that every database knows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import BigIntegerField, Case, Expression, F, Value, When
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Mod

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS
TIME_COLUMNS: Final = ("day", "hour", "weekday")
_FIRST: Final = date(1970, 1, 1)
_STEP: Final = timedelta(days=7)
"""No zone changes twice in a week."""


@dataclass(frozen=True, slots=True)
class WallClock:
    """A zone's distance from UTC over a stretch of time: ``(from, ms to add)`` in order, the first from the beginning."""

    offsets: tuple[tuple[int, int], ...]

    def code(self, column: str) -> Expression:
        """Day since 1970, hour 0 to 23, or weekday 1 = Monday to 7."""
        if column == "hour":
            return Mod(_whole(self._moment(), HOUR_MS), Value(24), output_field=BigIntegerField())
        day = _whole(self._moment(), DAY_MS)
        if column == "day":
            return day
        # 1 January 1970 was a Thursday
        return Mod(day + Value(3), Value(7), output_field=BigIntegerField()) + Value(1)

    def _moment(self) -> Expression:
        *earlier, (_, last) = self.offsets
        ends = [begin for begin, _ in self.offsets[1:]]
        cases = [
            When(started_at__lt=end, then=Value(offset, BigIntegerField()))
            for end, (_, offset) in zip(ends, earlier, strict=True)
        ]
        if not cases:
            return CombinedExpression(F("started_at"), "+", Value(last, BigIntegerField()))
        distance = Case(*cases, default=Value(last, BigIntegerField()), output_field=BigIntegerField())
        return CombinedExpression(F("started_at"), "+", distance, output_field=BigIntegerField())


def _whole(value: Expression, by: int) -> Expression:
    return CombinedExpression(value, "/", Value(by, BigIntegerField()), output_field=BigIntegerField())


@lru_cache(maxsize=256)
def wall_clock(zone: str, begin: int, end: int) -> WallClock:
    """The wall clock of a zone between two moments, ms UTC. Changes of the zone are found to the second."""
    tz = ZoneInfo(zone)
    at, last = (_moment(ms) for ms in (begin, end))
    offsets = [(0, _offset(at, tz))]
    while at < last:
        later = at + _STEP
        if _offset(later, tz) != offsets[-1][1]:
            change = _change(at, later, tz)
            offsets.append((int(change.timestamp() * 1000), _offset(later, tz)))
        at = later
    return WallClock(tuple(offsets))


def labels(column: str, begin: int, end: int) -> dict[str, int]:
    """How addresses write the values of a time column (2026-11-22, 09, 1), and their codes."""
    if column == "hour":
        return {f"{hour:02d}": hour for hour in range(24)}
    if column == "weekday":
        return {str(day): day for day in range(1, 8)}
    days = range(begin // DAY_MS - 1, end // DAY_MS + 2)
    return {(_FIRST + timedelta(days=day)).isoformat(): day for day in days}


def _moment(ms: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)


def _offset(at: datetime, tz: ZoneInfo) -> int:
    return (at.astimezone(tz).utcoffset() or timedelta(0)) // timedelta(milliseconds=1)


def _change(low: datetime, high: datetime, tz: ZoneInfo) -> datetime:
    """The first second of the new distance, between two moments that differ."""
    old = _offset(low, tz)
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        if _offset(middle, tz) == old:
            low = middle
        else:
            high = middle
    return high
