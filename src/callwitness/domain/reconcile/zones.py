"""Finding a wrong time zone and the pairs of calls from which a clock can be measured, before anything is matched.

A source whose zone was guessed wrong is off by a multiple of 15 minutes. For each multiple within 14 hours: how many
callers have a call on both sides that far apart, all with the same remainder? The right shift is the one
where many different callers agree within seconds; another shift finds only the same caller ringing again, whose
remainders are anything. Zero is kept unless another is clearly better.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from callwitness.domain.reconcile.columns import CallColumns, Ints, Mask
from callwitness.domain.reconcile.islands import lay_out, single_pairs
from callwitness.domain.reconcile.pairs import Pairs

QUARTER: Final = 15 * 60_000
FARTHEST: Final = 14 * 3_600_000
REACH: Final = QUARTER // 2
"""Offsets beyond this are told as a zone shift and a remainder."""

_SAMPLE_CALLS: Final = 200_000
_ZONE_SAMPLE_CALLS: Final = 4_000
_CALLERS_FOR_ZONE: Final = 3
_CALLERS_EQUALLY_LONG: Final = 2
_AGREEMENT_MS: Final = 20_000
_HABITUAL: Final = 100
"""A caller with more calls than this (a robot, a hidden number) says nothing about the zone."""
_MIX: Final = 0x9E3779B97F4A7C15 - (1 << 64)


def sure_pairs(left: CallColumns, right: CallColumns, sample: tuple[Ints, Ints], zone_shift: int) -> Pairs:
    """Calls whose caller has no other call near on either side: their differences measure the clock."""
    a, b = sample
    if not len(a) or not len(b):
        return Pairs(a[:0], b[:0])
    shifted = right.start[b] - zone_shift
    laid = lay_out(left.party[a], left.start[a], right.party[b], shifted, REACH, coarse=True)
    found = single_pairs(laid, len(a))
    near = np.abs(shifted[found.right] - left.start[a[found.left]]) <= REACH
    return Pairs(a[found.left[near]], b[found.right[near]])


def zone_shift(left: CallColumns, right: CallColumns, sample: tuple[Ints, Ints]) -> int:
    """Multiple of 15 minutes (ms) by which the right side's zone is wrong; 0 unless clearly otherwise."""
    a, b = _thinned(left, sample[0], right, sample[1], _ZONE_SAMPLE_CALLS)
    if not len(a) or not len(b):
        return 0
    i, j = _same_caller(left.party[a], left.start[a], right.party[b], right.start[b])
    if not len(i):
        return 0
    apart = right.start[b[j]] - left.start[a[i]]
    shift = np.rint(apart / QUARTER).astype(np.int64)
    width = _AGREEMENT_MS + max(left.precision_ms, right.precision_ms)
    caller = left.party[a[i]]
    agree = _callers_by_shift(apart, shift, caller, width)
    best = max(agree, key=lambda s: (agree[s], -abs(s)))
    if agree[best] >= _CALLERS_FOR_ZONE and agree[best] >= 2 * agree.get(0, 0) + 1:
        return best * QUARTER
    alike = _equally_long(left, right, a[i], b[j])
    sure = _callers_by_shift(apart[alike], shift[alike], caller[alike], width)
    alone = 0 not in agree and len(sure) == 1 and max(sure.values()) >= _CALLERS_EQUALLY_LONG
    return next(iter(sure)) * QUARTER if alone else 0


def _callers_by_shift(apart: Ints, shift: Ints, caller: Ints, width: int) -> dict[int, int]:
    """For each shift (in quarters) how many callers agree within ``width`` ms."""
    return {int(s): _most_callers(apart[shift == s], caller[shift == s], width) for s in np.unique(shift)}


def _equally_long(left: CallColumns, right: CallColumns, i: Ints, j: Ints) -> Mask:
    """Calls with talk that are as long on both sides."""
    alike: Mask = (left.talk[i] >= 5) & (np.abs(left.talk[i] - right.talk[j]) <= 2)
    return alike


def sample_callers(left: CallColumns, right: CallColumns) -> tuple[Ints, Ints]:
    """Rows of both sides with a caller; of very many calls, those of the same callers on both sides."""
    a, b = np.flatnonzero(left.party), np.flatnonzero(right.party)
    return _thinned(left, a, right, b, _SAMPLE_CALLS)


def _thinned(left: CallColumns, a: Ints, right: CallColumns, b: Ints, most: int) -> tuple[Ints, Ints]:
    bits = (max(len(a), len(b)) // most).bit_length()
    if not bits:
        return a, b
    return a[_lottery(left.party[a], bits)], b[_lottery(right.party[b], bits)]


def _lottery(party: Ints, bits: int) -> Mask:
    """One caller in two to the power of ``bits``, by the middle bits of a product: the same ones everywhere."""
    drawn: Mask = (party * _MIX >> 33) & ((1 << bits) - 1) == 0
    return drawn


def _same_caller(left_key: Ints, left_time: Ints, right_key: Ints, right_time: Ints) -> tuple[Ints, Ints]:
    """Positions of all (left, right) with the same key at most FARTHEST + REACH apart."""
    by_key = np.lexsort((right_time, right_key))
    key, time = right_key[by_key], right_time[by_key]
    span = FARTHEST + REACH
    keys, starts = np.unique(key, return_index=True)
    ends = np.append(starts[1:], len(key))
    place = np.searchsorted(keys, left_key)
    known = np.flatnonzero((place < len(keys)) & (keys[np.minimum(place, len(keys) - 1)] == left_key))
    known = known[(ends - starts)[place[known]] <= _HABITUAL]
    many = (ends - starts)[place[known]]
    i = np.repeat(known, many)
    j = (
        np.arange(many.sum())
        - np.repeat(np.cumsum(many) - many, many)
        + np.repeat(starts[place[known]], many)
    )
    close = np.abs(time[j] - left_time[i]) <= span
    return i[close], by_key[j[close]]


def _most_callers(apart: Ints, caller: Ints, width: int) -> int:
    """Most different callers whose differences lie within ``width`` ms of each other."""
    order = np.argsort(apart, kind="stable")
    apart, caller = apart[order], caller[order]
    end = np.searchsorted(apart, apart + width, side="right")
    densest = np.argsort(np.arange(len(apart)) - end, kind="stable")[:3]
    return max(len(np.unique(caller[i : end[i]])) for i in densest)
