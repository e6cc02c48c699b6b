"""The clock of one witness against another, and the window in which starts of one call may lie apart.

Three ways, the first that gives enough pairs: by caller; where forwarding hides all callers, by talks of the same
length; and where starts of one call differ at random but ends agree (an exchange behind another, a report that
begins at pick-up), from the ends.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from callwitness.domain.clock import SourceClock, fit_clock
from callwitness.domain.reconcile.columns import CallColumns, Ints, Mask, ends
from callwitness.domain.reconcile.pairs import Pairs
from callwitness.domain.reconcile.zones import sample_callers, sure_pairs, zone_shift

_SIGNALLING_MS: Final = 6_000
"""A call reaches the next exchange a moment after the first; seldom more than this."""
_WIDEST_SPREAD_MS: Final = 20_000
_FEW_PAIRS: Final = 3
_SHORTEST_TALK_S: Final = 5
_CROWD_MS: Final = 20_000
_LOOSE_STARTS_MS: Final = 3_000


def measure_clock(left: CallColumns, right: CallColumns) -> tuple[SourceClock, Pairs]:
    """Clock of the right side against the left, and the sure pairs that lie on its curve."""
    sample = sample_callers(left, right)
    shift = zone_shift(left, right, sample)
    pairs = sure_pairs(left, right, sample, shift)
    if len(pairs.left) < _FEW_PAIRS:
        shift, pairs = _pairs_by_talk(left, right) or (shift, pairs)
    from_ends = _ends_agree_better(left, right, pairs)
    at = ends(right)[pairs.right] if from_ends else right.start[pairs.right]
    reference = ends(left)[pairs.left] if from_ends else left.start[pairs.left]
    precision = max(left.precision_ms, right.precision_ms)
    clock = fit_clock(at, at - reference - shift, precision, shift)
    beside = np.abs(clock.correct(at) - reference)
    sure = beside <= window_ms(clock, left.precision_ms, right.precision_ms)
    return clock, Pairs(pairs.left[sure], pairs.right[sure])


def window_ms(clock: SourceClock, left_precision_ms: int, right_precision_ms: int) -> int:
    """Residual clock error and the precision of both sources: how far starts of one call may lie apart."""
    grids = (left_precision_ms + right_precision_ms) / 2
    spread = min(clock.spread_ms, _WIDEST_SPREAD_MS)
    return int(_SIGNALLING_MS + max(grids, spread) + clock.uncertainty_ms)


def _pairs_by_talk(left: CallColumns, right: CallColumns) -> tuple[int, Pairs] | None:
    """Zone shift and pairs of equally long talks, if a crowd of them agrees on one difference."""
    left, right = _keyed_by_talk(left), _keyed_by_talk(right)
    sample = sample_callers(left, right)
    shift = zone_shift(left, right, sample)
    pairs = sure_pairs(left, right, sample, shift)
    apart = right.start[pairs.right] - left.start[pairs.left] - shift
    crowd = _crowd(apart, _CROWD_MS + max(left.precision_ms, right.precision_ms))
    if int(crowd.sum()) < _FEW_PAIRS or 3 * int(crowd.sum()) < len(apart):
        return None
    return shift, Pairs(pairs.left[crowd], pairs.right[crowd])


def _keyed_by_talk(calls: CallColumns) -> CallColumns:
    talk = np.nan_to_num(calls.talk, nan=0.0)
    key = np.where(talk >= _SHORTEST_TALK_S, np.rint(talk), 0).astype(np.int64)
    return replace(calls, party=key)


def _crowd(apart: Ints, width: int) -> Mask:
    """The differences inside the fullest span of this width."""
    if not len(apart):
        return np.zeros(0, bool)
    ordered = np.sort(apart)
    inside = np.searchsorted(ordered, ordered + width, side="right") - np.arange(len(ordered))
    low = ordered[int(np.argmax(inside))]
    crowd: Mask = (apart >= low) & (apart <= low + width)
    return crowd


def _ends_agree_better(left: CallColumns, right: CallColumns, pairs: Pairs) -> bool:
    known = np.flatnonzero((left.total[pairs.left] > 0) & (right.total[pairs.right] > 0))
    if len(known) < 2 * _FEW_PAIRS:
        return False
    i, j = pairs.left[known], pairs.right[known]
    starts, finishes = right.start[j] - left.start[i], ends(right)[j] - ends(left)[i]
    spread_starts = float(np.median(np.abs(starts - np.median(starts))))
    spread_ends = float(np.median(np.abs(finishes - np.median(finishes))))
    return spread_starts > _LOOSE_STARTS_MS and 3 * spread_ends < spread_starts
