"""The calls as all witnesses so far know them: source after source is matched against what the ones before told.

A *real call* is one entry here, on the reference clock, with the best known caller, line and durations; each source
adds its calls to real calls or opens new ones. Inbound and outbound calls are kept apart.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import numpy as np
import numpy.typing as npt

from callwitness.domain.clock import SourceClock
from callwitness.domain.reconcile.candidates import Candidates
from callwitness.domain.reconcile.columns import MINUTE_MS, CallColumns, Ints, Mask, sorted_by_start
from callwitness.domain.reconcile.durations import comparable_durations
from callwitness.domain.reconcile.lines import LineMap, learn_lines
from callwitness.domain.reconcile.match import Matched, Tolerance, match_calls
from callwitness.domain.reconcile.measure import measure_clock, window_ms
from callwitness.domain.reconcile.pairs import Pairs, join_pairs

_PAIRS_FOR_A_KNOWN_CLOCK: Final = 10
_FINE_SHARE: Final = 0.3
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


@dataclass(frozen=True, slots=True)
class Found:
    """alike: the source's calls on the reference clock with comparable durations, in its own order.

    pairs: rows of the real calls and of the source; new: rows of the source that opened a group.
    """

    alike: CallColumns
    pairs: Pairs
    new: Ints


def open_calls(first: Telling, next_group: int) -> RealCalls:
    """The first source's calls are real calls, its clock is the reference."""
    group = np.arange(next_group, next_group + len(first.rows))
    return RealCalls(group, first.calls, first.outbound)


def match_source(
    real: RealCalls,
    telling: Telling,
    given: list[tuple[int, int]],
    duration_s: float,
    next_group: int,
    *,
    in_series: bool,
) -> tuple[Joined, Found]:
    """Match one more source against the real calls; new ones get group numbers from ``next_group`` on.

    given: line codes (real calls, source) the user joined. in_series: an exchange may stand behind another.
    """
    clock, sure = _measure(real, telling)
    lines = learn_lines(real.calls.line[sure.left], telling.calls.line[sure.right], given)
    few = clock.level in {"none", "file"} or len(sure.left) < _PAIRS_FOR_A_KNOWN_CLOCK
    weak = few or (bool(clock.steps) and clock.level == "day")
    tolerance = partial(_tolerance, clock, real.calls.precision_ms, duration_s, weak)
    before, alike = comparable_durations(real.calls, telling.calls, sure)
    alike = alike.moved(clock.correct(alike.start))
    parts = [
        part
        for outbound in (False, True)
        if not outbound or (real.outbound.any() and telling.outbound.any())
        for part in _match_direction(
            before, real.outbound, alike, telling.outbound, outbound, lines, tolerance, in_series
        )
    ]
    pairs = join_pairs([part.pairs for part in parts])
    group = np.full(len(telling.rows), -1, np.int64)
    rule = np.full(len(telling.rows), -1, np.int8)
    group[pairs.right] = real.group[pairs.left]
    rule[pairs.right] = np.concatenate([part.rule for part in parts])
    new = np.flatnonzero(group < 0)
    group[new] = np.arange(next_group, next_group + len(new))
    window = tolerance(telling.calls.precision_ms).window_ms
    told_before = np.unique(real.group[np.concatenate([part.perhaps.left for part in parts])])
    told_here = np.unique(group[np.concatenate([part.perhaps.right for part in parts])])
    return Joined(group, rule, clock, lines, window, told_before, told_here), Found(alike, pairs, new)


def _match_direction(
    before: CallColumns,
    before_outbound: Mask,
    alike: CallColumns,
    alike_outbound: Mask,
    outbound: bool,
    lines: LineMap,
    tolerance: Callable[[int], Tolerance],
    in_series: bool,
) -> list[Matched]:
    """Matches of one direction, as rows of the real calls and of the source; calls known to the second go first."""
    a, left = _of_direction(before, before_outbound, outbound)
    b, right = _of_direction(alike, alike_outbound, outbound)
    matches: list[Matched] = []
    for rows, part in right.by_precision():
        part, order = sorted_by_start(part)
        if order is not None:
            rows = order if rows is None else rows[order]
        free = _untaken(len(left), matches)
        found = match_calls(
            left if free is None else left.take(free),
            part,
            lines,
            tolerance(part.precision_ms),
            in_series=in_series,
        )
        matches.append(
            Matched(
                Pairs(_rows(free, found.pairs.left), _rows(rows, found.pairs.right)),
                found.rule,
                Candidates(_rows(free, found.perhaps.left), _rows(rows, found.perhaps.right)),
            )
        )
    return [
        Matched(
            Pairs(_rows(a, one.pairs.left), _rows(b, one.pairs.right)),
            one.rule,
            Candidates(_rows(a, one.perhaps.left), _rows(b, one.perhaps.right)),
        )
        for one in matches
    ]


