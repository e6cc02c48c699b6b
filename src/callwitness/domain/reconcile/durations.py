"""Durations compared like with like: talk with talk, total with total, after taking out the pair's usual difference.

A provider counts from the first ring, an exchange from the moment the trunk answered; one rounds up, the other down.
On sure pairs that difference is nearly constant. Where it is not (one counts the queue as talk, the other does not)
the measure says nothing and is left out.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from callwitness.domain.reconcile.columns import CallColumns, Reals
from callwitness.domain.reconcile.pairs import Pairs

_FEWEST: Final = 5
_STEADY_S: Final = 4.0
_STEADY_SHARE: Final = 0.9


def comparable_durations(
    left: CallColumns, right: CallColumns, sure: Pairs
) -> tuple[CallColumns, CallColumns]:
    """Both sides with durations alike: the right's as the left would have measured them, NaN where they say nothing.

    Talk is compared with talk, or connected with connected (a provider's talk begins when the queue answers),
    whichever is steadier on sure pairs; the better one stands as talk.
    """
    talk, talk_steady = _alike(left.talk, right.talk, sure)
    total, _ = _alike(left.total, right.total, sure)
    if left.connected is not None or right.connected is not None:
        connected, steady = _alike(left.since_answer, right.since_answer, sure)
        if steady > talk_steady:
            left, talk = replace(left, talk=left.since_answer), connected
    return left, replace(right, talk=talk, total=total)


def _alike(left: Reals, right: Reals, sure: Pairs) -> tuple[Reals, float]:
    """The right side's measure made like the left's, and the share of sure pairs in which it agrees."""
    a, b = left[sure.left], right[sure.right]
    both = (a > 0) & (b > 0)
    if int(both.sum()) < _FEWEST:
        return right, 0.0
    difference = a[both] - b[both]
    usual = float(np.median(difference))
    steady = float((np.abs(difference - usual) <= _STEADY_S).mean())
    if steady < _STEADY_SHARE:
        return np.full(len(right), np.nan, np.float32), steady
    if abs(usual) < 0.5:
        return right, steady
    return np.where(right > 0, right + np.float32(usual), right), steady
