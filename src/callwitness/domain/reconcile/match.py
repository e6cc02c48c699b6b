"""Matching the calls of two witnesses on one clock: first by the caller's number, then what forwarding and
withheld numbers left over, each rule weaker than the one before and therefore asking for more. A rule without the
caller is tried on the same calls moved by ten minutes as well: what it finds there is chance, and if that is more than
a fifth of what it finds in earnest the rule is not used.

    caller            same caller, starts within the window; order kept, exact (``islands``)
    caller_duration   same caller, starts further apart, durations agree; still further if there is no other choice
    line_talk         caller withheld or hidden on a side: same line, close start, talk and total agree
    talk              the same where a side knows no line: durations must agree and leave no choice
    all_but_caller    another or no caller, talk and everything else agrees and leaves no choice
    withheld          caller withheld on both sides, starts within the window, no other withheld call near
    inside            a second exchange behind the first: same caller, begins within the call, ends with it
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from callwitness.domain.reconcile.alignment import Closeness
from callwitness.domain.reconcile.candidates import Candidates, mutual_best, near_in_time, without_choice
from callwitness.domain.reconcile.columns import COARSE_MS, CallColumns, Ints, Mask, ends
from callwitness.domain.reconcile.islands import match_islands
from callwitness.domain.reconcile.lines import LineMap
from callwitness.domain.reconcile.pairs import Pairs, join_pairs

RULES: Final = ("caller", "caller_duration", "line_talk", "talk", "all_but_caller", "withheld", "inside")

_SLICE_CALLS: Final = 70_000
_SHORTEST_SLICE_MS: Final = 4 * 3_600_000
_OVERLAP_MS: Final = 5 * 60_000
_ELSEWHERE_MS: Final = 617_000
_PAIRS_A_COINCIDENCE: Final = 5
_WIDE_MS: Final = 20_000
_EXACT_S: Final = 1.5
_TALK_TO_COMPARE_S: Final = 10.0
_FAR_WEAK_MS: Final = 150_000
_FAR_FIRM: Final = (30_000, _TALK_TO_COMPARE_S, _EXACT_S)
_BESIDE_A_STEP_MS: Final = 2 * 3_600_000
_LONGEST_CALL_MS: Final = 2 * 3_600_000


@dataclass(frozen=True, slots=True)
class Tolerance:
    """window_ms: how far two starts of one call may lie apart. duration_s: how far durations may differ.

    weak_clock: the clock is measured from very few pairs: it may have stepped unseen. steps: moment and size of its
    steps, ms; calls beside one may stand on the wrong side of it.
    """

    window_ms: int
    duration_s: float
    weak_clock: bool = False
    steps: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Matched:
    """Pairs as rows of left and right, and the rule of each (index into RULES).

    perhaps: unpaired calls, (left, right), that could be one but for a withheld caller or several choices.
    """

    pairs: Pairs
    rule: npt.NDArray[np.int8]
    perhaps: Candidates


def match_calls(
    left: CallColumns, right: CallColumns, lines: LineMap, tolerance: Tolerance, *, in_series: bool = False
) -> Matched:
    """One-to-one pairs of two witnesses' calls. Both sorted by start, on one clock, durations comparable."""
    by_caller = match_by_caller(left, right, tolerance.window_ms)
    agree = ~lines.contradicts(left.line[by_caller.left], right.line[by_caller.right])
    parts = [Pairs(by_caller.left[agree], by_caller.right[agree])]
    free_left, free_right = _unpaired(left, right, parts[0])
    kinds = [np.zeros(len(parts[0].left), np.int8)]
    for name, rule, must_beat_chance in _WEAKER_RULES:
        if name == "inside" and not in_series:
            continue
        some_left, some_right = left.take(free_left), right.take(free_right)
        found = rule(some_left, some_right, lines, tolerance)
        if must_beat_chance and len(found.left):
            found = _beyond_chance(found, rule(some_left, _elsewhere(some_right), lines, tolerance))
        parts.append(Pairs(free_left[found.left], free_right[found.right]))
        kinds.append(np.full(len(found.left), RULES.index(name), np.int8))
        free_left = np.delete(free_left, found.left)
        free_right = np.delete(free_right, found.right)
    perhaps = _perhaps(left.take(free_left), right.take(free_right), lines, tolerance)
    return Matched(
        join_pairs(parts),
        np.concatenate(kinds),
        Candidates(free_left[perhaps.left], free_right[perhaps.right]),
    )