def _untaken(n: int, matches: list[Matched]) -> Ints | None:
    """Rows of the left side that no match has used, None if there was no match yet."""
    if not matches:
        return None
    free = np.ones(n, bool)
    for one in matches:
        free[one.pairs.left] = False
    return np.flatnonzero(free)


def _tolerance(clock: SourceClock, left_ms: int, duration_s: float, weak: bool, right_ms: int) -> Tolerance:
    steps = tuple(
        (int(clock.correct(np.array([step.at]))[0]), int(abs(step.seconds) * 1000)) for step in clock.steps
    )
    return Tolerance(window_ms(clock, left_ms, right_ms), duration_s, weak_clock=weak, steps=steps)


def _measure(real: RealCalls, telling: Telling) -> tuple[SourceClock, Pairs]:
    """The source's clock and sure pairs; from the calls known to the second, if there are enough of them."""
    calls = _both_directions(telling.calls, telling.outbound)
    before = _both_directions(real.calls, real.outbound)
    if calls.coarse is None:
        return measure_clock(before, calls)
    fine = np.flatnonzero(~calls.coarse)
    if len(fine) < max(_PAIRS_FOR_A_KNOWN_CLOCK, _FINE_SHARE * len(calls)):
        return measure_clock(before, replace(calls, coarse=None, precision_ms=MINUTE_MS))
    clock, sure = measure_clock(before, replace(calls.take(fine), coarse=None))
    return clock, Pairs(sure.left, fine[sure.right])


def _of_direction(calls: CallColumns, outbound: Mask, wanted: bool) -> tuple[Ints | None, CallColumns]:
    """Calls of one direction and their rows, None if they are all."""
    if not (outbound != wanted).any():
        return None, calls
    rows = np.flatnonzero(outbound == wanted)
    return rows, calls.take(rows)


def _rows(rows: Ints | None, chosen: Ints) -> Ints:
    return chosen if rows is None else rows[chosen]


def _both_directions(calls: CallColumns, outbound: Mask) -> CallColumns:
    if not outbound.any():
        return calls
    party = np.where(outbound & (calls.party != 0), calls.party + _OUTBOUND_KEYS, calls.party)
    return replace(calls, party=party)


def add_source(real: RealCalls, telling: Telling, joined: Joined, found: Found) -> RealCalls:
    """Real calls with what the new source adds: unknown callers, lines and durations, and calls of its own."""
    i, j = found.pairs
    new, more = found.new, found.alike
    old, own = real.calls, telling.calls
    party, line, total, talk = old.party.copy(), old.line.copy(), old.total.copy(), old.talk.copy()
    connected = old.since_answer.copy()
    party[i] = np.where(party[i] == 0, more.party[j], party[i])
    line[i] = np.where(line[i] == 0, more.line[j], line[i])
    total[i] = np.where(np.isnan(total[i]), more.total[j], total[i])
    # a talk that is no more than the time since the first answer gives way to a source that knows the person's
    claimed = np.isnan(talk[i]) | (talk[i] == connected[i])
    talk[i] = np.where(claimed & ~np.isnan(own.talk[j]), own.talk[j], talk[i])
    connected[i] = np.where(np.isnan(connected[i]), own.since_answer[j], connected[i])
    calls = CallColumns(
        np.concatenate([old.start, more.start[new]]),
        np.concatenate([party, more.party[new]]),
        np.concatenate([line, more.line[new]]),
        np.concatenate([total, more.total[new]]),
        np.concatenate([talk, own.talk[new]]),
        old.precision_ms,
        np.concatenate([connected, own.since_answer[new]]),
    )
    groups = np.concatenate([real.group, joined.group[new]])
    outbound = np.concatenate([real.outbound, telling.outbound[new]])
    ordered, order = sorted_by_start(calls)
    if order is None:
        return RealCalls(groups, ordered, outbound)
    return RealCalls(groups[order], ordered, outbound[order])
