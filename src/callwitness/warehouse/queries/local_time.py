"""Days and hours of a reader's zone as integer arithmetic on milliseconds: no timestamp functions, DST right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from callwitness.warehouse.queries.parameters import Parameters

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS
_FIRST: Final = date(1970, 1, 1)
TIME_COLUMNS: Final = ("day", "hour", "weekday")


@dataclass(frozen=True, slots=True)
class LocalTime:
    """A zone's distance from UTC over a stretch of time: ``(from, ms to add)``, the first one from the beginning."""

    offsets: tuple[tuple[int, int], ...]

    def moment(self, parameters: Parameters) -> str:
        """SQL: the start on the reader's wall clock, ms."""
        *earlier, (_, last) = self.offsets
        if not earlier:
            return f"(started_at + {parameters.put(last)}::BIGINT)"
        ends = [begin for begin, _ in self.offsets[1:]]
        cases = " ".join(
            f"WHEN started_at < {parameters.put(end)}::BIGINT THEN {parameters.put(offset)}::BIGINT"
            for end, (_, offset) in zip(ends, earlier, strict=True)
        )
        return f"(started_at + CASE {cases} ELSE {parameters.put(last)}::BIGINT END)"

    def code(self, column: str, parameters: Parameters) -> str:
        """SQL: day since 1970, hour 0 to 23, or weekday 1 = Monday to 7."""
        moment = self.moment(parameters)
        if column == "hour":
            return f"({moment} // {HOUR_MS} % 24)::UTINYINT"
        if column == "weekday":  # 1 January 1970 was a Thursday
            return f"(({moment} // {DAY_MS} + 3) % 7 + 1)::UTINYINT"
        return f"({moment} // {DAY_MS})::INTEGER"

    def hour_begin(self, parameters: Parameters) -> str:
        """SQL: the moment the reader's hour of the start began, ms UTC; a repeated hour keeps its two passings."""
        return f"(started_at - {self.moment(parameters)} % {HOUR_MS})"


def local_time(zone: str, first: date, last: date) -> LocalTime:
    """Local time of a zone from the UTC day first to last, each included. Raises ``KeyError`` or ``ValueError`` as ``ZoneInfo``."""
    tz = ZoneInfo(zone)
    at = datetime(first.year, first.month, first.day, tzinfo=UTC)
    end = datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=1)
    offsets = [(0, _offset(at, tz))]
    while at < end:
        later = at + timedelta(hours=12)
        if _offset(later, tz) != offsets[-1][1]:
            change = _change(at, later, tz)
            offsets.append((int(change.timestamp() * 1000), _offset(later, tz)))
        at = later
    return LocalTime(tuple(offsets))


def _offset(at: datetime, tz: ZoneInfo) -> int:
    distance = at.astimezone(tz).utcoffset() or timedelta(0)
    return distance // timedelta(milliseconds=1)


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


def label(column: str, code: int) -> str:
    """A code as people and addresses write it: 2026-11-22, 09, 1."""
    if column == "day":
        return (_FIRST + timedelta(days=code)).isoformat()
    return f"{code:02d}" if column == "hour" else str(code)


def codes(column: str, days: list[date]) -> list[int]:
    """All codes that calls of these UTC days can have, in order."""
    if column == "hour":
        return list(range(24))
    if column == "weekday":
        return list(range(1, 8))
    numbers = {(day - _FIRST).days + step for day in days for step in (-1, 0, 1)}
    return sorted(numbers)
