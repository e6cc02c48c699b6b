"""Durations compared like with like: talk with talk, total with total, after taking out the pair's usual difference.

A provider counts from the first ring, an exchange from the moment the trunk answered; one rounds up, the other down.
On sure pairs that difference is nearly constant. Where it is not (one counts the queue as talk, the other does not)
the measure says nothing and is left out.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from callwitness.domain.reconcile.columns import CallColumns, Reals
from callwitness.domain.reconcile.pairs import Pairs

_FEWEST: Final = 5
_STEADY_S: Final = 4.0
_STEADY_SHARE: Final = 0.9


def comparable_durations(left: CallColumns, right: CallColumns, sure: Pairs) -> CallColumns:
    """The right side with durations as the left would have measured them; NaN where a measure says nothing."""
    return CallColumns(
        right.start,
        right.party,
        right.line,
        _alike(left.total, right.total, sure),
        _alike(left.talk, right.talk, sure),
        right.precision_ms,
    )


def _alike(left: Reals, right: Reals, sure: Pairs) -> Reals:
    a, b = left[sure.left], right[sure.right]
    both = (a > 0) & (b > 0)
    if int(both.sum()) < _FEWEST:
        return right
    difference = a[both] - b[both]
    usual = float(np.median(difference))
    steady = float((np.abs(difference - usual) <= _STEADY_S).mean())
    if steady < _STEADY_SHARE:
        return np.full(len(right), np.nan, np.float32)
    if abs(usual) < 0.5:
        return right
    return np.where(right > 0, right + np.float32(usual), right)
