"""Clocks of the world: true time is integer microseconds UTC; every witness reads it off its own clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

SECOND: Final = 1_000_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_GRID: Final = 900  # no zone in use changes its offset off a quarter of an hour


class SourceClock:
    """The clock of one system: offset and drift against true time, and at most one step."""

    def __init__(
        self, start: int, offset_s: float, drift_s_per_day: float, step_s: float, step_at: int
    ) -> None:
        self._start = start
        self._offset = round(offset_s * SECOND)
        self._drift = drift_s_per_day * SECOND / DAY
        self._step = round(step_s * SECOND)
        self._step_at = step_at

    def read(self, true: int) -> int:
        """What this clock shows, microseconds UTC, at a true moment."""
        shown = true + self._offset + int(self._drift * (true - self._start))
        return shown + self._step if self._step and true >= self._step_at else shown


class WallClock:
    """Local date and time of a zone as text, fast: the offset is looked up once a quarter of an hour."""

    def __init__(self, zone: str, pattern: str = "%Y-%m-%d %H:%M:") -> None:
        self._zone = ZoneInfo(zone)
        self._pattern = pattern
        self._offsets: dict[int, int] = {}
        self._minutes: dict[int, str] = {}

    def offset(self, seconds: int) -> int:
        """Seconds east of UTC at an epoch second."""
        slot = seconds // _GRID
        known = self._offsets.get(slot)
        if known is None:
            moment = datetime.fromtimestamp(slot * _GRID, self._zone)
            known = self._offsets[slot] = round((moment.utcoffset() or timedelta()).total_seconds())
        return known

    def text(self, seconds: int) -> str:
        """Local time to the second, in the pattern of this clock."""
        local = seconds + self.offset(seconds)
        minute, second = divmod(local, 60)
        known = self._minutes.get(minute)
        if known is None:
            if len(self._minutes) > 20_000:
                self._minutes.clear()
            known = self._minutes[minute] = (_EPOCH + timedelta(minutes=minute)).strftime(self._pattern)
        return f"{known}{second:02d}"

    def day(self, true: int) -> date:
        """Local date at a true moment (microseconds)."""
        seconds = true // SECOND
        return (_EPOCH + timedelta(seconds=seconds + self.offset(seconds))).date()

    def at(self, day: date, hour: float) -> int:
        """The true moment (microseconds) of a local hour of a day; the first of the two in an autumn night."""
        minutes = round(hour * 60)
        local = datetime.combine(day + timedelta(days=minutes // 1440), time(), self._zone)
        local += timedelta(minutes=minutes % 1440)
        return round((local - _EPOCH).total_seconds()) * SECOND


def iso(true: int) -> str:
    """ISO 8601 UTC with milliseconds and Z."""
    moment = _EPOCH + timedelta(milliseconds=true // 1000)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
