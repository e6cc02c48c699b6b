"""Working time between moments: what a clock shows that stands still while the office is closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import ArrayLike, NDArray

from callwitness.domain.rules import Rules

DAY_MS: Final = 86_400_000
_MOST_DAYS: Final = 800


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """Open hours of a stretch of days. begins, ends: ms UTC in order; always: the office never closes."""

    begins: NDArray[Any]
    ends: NDArray[Any]
    always: bool = False

    def between(self, first: ArrayLike, last: ArrayLike) -> NDArray[Any]:
        """Working ms from each first to each last moment, at least 0."""
        begun, ended = np.asarray(first, dtype=np.int64), np.asarray(last, dtype=np.int64)
        passed = ended - begun if self.always else self._until(ended) - self._until(begun)
        positive: NDArray[Any] = np.clip(passed, 0, None)
        return positive

    def after(self, at: int, working_ms: int) -> int:
        """The moment by which so much working time has passed since ``at``."""
        if self.always or not self.begins.size:
            return at + working_ms
        left = working_ms
        for begin, end in zip(self.begins.tolist(), self.ends.tolist(), strict=True):
            open_ms = end - max(begin, at)
            if open_ms <= 0:
                continue
            if open_ms >= left:
                return int(max(begin, at) + left)
            left -= open_ms
        return int(self.ends[-1]) + left

    def is_open(self, at: int) -> bool:
        """Whether the office is open at a moment."""
        if self.always:
            return True
        place = int(np.searchsorted(self.begins, at, side="right")) - 1
        return place >= 0 and at < int(self.ends[place])

    def _until(self, at: NDArray[Any]) -> NDArray[Any]:
        """Working ms from the first day to each moment."""
        if not self.begins.size:
            return np.zeros(at.shape, dtype=np.int64)
        before = np.concatenate(([0], np.cumsum(self.ends - self.begins)))
        place = np.searchsorted(self.begins, at, side="right")
        now = np.where(place > 0, np.maximum(0, self.ends[place - 1] - at), 0)
        passed: NDArray[Any] = before[place] - now
        return passed


def working_time(rules: Rules, first: int, last: int) -> WorkingTime:
    """Open hours from the day before ``first`` to a week after ``last`` (ms UTC), by the rules of the workspace."""
    nothing = np.zeros(0, dtype=np.int64)
    if rules.working_hours is None:
        return WorkingTime(nothing, nothing, always=True)
    zone = ZoneInfo(rules.zone)
    day = datetime.fromtimestamp(first / 1000, zone).date() - timedelta(days=1)
    end = datetime.fromtimestamp(last / 1000, zone).date() + timedelta(days=8)
    if (end - day).days > _MOST_DAYS:
        day = end - timedelta(days=_MOST_DAYS)
    spans = []
    while day < end:
        if day.isoformat() not in rules.holidays:
            for begin, stop in rules.working_hours.get(day.weekday(), ()):
                spans.append((_moment(day, begin, zone), _moment(day, stop, zone)))
        day += timedelta(days=1)
    table = np.asarray(spans, dtype=np.int64).reshape(-1, 2)
    return WorkingTime(table[:, 0], table[:, 1])


def _moment(day: date, minute: int, zone: ZoneInfo) -> int:
    """A minute of a day by the clock on the wall, also 24:00."""
    on_the_wall = datetime.combine(day, time()) + timedelta(minutes=minute)
    return int(on_the_wall.replace(tzinfo=zone).astimezone(UTC).timestamp() * 1000)
