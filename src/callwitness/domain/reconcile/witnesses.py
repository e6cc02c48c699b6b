"""The calls as all witnesses so far know them: source after source is matched against what the ones before told.

A *real call* is one entry here, on the reference clock, with the best known caller, line and durations; each source
adds its calls to real calls or opens new ones. Inbound and outbound calls are kept apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from callwitness.domain.clock import SourceClock
from callwitness.domain.reconcile.columns import CallColumns, Ints, Mask, sorted_by_start
from callwitness.domain.reconcile.durations import comparable_durations
from callwitness.domain.reconcile.lines import LineMap, learn_lines
from callwitness.domain.reconcile.match import Tolerance, match_calls
from callwitness.domain.reconcile.measure import measure_clock, window_ms
from callwitness.domain.reconcile.pairs import Pairs

_PAIRS_FOR_A_KNOWN_CLOCK: Final = 10
_FAR_MS: Final = 150_000
_OUTBOUND_KEYS: Final = 1 << 52
"""Set apart the parties of outbound calls while both directions measure one clock."""


@dataclass(frozen=True, slots=True)
class Telling:
    """The calls of one source that enter matching. rows: their rows in the run's table, in order of start.

    outbound: which of them; calls.start in the source's own clock.
    """

    rows: Ints
    calls: CallColumns
    outbound: Mask


@dataclass(frozen=True, slots=True)
class RealCalls:
    """Real calls so far. group: their numbers; calls: in order of start, reference clock; outbound: which."""

    group: Ints
    calls: CallColumns
    outbound: Mask


@dataclass(frozen=True, slots=True)
class Joined:
    """A source joined to the real calls before it: group and rule (-1 = opened the group) of each of its calls.

    perhaps_before: earlier groups that this source may tell after all, perhaps_here: groups opened by it that an
    earlier source may tell.
    """

    group: Ints
    rule: npt.NDArray[np.int8]
    clock: SourceClock
    lines: LineMap
    window_ms: int
    perhaps_before: Ints
    perhaps_here: Ints


def open_calls(first: Telling, next_group: int) -> RealCalls:
    """The first source's calls are real calls, its clock is the reference."""
    group = np.arange(next_group, next_group + len(first.rows))
    return RealCalls(group, first.calls, first.outbound)


def join_source(
    real: RealCalls,
    telling: Telling,
    given: list[tuple[int, int]],
    duration_s: float,
    next_group: int,
    *,
    in_series: bool,
) -> tuple[Joined, RealCalls]:
    """Match one more source against the real calls; new ones get group numbers from ``next_group`` on."""
    clock, sure = measure_clock(
        _both_directions(real.calls, real.outbound), _both_directions(telling.calls, telling.outbound)
    )
    lines = learn_lines(real.calls.line[sure.left], telling.calls.line[sure.right], given)
    window = window_ms(clock, real.calls.precision_ms, telling.calls.precision_ms)
    weak = clock.level in {"none", "file"} or len(sure.left) < _PAIRS_FOR_A_KNOWN_CLOCK
    tolerance = Tolerance(window, duration_s, _FAR_MS if weak else 0)
    alike = comparable_durations(real.calls, telling.calls, sure)
    alike = alike.moved(clock.correct(alike.start))
    group = np.full(len(telling.rows), -1, np.int64)
    rule = np.full(len(telling.rows), -1, np.int8)
    paired = []
    perhaps = []
    for outbound in (False, True):
        a, b = np.flatnonzero(real.outbound == outbound), np.flatnonzero(telling.outbound == outbound)
        right, order = sorted_by_start(alike.take(b))
        b = b if order is None else b[order]
        matched = match_calls(real.calls.take(a), right, lines, tolerance, in_series=in_series)
        found = Pairs(a[matched.pairs.left], b[matched.pairs.right])
        group[found.right] = real.group[found.left]
        rule[found.right] = matched.rule
        paired.append(found)
        perhaps.append((real.group[a[matched.perhaps.left]], b[matched.perhaps.right]))
    new = group < 0
    group[new] = np.arange(next_group, next_group + int(new.sum()))
    merged = _merge(real, telling, alike, group, new, paired)
    before = np.unique(np.concatenate([groups for groups, _ in perhaps]))
    here = np.unique(group[np.concatenate([rows for _, rows in perhaps])])
    return Joined(group, rule, clock, lines, window, before, here), merged


def _both_directions(calls: CallColumns, outbound: Mask) -> CallColumns:
    if not outbound.any():
        return calls
    party = np.where(outbound & (calls.party != 0), calls.party + _OUTBOUND_KEYS, calls.party)
    return CallColumns(calls.start, party, calls.line, calls.total, calls.talk, calls.precision_ms)


def _merge(
    real: RealCalls, telling: Telling, alike: CallColumns, group: Ints, new: Mask, paired: list[Pairs]
) -> RealCalls:
    """Real calls with what the new source adds: unknown callers, lines and durations, and calls of its own."""
    party, line = real.calls.party.copy(), real.calls.line.copy()
    total, talk = real.calls.total.copy(), real.calls.talk.copy()
    for found in paired:
        i, j = found
        party[i] = np.where(party[i] == 0, alike.party[j], party[i])
        line[i] = np.where(line[i] == 0, alike.line[j], line[i])
        total[i] = np.where(np.isnan(total[i]), alike.total[j], total[i])
        talk[i] = np.where(np.isnan(talk[i]), alike.talk[j], talk[i])
    added = np.flatnonzero(new)
    calls = CallColumns(
        np.concatenate([real.calls.start, alike.start[added]]),
        np.concatenate([party, alike.party[added]]),
        np.concatenate([line, alike.line[added]]),
        np.concatenate([total, alike.total[added]]),
        np.concatenate([talk, alike.talk[added]]),
        real.calls.precision_ms,
    )
    groups = np.concatenate([real.group, group[added]])
    outbound = np.concatenate([real.outbound, telling.outbound[added]])
    ordered, order = sorted_by_start(calls)
    if order is None:
        return RealCalls(groups, ordered, outbound)
    return RealCalls(groups[order], ordered, outbound[order])
