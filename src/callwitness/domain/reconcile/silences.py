"""Gaps in which a source's own habit expects calls and it tells none: it was silent, the callers were not.

Habit: how many calls the source told in the same span of the clock on other days alike (the same weekday; with less
than three weeks any working day, or any day of a weekend). From k calls in n such spans the chance of a span
without any is (n / (n + 1)) ** k: what a Poisson habit of unknown rate gives. With less than two days of evidence
there are no other days, and the habit is one rate for the whole file.

When another source tells calls inside the gap that this one does not, that chance is enough. When the others tell
none either, nobody called. Without another source that tells about as much, the gap stands alone: a file has as many
gaps as calls, and the chance that counts is that of one such gap anywhere in the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from callwitness.domain.reconcile.columns import Ints, Mask

HOUR: Final = 3_600_000
DAY: Final = 24 * HOUR
_EXPECTED: Final = 5.0
_CHANCE: Final = 0.001
_THREE_WEEKS: Final = 21 * DAY
_TWO_DAYS: Final = 36 * HOUR
_SHORTEST: Final = HOUR // 6
_UNTOLD: Final = 3
_SATURDAY: Final = 5

SILENCES_SCHEMA: Final = {
    "source": pl.String(),
    "from": pl.Int64(),
    "to": pl.Int64(),
    "expected": pl.Float64(),
    "probability": pl.Float64(),
}

Reals = npt.NDArray[np.float64]


def find_silences(source: str, starts: Ints, zone: str, untold: Ints | None = None) -> pl.DataFrame:
    """Silences of a source. starts: of all its calls, ms, sorted. Returns SILENCES_SCHEMA.

    untold: starts, sorted, of calls that others tell and this source does not; None = nobody else tells as much.
    from, to: ms, the calls around the gap. probability: of the gap, or of one such gap anywhere in the file.
    """
    if len(starts) < 2 * _EXPECTED:
        return pl.DataFrame(schema=SILENCES_SCHEMA)
    habit = Habit(_wall_clock(starts, zone))
    rows = []
    for gap in habit.wide_gaps().tolist():
        begin, end = int(starts[gap]), int(starts[gap + 1])
        if untold is not None and np.diff(np.searchsorted(untold, [begin, end]))[0] < _UNTOLD:
            continue
        expected, chance = habit.judge(gap)
        chance = chance if untold is not None else min(1.0, chance * len(starts))
        if expected >= _EXPECTED and chance < _CHANCE:
            rows.append((source, begin, end, round(expected, 2), chance))
    return pl.DataFrame(rows, schema=SILENCES_SCHEMA, orient="row")


@dataclass(frozen=True, slots=True)
class Habit:
    """When a source tells calls. starts: ms on the clock on the wall, sorted (but for a night that repeats an hour)."""

    starts: Ints

    @property
    def span(self) -> int:
        """From the first call to the last, ms."""
        return int(self.starts[-1] - self.starts[0])

    def wide_gaps(self) -> Ints:
        """Rows of the calls before gaps in which the mean of those hours expects half of what is needed, or more."""
        gaps = np.diff(self.starts)
        days = int(self.span // DAY) + 3
        by_hour = np.bincount(self.starts // HOUR % 24, minlength=24) / (self.span / DAY + 1)
        if self.span < _TWO_DAYS:
            by_hour = np.full(24, len(self.starts) * HOUR / max(self.span, HOUR))
        level = np.concatenate([[0.0], np.cumsum(np.tile(by_hour, days))])
        moment = (self.starts - self.starts[0] // DAY * DAY) / HOUR
        expected = np.diff(np.interp(moment, np.arange(len(level)), level))
        widest = max(_SHORTEST, 4 * float(np.median(gaps)))
        wide: Ints = np.flatnonzero((expected >= _EXPECTED / 2) & (gaps >= widest))
        return wide

    def judge(self, gap: int) -> tuple[float, float]:
        """Expected calls in the gap after a call, and the chance of none."""
        begin, end = int(self.starts[gap]), int(self.starts[gap + 1])
        if self.span < _TWO_DAYS:
            rest = max(self.span - (end - begin), 1)
            times = rest / (end - begin)
            return _poisson(len(self.starts), times)
        days = np.arange(-(self.span // DAY) - 1, self.span // DAY + 2)
        low, high = begin + days * DAY, end + days * DAY
        apart = np.abs(days) * DAY >= end - begin
        inside = (low >= self.starts[0]) & (high <= self.starts[-1])
        alike = apart & inside & self._alike(begin // DAY, end // DAY, days)
        # the calls around the gap stand outside it
        told = np.searchsorted(self.starts, high[alike], "left") - np.searchsorted(
            self.starts, low[alike], "right"
        )
        return _poisson(int(told.sum()), float(alike.sum()))

    def _alike(self, first: int, last: int, shifts: Ints) -> Mask:
        """Whether the days from first to last (since the epoch), so many days earlier or later, are days alike."""
        alike: Mask = shifts % 7 == 0
        if self.span >= _THREE_WEEKS or last - first >= 7:
            return alike
        alike = np.ones(len(shifts), bool)
        for day in range(first, last + 1):
            alike &= (_weekday(day + shifts) >= _SATURDAY) == (_weekday(np.array(day)) >= _SATURDAY)
        return alike


def _poisson(told: int, times: float) -> tuple[float, float]:
    """Mean, and the chance of none next time, from calls told in so many spans of the same length."""
    if times <= 0:
        return 0.0, 1.0
    return told / times, float(np.exp(told * np.log(times / (times + 1))))


def _weekday(days: Ints) -> Ints:
    """0 = Monday, from days since the epoch, which began on a Thursday."""
    weekday: Ints = (days + 3) % 7
    return weekday


def _wall_clock(starts: Ints, zone: str) -> Ints:
    """Starts (ms, UTC) as the clock on the wall shows them, ms."""
    utc = pl.Series(starts).cast(pl.Datetime("ms")).dt.replace_time_zone("UTC")
    local = utc.dt.convert_time_zone(zone).dt.replace_time_zone(None)
    wall: Ints = np.sort(local.cast(pl.Int64).to_numpy())
    return wall
