"""The clock of one witness against another, and the window in which starts of one call may lie apart."""

from __future__ import annotations

from typing import Final

import numpy as np

from callwitness.domain.clock import SourceClock, fit_clock
from callwitness.domain.reconcile.columns import CallColumns
from callwitness.domain.reconcile.pairs import Pairs
from callwitness.domain.reconcile.zones import sure_pairs, zone_shift

_SIGNALLING_MS: Final = 6_000
"""A call reaches the next exchange a moment after the first; seldom more than this."""
_WIDEST_SPREAD_MS: Final = 20_000


def measure_clock(left: CallColumns, right: CallColumns) -> tuple[SourceClock, Pairs]:
    """Clock of the right side against the left, and the sure pairs that lie on its curve."""
    shift = zone_shift(left, right)
    pairs = sure_pairs(left, right, shift)
    at = right.start[pairs.right]
    precision = max(left.precision_ms, right.precision_ms)
    clock = fit_clock(at, at - left.start[pairs.left] - shift, precision, shift)
    beside = np.abs(clock.correct(at) - left.start[pairs.left])
    sure = beside <= window_ms(clock, left.precision_ms, right.precision_ms)
    return clock, Pairs(pairs.left[sure], pairs.right[sure])


def window_ms(clock: SourceClock, left_precision_ms: int, right_precision_ms: int) -> int:
    """Residual clock error and the precision of both sources: how far starts of one call may lie apart."""
    grids = (left_precision_ms + right_precision_ms) / 2
    spread = min(clock.spread_ms, _WIDEST_SPREAD_MS)
    return int(_SIGNALLING_MS + max(grids, spread) + clock.uncertainty_ms)
