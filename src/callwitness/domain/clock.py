"""The clock of a source against the reference clock, measured from calls that both saw.

Offset = source minus reference, + = ahead. A wrong time zone is a *zone shift* (a multiple of 15 minutes, found
before, by ``reconcile.zones``); what remains is the *offset*: it drifts, and it steps when somebody sets the clock.

From pairs (source time, difference) a piecewise linear curve is fitted: the drift is the median slope over a day;
with the drift taken out a step is where the medians of the pairs before and after differ; between steps
the curve goes through the medians of hours with enough pairs, else of days, else of the whole stretch. Medians,
because one pair in a hundred is a wrong one. Without pairs the offset is 0 and uncertain.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]

HOUR: Final = 3_600_000
DAY: Final = 24 * HOUR
UNKNOWN_UNCERTAINTY_S: Final = 120.0

_PAIRS_FOR_HOUR: Final = 5
_PAIRS_FOR_DAY: Final = 3
_PAIRS_FOR_DRIFT: Final = 12
_BLOCK: Final = 1 << 20
_MANY_PAIRS: Final = 5_000
_FASTEST_DRIFT: Final = 60_000 / DAY
_COARSE_MS: Final = 10_000
_SMALLEST_STEP_MS: Final = 4_000

CLOCK_SCHEMA: Final = {
    "source": pl.String(),
    "at": pl.Int64(),
    "offset_s": pl.Float64(),
    "n": pl.Int64(),
    "uncertainty_s": pl.Float64(),
    "level": pl.String(),
}


@dataclass(frozen=True, slots=True)
class Step:
    """Somebody set the clock. at: ms, source time. seconds: new offset minus old."""

    at: int
    seconds: float


@dataclass(frozen=True, slots=True)
class SourceClock:
    """Offset curve of one source. Knots in source time (ms); offsets in ms without the zone shift.

    level: hour | day | file | none (from how many pairs the knots are). spread_ms: how far single pairs lie from
    the curve (all but one in two hundred).
    """

    zone_shift_ms: int = 0
    at: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    offset_ms: Reals = field(default_factory=lambda: np.zeros(0))
    pairs: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    level: str = "none"
    uncertainty_ms: float = UNKNOWN_UNCERTAINTY_S * 1000
    spread_ms: float = 0.0
    steps: tuple[Step, ...] = ()

    def offset_at(self, times: Ints) -> Reals:
        """Offset in ms at source times, zone shift not included."""
        if not len(self.at):
            return np.zeros(len(times))
        return np.interp(times, self.at, self.offset_ms)

    def correct(self, times: Ints) -> Ints:
        """Source times on the reference clock."""
        corrected = times - self.zone_shift_ms
        if len(self.at):
            for first in range(0, len(times), _BLOCK):
                part = slice(first, first + _BLOCK)
                corrected[part] -= np.rint(self.offset_at(times[part])).astype(np.int64)
        return corrected


REFERENCE: Final = SourceClock(level="file", uncertainty_ms=0.0)


@dataclass(frozen=True, slots=True)
class Clock:
    """The clocks of all sources of a run. A source that is not in it is the reference."""

    sources: Mapping[str, SourceClock]

    def corrected(self, times: pl.Series, source: str) -> pl.Series:
        """Times (ms, nulls allowed) of a source on the reference clock."""
        known = times.cast(pl.Int64).fill_null(0).to_numpy()
        moved = pl.Series(times.name, self.sources.get(source, REFERENCE).correct(known), dtype=pl.Int64)
        return moved.set(times.is_null(), None) if times.null_count() else moved

    def frame(self) -> pl.DataFrame:
        """The curves: source, at (ms, reference clock), offset_s, n, uncertainty_s, level."""
        parts = [_curve_frame(name, clock) for name, clock in self.sources.items()]
        return pl.concat(parts) if parts else pl.DataFrame(schema=CLOCK_SCHEMA)


def _curve_frame(name: str, clock: SourceClock) -> pl.DataFrame:
    n = len(clock.at)
    return pl.DataFrame(
        {
            "source": [name] * n,
            "at": clock.correct(clock.at),
            "offset_s": np.round(clock.offset_ms / 1000, 3),
            "n": clock.pairs,
            "uncertainty_s": [round(clock.uncertainty_ms / 1000, 3)] * n,
            "level": [clock.level] * n,
        },
        schema=CLOCK_SCHEMA,
    )


def fit_clock(at: Ints, difference: Ints, precision_ms: int, zone_shift_ms: int = 0) -> SourceClock:
    """Offset curve from pairs: ``at`` source time, ``difference`` source minus reference less zone shift, both ms.

    precision_ms: the wider grid of the two sources' times.
    """
    if not len(at):
        return SourceClock(zone_shift_ms)
    order = np.lexsort((difference, at))
    at = at[order]
    stated = difference[order].astype(np.float64)
    drift = _drift(at, stated, precision_ms)
    flat = stated - drift * (at - at[0])
    splits = _find_steps(at, flat, precision_ms)
    stretches = [_knots(at[a:b], flat[a:b], precision_ms) for a, b in _between(splits, len(at))]
    level = min((s.level for s in stretches), key=("hour", "day", "file").index)
    knots_at, knots_flat, pairs = _chain(at, splits, stretches)
    offset = knots_flat + drift * (knots_at - at[0])
    left_over = np.abs(stated - np.interp(at, knots_at, offset))
    near = left_over[left_over < 30_000 + precision_ms]
    return SourceClock(
        zone_shift_ms=zone_shift_ms,
        at=knots_at,
        offset_ms=offset,
        pairs=pairs,
        level=level,
        uncertainty_ms=_uncertainty(near, len(at), pairs, precision_ms),
        spread_ms=float(np.quantile(near, 0.995)) if len(near) else 0.0,
        steps=_steps(at, splits, stretches),
    )


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Medians between two steps, drift taken out."""

    at: Ints
    flat: Reals
    pairs: Ints
    level: str


