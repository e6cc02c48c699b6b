"""Gaps in which a source's own habit expects calls and it tells none: it was silent, the callers were not.

Habit: calls per hour of the week (with less than three weeks per hour of working day or weekend day; within
one day per hour). From k calls in the same hours of n other weeks the chance of a gap without
any is (n / (n + 1)) ** k: what a Poisson habit of unknown rate gives. An hour never seen before expects nothing.
If other sources tell calls inside the gap, that is it. If none was there to tell, a file has as many gaps as
calls, and the chance that counts is that of one such gap anywhere in the file. If they were there and tell (nearly) none
either, nobody rang.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from callwitness.domain.reconcile.columns import Ints

HOUR: Final = 3_600_000
_EXPECTED: Final = 5.0
_CHANCE: Final = 0.001
_THREE_WEEKS_H: Final = 21 * 24
_TWO_DAYS_H: Final = 36
_UNTOLD: Final = 3
_SHORTEST_MS: Final = 600_000
"""A pause of minutes is no silence, however busy the source."""

SILENCES_SCHEMA: Final = {
    "source": pl.String(),
    "from": pl.Int64(),
    "to": pl.Int64(),
    "expected": pl.Float64(),
    "probability": pl.Float64(),
}

Reals = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Habit:
    """Calls per slot of a source: hours (ms) from first to last call, the slot of each, calls and covered hours a slot.

    covered: share of each hour between the first and the last call.
    """

    hours: Ints
    slots: Ints
    told: Reals
    covered: Reals
    seen: Reals

    @classmethod
    def of(cls, starts: Ints, zone: str) -> Habit:
        """The habit in the starts of all calls, ms, sorted."""
        hours, slots = _hours(int(starts[0]), int(starts[-1]), zone)
        counts = np.bincount((starts - hours[0]) // HOUR, minlength=len(hours)).astype(np.float64)
        covered = np.clip(np.minimum(hours + HOUR, starts[-1]) - np.maximum(hours, starts[0]), 0, HOUR) / HOUR
        told = np.bincount(slots, weights=counts).astype(np.float64)
        seen = np.bincount(slots, weights=covered).astype(np.float64)
        return cls(hours, slots, told, covered, seen)

    def expects(self, moments: Ints) -> Reals:
        """Calls expected from the first hour to each moment."""
        rate = self.told[self.slots] / np.maximum(np.bincount(self.slots)[self.slots], 1)
        level = np.concatenate([[0.0], np.cumsum(rate)])
        expected: Reals = np.interp(moments, np.append(self.hours, self.hours[-1] + HOUR), level)
        return expected

    def judge(self, begin: int, end: int) -> tuple[float, float]:
        """Expected calls between begin and end from the same hours elsewhere, and the chance of none."""
        low, high = np.searchsorted(self.hours, [begin - HOUR, end])
        hours, slots = self.hours[low:high], self.slots[low:high]
        inside = np.clip(np.minimum(hours + HOUR, end) - np.maximum(hours, begin), 0, HOUR) / HOUR
        wanted = np.bincount(slots, weights=inside, minlength=len(self.told))
        # the gap's own hours count only by their part outside the gap
        without = np.minimum(inside, self.covered[low:high])
        seen = self.seen - np.bincount(slots, weights=without, minlength=len(self.told))
        known = (wanted > 0) & (seen > 1e-9)
        told, seen, wanted = self.told[known], seen[known], wanted[known]
        return float((wanted * told / seen).sum()), float(
            np.exp((told * np.log(seen / (seen + wanted))).sum())
        )


def find_silences(source: str, starts: Ints, zone: str, untold: Ints | None = None) -> pl.DataFrame:
    """Silences of a source. starts: of all its calls, ms, sorted. Returns SILENCES_SCHEMA.

    untold: starts, sorted, of calls that others tell and this source does not; None = nobody else tells as much.
    from, to: ms, the calls around the gap. probability: of the gap, or of one such gap anywhere in the file.
    """
    if len(starts) < 2 * _EXPECTED:
        return pl.DataFrame(schema=SILENCES_SCHEMA)
    habit = Habit.of(starts, zone)
    rows = []
    for begin, end in _candidate_gaps(starts, habit):
        expected, chance = habit.judge(begin, end)
        if untold is None:
            chance = min(1.0, chance * len(starts))
        elif np.diff(np.searchsorted(untold, [begin, end]))[0] < _UNTOLD:
            continue
        if expected >= _EXPECTED and chance < _CHANCE:
            rows.append((source, begin, end, round(expected, 2), chance))
    return pl.DataFrame(rows, schema=SILENCES_SCHEMA, orient="row")


def _candidate_gaps(starts: Ints, habit: Habit) -> list[tuple[int, int]]:
    """Gaps in which the habit, the gap itself included, expects at least half of what is needed."""
    gaps = np.diff(starts)
    expected = np.diff(habit.expects(starts))
    likely = np.flatnonzero(
        (expected >= _EXPECTED / 2) & (gaps >= max(_SHORTEST_MS, 4 * float(np.median(gaps))))
    )
    return [(int(starts[i]), int(starts[i + 1])) for i in likely]


def _hours(first: int, last: int, zone: str) -> tuple[Ints, Ints]:
    """Hours (ms, UTC) from first to last, and the slot of habit of each."""
    hours = np.arange(first // HOUR, last // HOUR + 1) * HOUR
    local = pl.Series(hours).cast(pl.Datetime("ms")).dt.replace_time_zone("UTC").dt.convert_time_zone(zone)
    hour, weekday = (
        local.dt.hour().to_numpy().astype(np.int64),
        local.dt.weekday().to_numpy().astype(np.int64),
    )
    if len(hours) >= _THREE_WEEKS_H:
        return hours, weekday * 24 + hour
    if len(hours) >= _TWO_DAYS_H:
        return hours, (weekday > 5) * 24 + hour
    return hours, np.zeros(len(hours), np.int64)
