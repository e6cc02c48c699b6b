"""Calls that one source tells twice: the same caller, number and duration, started within two seconds.

Two withheld calls must agree in start and total to the last digit. Where only the minute is known a redial looks like a
repeat: two calls with talk must agree likewise, two without are left for the other sources to judge.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from callwitness.domain.reconcile.candidates import Candidates, near_in_time
from callwitness.domain.reconcile.columns import CallColumns, Ints, Mask, Reals
from callwitness.domain.reconcile.pairs import Pairs

_SAME_DURATION_S: Final = 1.0
_COARSE_MS: Final = 2_000
_MOST_NEIGHBOURS: Final = 200
_BLOCK: Final = 65_536
"""Rows compared at a time: they stay in the processor's cache."""


def repeats(calls: CallColumns, window_ms: int) -> Ints:
    """For each call the row of the call it repeats, else -1. ``calls`` sorted by start.

    Compares each call with its neighbours in time; the first of several tellings is the original.
    """
    original = np.full(len(calls), -1, np.int64)
    for first in range(0, len(calls), _BLOCK):
        for distance in range(1, _reach(calls.start, first, window_ms) + 1):
            end = min(first + _BLOCK, len(calls) - distance)
            same = calls.party[first + distance : end + distance] == calls.party[first:end]
            earlier = np.flatnonzero(same) + first
            earlier = earlier[calls.start[earlier + distance] - calls.start[earlier] <= window_ms]
            hits = earlier[_same_call(calls, earlier, earlier + distance)]
            original[hits + distance] = hits
    return _follow(original)


def _reach(start: Ints, first: int, window_ms: int) -> int:
    """How many rows further a call of this block may have a neighbour within the window, by bisection."""
    low, high = 0, min(_MOST_NEIGHBOURS, len(start) - first - 1)
    while low < high:
        distance = (low + high + 1) // 2
        end = min(first + _BLOCK, len(start) - distance)
        if (start[first + distance : end + distance] - start[first:end] <= window_ms).any():
            low = distance
        else:
            high = distance - 1
    return low


def _same_call(calls: CallColumns, earlier: Ints, later: Ints) -> Mask:
    """Which of two rows of one party, row by row, are the same call told twice."""
    a, b = earlier, later
    same: Mask = (calls.line[a] == calls.line[b]) & _equal(calls.total[a], calls.total[b])
    same &= _equal(calls.talk[a], calls.talk[b])
    to_the_letter = (calls.start[a] == calls.start[b]) & (calls.total[a] == calls.total[b])
    same &= (calls.party[a] != 0) | (to_the_letter & (calls.total[a] > 0))
    if calls.coarse is not None or calls.precision_ms > _COARSE_MS:
        coarse = calls.coarse[a] if calls.coarse is not None else True
        same &= np.logical_not(coarse) | (to_the_letter & (calls.talk[a] > 0))
    return same


def _equal(a: Reals, b: Reals) -> Mask:
    same: Mask = (np.abs(a - b) <= _SAME_DURATION_S) | (np.isnan(a) & np.isnan(b))
    return same


def _follow(original: Ints) -> Ints:
    """Chains of repeats point at the first telling."""
    while True:
        told = np.flatnonzero(original >= 0)
        further = original[original[told]]
        if not (further >= 0).any():
            return original
        original[told] = np.where(further >= 0, further, original[told])


def repeats_of_matched(calls: CallColumns, matched: Mask, window_ms: int, duration_s: float) -> Pairs:
    """Calls left over beside a matched one: (row left over, row it repeats).

    The other side knows one call where this source tells two of the same caller and line, started within the
    window, as long as each other within tolerance: the second telling is a repeat even if its seconds differ.
    """
    a, b = np.flatnonzero(~matched), np.flatnonzero(matched)
    found = near_in_time(calls.party[a], calls.start[a], calls.party[b], calls.start[b], window_ms, window_ms)
    found = Candidates(a[found.left], b[found.right])
    total = np.abs(calls.total[found.left] - calls.total[found.right])
    talk = np.abs(calls.talk[found.left] - calls.talk[found.right])
    same = (calls.line[found.left] == calls.line[found.right]) & ~(total > duration_s)
    withheld = calls.party[found.left] == 0
    same &= ~withheld | ((total <= _SAME_DURATION_S) & (talk <= _SAME_DURATION_S))
    found = found.where(same)
    _, first = np.unique(found.left, return_index=True)
    return Pairs(found.left[first], found.right[first])
