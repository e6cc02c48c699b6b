"""Gaps in which a source's own habit expects calls and it tells none: it was silent, the callers were not.

Habit: calls per hour of the week (with less than three weeks per hour of working day or weekend day; within
one day per hour). From k calls in the same hours of n other weeks the chance of a gap without
any is (n / (n + 1)) ** k: what a Poisson habit of unknown rate gives. An hour never seen before expects nothing.
A file has as many gaps as calls, so the chance that counts is that of one such gap anywhere in the file.
"""

from __future__ import annotations

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

SILENCES_SCHEMA: Final = {
    "source": pl.String(),
    "from": pl.Int64(),
    "to": pl.Int64(),
    "expected": pl.Float64(),
    "probability": pl.Float64(),
}

Reals = npt.NDArray[np.float64]


def find_silences(source: str, starts: Ints, zone: str) -> pl.DataFrame:
    """Silences of a source. starts: of all its calls, ms, sorted. Returns SILENCES_SCHEMA.

    from, to: ms, the calls around the gap. probability: of one such gap anywhere in the file.
    """
    gaps = _candidate_gaps(starts, zone)
    rows = []
    for begin, end in gaps:
        expected, once = _judge(starts, begin, end, zone)
        chance = min(1.0, once * len(starts))
        if expected >= _EXPECTED and chance < _CHANCE:
            rows.append((source, begin, end, round(expected, 2), chance))
    return pl.DataFrame(rows, schema=SILENCES_SCHEMA, orient="row")


def _candidate_gaps(starts: Ints, zone: str) -> list[tuple[int, int]]:
    """Gaps in which the habit, the gap itself included, expects at least half of what is needed."""
    if len(starts) < 2 * _EXPECTED:
        return []
    hours, slots = _hours(int(starts[0]), int(starts[-1]), zone)
    counts = np.bincount((starts - hours[0]) // HOUR, minlength=len(hours)).astype(np.float64)
    rate = np.bincount(slots, weights=counts)[slots] / np.bincount(slots)[slots]
    level = np.concatenate([[0.0], np.cumsum(rate)])
    edges = np.append(hours, hours[-1] + HOUR)
    expected = np.diff(np.interp(starts, edges, level))
    likely = np.flatnonzero((expected >= _EXPECTED / 2) & (np.diff(starts) >= 4 * _usual_gap(starts)))
    return [(int(starts[i]), int(starts[i + 1])) for i in likely]


def _usual_gap(starts: Ints) -> float:
    return float(np.median(np.diff(starts)))


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


def _judge(starts: Ints, begin: int, end: int, zone: str) -> tuple[float, float]:
    """Expected calls between begin and end from the same hours elsewhere, and the chance of none."""
    hours, slots = _hours(int(starts[0]), int(starts[-1]), zone)
    counts = np.bincount((starts - hours[0]) // HOUR, minlength=len(hours)).astype(np.float64)
    inside = np.clip(np.minimum(hours + HOUR, end) - np.maximum(hours, begin), 0, HOUR) / HOUR
    # the gap's own hours count only by their part outside the gap; the first and last hour by their covered part
    covered = np.clip(np.minimum(hours + HOUR, starts[-1]) - np.maximum(hours, starts[0]), 0, HOUR) / HOUR
    seen = np.bincount(slots, weights=np.clip(covered - inside, 0, 1))
    told = np.bincount(slots, weights=counts)
    wanted = np.bincount(slots, weights=inside)
    known = (wanted > 0) & (seen > 0)
    expected = float((wanted[known] * told[known] / seen[known]).sum())
    chance = float(np.exp((told[known] * np.log(seen[known] / (seen[known] + wanted[known]))).sum()))
    return expected, chance