def match_by_caller(left: CallColumns, right: CallColumns, window_ms: int) -> Pairs:
    """Pairs of equal callers, exact within a slice of time; slices keep the sort small and in the cache.

    A slice owns the islands that begin in it and sees five minutes of its neighbours.
    """
    if not len(left) or not len(right):
        return Pairs(np.zeros(0, np.int64), np.zeros(0, np.int64))
    first = int(min(left.start[0], right.start[0]))
    last = int(max(left.start[-1], right.start[-1])) + 1
    slices = max(1, min((len(left) + len(right)) // _SLICE_CALLS, (last - first) // _SHORTEST_SLICE_MS))
    edges = np.linspace(first, last, slices + 1).astype(np.int64)
    coarse = max(left.precision_ms, right.precision_ms) >= COARSE_MS
    close = Closeness(window_ms, (left.precision_ms + right.precision_ms) // 2 if coarse else 0)
    parts = []
    for low, high in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        a, b = _known_between(left, low, high), _known_between(right, low, high)
        found = match_islands(left.take(a), right.take(b), close, (low, high))
        parts.append(Pairs(a[found.left], b[found.right]))
    return join_pairs(parts)


def _known_between(calls: CallColumns, low: int, high: int) -> Ints:
    begin, end = np.searchsorted(calls.start, [low - _OVERLAP_MS, high + _OVERLAP_MS])
    known: Ints = np.flatnonzero(calls.party[begin:end]) + begin
    return known


def _unpaired(left: CallColumns, right: CallColumns, pairs: Pairs) -> tuple[Ints, Ints]:
    free_left, free_right = np.ones(len(left), bool), np.ones(len(right), bool)
    free_left[pairs.left] = False
    free_right[pairs.right] = False
    return np.flatnonzero(free_left), np.flatnonzero(free_right)


def _by_caller_and_duration(
    left: CallColumns, right: CallColumns, lines: LineMap, tolerance: Tolerance
) -> Pairs:
    a, b = np.flatnonzero(left.party), np.flatnonzero(right.party)
    far, talk, within = (_FAR_WEAK_MS, 1.0, tolerance.duration_s) if tolerance.weak_clock else _FAR_FIRM
    wide = max(_WIDE_MS, tolerance.window_ms * 5 // 2)
    found = _near(left, a, left.party, right, b, right.party, max(wide, far))
    found = found.where(_durations_agree(left, right, found, tolerance.duration_s))
    found = found.where(~lines.contradicts(left.line[found.left], right.line[found.right]))
    near = found.where(np.abs(left.start[found.left] - right.start[found.right]) <= wide)
    best = mutual_best(near, _cost(left, right, near))
    rest = found.where(~np.isin(found.left, best.left) & ~np.isin(found.right, best.right))
    rest = rest.where((left.talk[rest.left] >= talk) & _durations_agree(left, right, rest, within))
    return join_pairs([best, without_choice(rest)])


def _by_line_and_talk(left: CallColumns, right: CallColumns, lines: LineMap, tolerance: Tolerance) -> Pairs:
    if not _someone_withheld(left, right):
        return _none()
    a, b = np.flatnonzero(left.line), np.flatnonzero(right.line)
    # a right side that names the virtual number itself (hidden callers do) takes the same route
    left_route, right_route = (lines.route(one.line).astype(np.int64) for one in (left, right))
    found = _near(left, a, left_route, right, b, right_route, _close(left, right, tolerance))
    found = found.where((left.party[found.left] == 0) | (right.party[found.right] == 0))
    found = found.where(_durations_agree(left, right, found, min(2.0, tolerance.duration_s)))
    return mutual_best(found, _cost(left, right, found))


def _by_talk(left: CallColumns, right: CallColumns, _: LineMap, tolerance: Tolerance) -> Pairs:
    if not _someone_withheld(left, right) or (left.line.all() and right.line.all()):
        return _none()
    a, b = np.flatnonzero(left.total >= 1), np.flatnonzero(right.total >= 1)
    same = np.zeros(max(len(left), len(right)), np.int64)
    found = _near(left, a, same, right, b, same, _close(left, right, tolerance))
    found = found.where((left.party[found.left] == 0) | (right.party[found.right] == 0))
    found = found.where((left.line[found.left] == 0) | (right.line[found.right] == 0))
    return without_choice(found.where(_durations_agree(left, right, found, _EXACT_S)))


def _by_all_but_caller(left: CallColumns, right: CallColumns, lines: LineMap, tolerance: Tolerance) -> Pairs:
    wide = max(_WIDE_MS, tolerance.window_ms * 5 // 2)
    a, b = (
        np.flatnonzero(left.talk >= _TALK_TO_COMPARE_S),
        np.flatnonzero(right.talk >= _TALK_TO_COMPARE_S - 1),
    )
    same = np.zeros(max(len(left), len(right)), np.int64)
    found = _near(left, a, same, right, b, same, wide)
    found = found.where(_durations_agree(left, right, found, _EXACT_S))
    withheld = (left.party[found.left] == 0) | (right.party[found.right] == 0)
    apart = np.abs(left.start[found.left] - right.start[found.right])
    found = found.where(withheld | (apart <= _close(left, right, tolerance)))
    return without_choice(found.where(~lines.contradicts(left.line[found.left], right.line[found.right])))


def _by_being_withheld_on_a_line(
    left: CallColumns, right: CallColumns, lines: LineMap, tolerance: Tolerance
) -> Pairs:
    left_route, right_route = (lines.route(one.line).astype(np.int64) for one in (left, right))
    a = np.flatnonzero((left.party == 0) & (left_route != 0))
    b = np.flatnonzero((right.party == 0) & (right_route != 0))
    return without_choice(_near(left, a, left_route, right, b, right_route, tolerance.window_ms))


def _by_being_withheld(left: CallColumns, right: CallColumns, lines: LineMap, tolerance: Tolerance) -> Pairs:
    a, b = np.flatnonzero(left.party == 0), np.flatnonzero(right.party == 0)
    found = _near(left, a, left.party, right, b, right.party, tolerance.window_ms)
    return without_choice(found.where(~lines.contradicts(left.line[found.left], right.line[found.right])))


def _inside(left: CallColumns, right: CallColumns, _: LineMap, tolerance: Tolerance) -> Pairs:
    a, b = (
        np.flatnonzero((left.party != 0) & (left.total > 0)),
        np.flatnonzero((right.party != 0) & (right.total > 0)),
    )
    found = near_in_time(
        left.party[a], left.start[a], right.party[b], right.start[b], tolerance.window_ms, _LONGEST_CALL_MS
    )
    found = Candidates(a[found.left], b[found.right])
    left_end, right_end = ends(left), ends(right)
    apart = np.abs(left_end[found.left] - right_end[found.right])
    near = apart <= tolerance.window_ms + tolerance.duration_s * 1000
    return mutual_best(found.where(near), apart[near].astype(np.float64))


def _perhaps(left: CallColumns, right: CallColumns, lines: LineMap, tolerance: Tolerance) -> Candidates:
    """Left-over calls near each other that nothing but a missing number or a second choice kept from being a pair."""
    every = [np.arange(len(left)), np.arange(len(right))]
    same = np.zeros(max(len(left), len(right)), np.int64)
    widest = max((size for _, size in tolerance.steps), default=0)
    found = _near(left, every[0], same, right, every[1], same, tolerance.window_ms + widest)
    apart = np.abs(left.start[found.left] - right.start[found.right])
    found = found.where(apart <= tolerance.window_ms + _step_beside(left.start[found.left], tolerance))
    a, b = left.party[found.left], right.party[found.right]
    found = found.where((a == b) | (a == 0) | (b == 0))
    found = found.where(~lines.contradicts(left.line[found.left], right.line[found.right]))
    talk = np.abs(left.talk[found.left] - right.talk[found.right])
    return found.where(~(talk > tolerance.duration_s))


def _step_beside(starts: Ints, tolerance: Tolerance) -> Ints:
    """Size of the clock's step beside each start, ms; 0 where there is none."""
    sizes = np.zeros(len(starts), np.int64)
    for at, size in tolerance.steps:
        sizes = np.where(np.abs(starts - at) <= _BESIDE_A_STEP_MS, np.maximum(sizes, size), sizes)
    return sizes


def _elsewhere(calls: CallColumns) -> CallColumns:
    """The same calls at a time when they did not happen."""
    return calls.moved(calls.start + _ELSEWHERE_MS)


def _beyond_chance(found: Pairs, by_chance: Pairs) -> Pairs:
    """The pairs, or none if the rule finds many among calls that cannot be one: files that do not belong together."""
    return found if len(by_chance.left) * _PAIRS_A_COINCIDENCE <= len(found.left) else _none()


def _none() -> Pairs:
    return Pairs(np.zeros(0, np.int64), np.zeros(0, np.int64))


def _someone_withheld(left: CallColumns, right: CallColumns) -> bool:
    return bool((left.party == 0).any() or (right.party == 0).any())


def _close(left: CallColumns, right: CallColumns, tolerance: Tolerance) -> int:
    """Without the caller's number starts must be closer: half the window, or the grid of the coarser source."""
    return min(
        tolerance.window_ms, max(3_000, tolerance.window_ms // 2, left.precision_ms, right.precision_ms)
    )


def _near(
    left: CallColumns, a: Ints, left_key: Ints, right: CallColumns, b: Ints, right_key: Ints, apart: int
) -> Candidates:
    found = near_in_time(left_key[a], left.start[a], right_key[b], right.start[b], apart, apart)
    return Candidates(a[found.left], b[found.right])


def _durations_agree(left: CallColumns, right: CallColumns, found: Candidates, within_s: float) -> Mask:
    """Talk and total within tolerance where both sides know them, and at least one of the two known.

    A call noticed three seconds late is three seconds shorter: a total that ends at the same moment agrees too.
    """
    talk = np.abs(left.talk[found.left] - right.talk[found.right])
    longer = right.total[found.right] - left.total[found.left]
    later = (right.start[found.right] - left.start[found.left]) / 1000
    total = np.minimum(np.abs(longer), np.abs(longer + later))
    known = ~(np.isnan(talk) & np.isnan(total))
    agree: Mask = known & ~(talk > within_s) & ~(total > within_s)
    return agree


def _cost(left: CallColumns, right: CallColumns, found: Candidates) -> npt.NDArray[np.float64]:
    apart = np.abs(left.start[found.left] - right.start[found.right]).astype(np.float64)
    talk = np.nan_to_num(np.abs(left.talk[found.left] - right.talk[found.right]), nan=0.0)
    total = np.nan_to_num(np.abs(left.total[found.left] - right.total[found.right]), nan=0.0)
    cost: npt.NDArray[np.float64] = apart + 500.0 * np.minimum(talk + total, 60.0)
    return cost


_WEAKER_RULES: Final[
    tuple[tuple[str, Callable[[CallColumns, CallColumns, LineMap, Tolerance], Pairs], bool], ...]
] = (
    # name, rule, whether it must beat chance
    ("caller_duration", _by_caller_and_duration, False),
    ("line_talk", _by_line_and_talk, True),
    ("talk", _by_talk, True),
    ("all_but_caller", _by_all_but_caller, True),
    ("withheld", _by_being_withheld_on_a_line, False),
    ("withheld", _by_being_withheld, True),
    ("inside", _inside, False),
)