def _drift(at: Ints, difference: Reals, precision_ms: int) -> float:
    """Median slope over a day, over a quarter of the time if times are coarse (ms per ms); 0 where it is not sure."""
    span = int(at[-1] - at[0])
    if len(at) < _PAIRS_FOR_DRIFT or span < 2 * DAY:
        return 0.0
    lag = max(DAY, span // 4) if precision_ms >= _COARSE_MS else DAY
    first = np.arange(0, len(at), max(1, len(at) // 20_000))
    later = np.searchsorted(at, at[first] + lag)
    first, later = first[later < len(at)], later[later < len(at)]
    slopes = (difference[later] - difference[first]) / (at[later] - at[first])
    slope = float(np.median(slopes))
    error = 1.4826 * float(np.median(np.abs(slopes - slope))) / (len(slopes) / 2) ** 0.5
    return slope if 3 * error < abs(slope) <= _FASTEST_DRIFT else 0.0


def _find_steps(at: Ints, flat: Reals, precision_ms: int) -> list[int]:
    """Positions where a new stretch begins: medians before and after differ by far more than the noise."""
    width = int(np.clip(len(at) * HOUR // max(1, int(at[-1] - at[0])), 5, 24))
    width = min(width, len(at) // 2)
    if width < _PAIRS_FOR_DAY:
        return []
    stride = 8 if len(at) > _MANY_PAIRS and width % 8 == 0 else 1
    windows = np.lib.stride_tricks.sliding_window_view(flat, width)[::stride]
    median = np.median(windows, axis=1)
    change = np.abs(median[width // stride :] - median[: -(width // stride)])
    noise = 1.4826 * float(np.median(np.abs(windows[:, -1] - median)))
    limit = max(_SMALLEST_STEP_MS, 8 * noise, 2 * precision_ms if precision_ms >= _COARSE_MS else 0)
    found: list[int] = []
    peaks = np.flatnonzero(change > limit)
    for peak in peaks[np.argsort(-change[peaks], kind="stable")]:
        place = _best_split(flat, int(peak) * stride + width, width)
        if all(abs(place - other) > 2 * width for other in found) and _stays(flat, place, width, limit):
            found.append(place)
    return sorted(found)


def _best_split(flat: Reals, around: int, width: int) -> int:
    low, high = max(0, around - width), min(len(flat), around + width)
    before, after = np.median(flat[low:around]), np.median(flat[around:high])
    part = flat[low:high]
    cost = np.concatenate([[0.0], np.cumsum(np.abs(part - before) - np.abs(part - after))])
    return low + int(np.argmin(cost[1:-1])) + 1


def _stays(flat: Reals, place: int, width: int, limit: float) -> bool:
    """A step changes the clock for good: wider medians must differ as well."""
    before, after = flat[max(0, place - 3 * width) : place], flat[place : place + 3 * width]
    enough = min(len(before), len(after)) >= _PAIRS_FOR_DAY
    return enough and abs(float(np.median(after) - np.median(before))) > 0.7 * limit


def _between(splits: Sequence[int], n: int) -> list[tuple[int, int]]:
    edges = [0, *splits, n]
    return list(pairwise(edges))


def _knots(at: Ints, flat: Reals, precision_ms: int) -> _Stretch:
    """Medians by hour where hours have enough pairs, else by day, else one for the whole stretch."""
    coarse = precision_ms >= _COARSE_MS
    for level, span, enough in (
        ("hour", HOUR, 60 if coarse else _PAIRS_FOR_HOUR),
        ("day", DAY, 30 if coarse else _PAIRS_FOR_DAY),
    ):
        group = at // span
        starts = np.flatnonzero(np.concatenate([[True], group[1:] != group[:-1]]))
        count = np.diff(np.append(starts, len(at)))
        kept = count >= enough
        if kept.any() and count[kept].sum() >= len(at) // 2:
            order = np.lexsort((flat, group))
            middle = (starts + count // 2)[kept]
            return _Stretch(at[middle], flat[order][middle], count[kept], level)
    return _Stretch(
        at[len(at) // 2 : len(at) // 2 + 1], np.array([np.median(flat)]), np.array([len(at)]), "file"
    )


def _chain(at: Ints, splits: Sequence[int], stretches: Sequence[_Stretch]) -> tuple[Ints, Reals, Ints]:
    """Knots of all stretches one after another, each stretch flat to its ends (the drift is added later)."""
    edges = [int(at[0]), *(_step_time(at, s) for s in splits), int(at[-1]) + 1]
    knots: dict[int, tuple[float, int]] = {}
    for (low, high), one in zip(pairwise(edges), stretches, strict=True):
        knots[low] = (float(one.flat[0]), int(one.pairs[0]))
        for t, value, n in zip(one.at.tolist(), one.flat.tolist(), one.pairs.tolist(), strict=True):
            knots[min(max(t, low), high - 1)] = (value, n)
        knots[high - 1] = (float(one.flat[-1]), int(one.pairs[-1]))
    when = np.array(sorted(knots), np.int64)
    return (
        when,
        np.array([knots[t][0] for t in when.tolist()]),
        np.array([knots[t][1] for t in when.tolist()]),
    )


def _step_time(at: Ints, split: int) -> int:
    return int(at[split - 1] + at[split]) // 2 + 1


def _steps(at: Ints, splits: Sequence[int], stretches: Sequence[_Stretch]) -> tuple[Step, ...]:
    jumps = [(b.flat[0] - a.flat[-1]) / 1000 for a, b in pairwise(stretches)]
    return tuple(Step(_step_time(at, s), round(float(j), 3)) for s, j in zip(splits, jumps, strict=True))


def _uncertainty(left_over: Reals, n: int, per_knot: Ints, precision_ms: int) -> float:
    """Half width in which the curve is right nearly always."""
    if n < _PAIRS_FOR_DAY:
        return 30_000.0 / n + precision_ms / 2
    noise = 1.4826 * float(np.median(left_over)) if len(left_over) else float(precision_ms)
    return float(2.5 * noise / np.median(per_knot) ** 0.5 + 200.0)
