"""Exact matching inside islands: most pairs first, then least time difference and duration mismatch.

Redials are matched in order: the alignment known from comparing texts, a table filled row by row, so five redials
give five pairs in sequence. Where a source tells only the minute, several calls share one time and their order is
unknown: then every assignment is weighed, by a table over subsets of the right side's calls. Both are done for many
islands of one shape at once, islands being the last axis of the table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from callwitness.domain.reconcile.columns import Ints, Reals
from callwitness.domain.reconcile.pairs import Pairs, join_pairs

_ONE_PAIR: Final = 1 << 40
"""Worth of a pair in the exact solution: no saving in time or duration outweighs one pair more."""
_DURATION_WEIGHT_MS: Final = 500
_DURATION_CAP_S: Final = 60
_MOST_ANY_ORDER: Final = 6


class Told(NamedTuple):
    """Start (ms), total and talk (s, NaN = unknown) of calls by position."""

    time: Ints
    total: Reals
    talk: Reals

    def at(self, positions: Ints) -> Told:
        """Those of some positions, calls first: (calls, islands)."""
        return Told(self.time[positions].T, self.total[positions].T, self.talk[positions].T)


@dataclass(frozen=True, slots=True)
class Closeness:
    """window: how far starts of one call may lie apart. slack: differences up to this say nothing (coarse times). ms."""

    window: int
    slack: int = 0


def match_in_order(left: Ints, right: Ints, told: Told, close: Closeness) -> Pairs:
    """Exact matching that keeps the order in time, of many islands of one shape.

    left: (islands, n), right: (islands, m) positions in time order. best[i, j] is the worth of the first i left
    and first j right calls; walking back from the end finds the pairs.
    """
    n, m, islands = left.shape[1], right.shape[1], len(left)
    best = np.zeros((n + 1, m + 1, islands), np.int64)
    there = told.at(right)
    for i in range(n):
        worth = _worth(told.at(left[:, i]), there, close)
        best[i + 1, 1:] = np.maximum(best[i, 1:], best[i, :-1] + worth)
        np.maximum.accumulate(best[i + 1], axis=0, out=best[i + 1])
    return _walk_back(best, left, right)


def _worth(left: Told, right: Told, close: Closeness) -> Ints:
    """Worth of pairing one left call of each island, (islands,), with each right one, (calls, islands)."""
    apart = np.abs(right.time - left.time)
    mismatch = _mismatch(left.total, right.total) + _mismatch(left.talk, right.talk)
    cost = np.maximum(apart - close.slack, 0) + (_DURATION_WEIGHT_MS * mismatch).astype(np.int64)
    return np.where(apart <= close.window, _ONE_PAIR - cost, -_ONE_PAIR)


def _mismatch(left: Reals, right: Reals) -> Reals:
    apart: Reals = np.minimum(np.nan_to_num(np.abs(right - left), nan=0.0), _DURATION_CAP_S)
    return apart


def _walk_back(best: Ints, left: Ints, right: Ints) -> Pairs:
    every = np.arange(len(left))
    i = np.full(len(left), left.shape[1])
    j = np.full(len(left), right.shape[1])
    found = []
    for _ in range(left.shape[1] + right.shape[1]):
        inside = (i > 0) & (j > 0)
        here = best[i, j, every]
        skip_left = inside & (here == best[np.maximum(i - 1, 0), j, every])
        skip_right = inside & ~skip_left & (here == best[i, np.maximum(j - 1, 0), every])
        pair = inside & ~skip_left & ~skip_right
        k = np.flatnonzero(pair)
        found.append(Pairs(left[k, i[k] - 1], right[k, j[k] - 1]))
        i = i - (skip_left | pair)
        j = j - (skip_right | pair)
    return join_pairs(found)


def fits_any_order(n: int, m: int) -> bool:
    """Whether an island is small enough to weigh every assignment."""
    return n <= _MOST_ANY_ORDER and m <= _MOST_ANY_ORDER


def assign_any_order(left: Ints, right: Ints, told: Told, close: Closeness) -> Pairs:
    """Exact matching in any order; arguments as ``match_in_order``.

    best[i, taken] is the worth of the first i left calls when the right calls in the bit set ``taken`` may be used.
    """
    n, m, islands = left.shape[1], right.shape[1], len(left)
    best = np.zeros((n + 1, 1 << m, islands), np.int64)
    there = told.at(right)
    sets = np.arange(1 << m)
    worth = np.stack([_worth(told.at(left[:, i]), there, close) for i in range(n)])
    for i in range(n):
        best[i + 1] = best[i]
        for j in range(m):
            having = sets[sets >> j & 1 == 1]
            using = best[i, having ^ (1 << j)] + worth[i, j]
            best[i + 1, having] = np.maximum(best[i + 1, having], using)
    return _read_back(best, worth, left, right)


def _read_back(best: Ints, worth: Ints, left: Ints, right: Ints) -> Pairs:
    every = np.arange(len(left))
    taken = np.full(len(left), (1 << right.shape[1]) - 1)
    found = []
    for i in reversed(range(left.shape[1])):
        here = best[i + 1, taken, every]
        open_ = here != best[i, taken, every]
        for j in reversed(range(right.shape[1])):
            has = open_ & (taken >> j & 1 == 1)
            hit = has & (here == best[i, taken & ~(1 << j), every] + worth[i, j])
            k = np.flatnonzero(hit)
            found.append(Pairs(left[k, i], right[k, j]))
            taken = np.where(hit, taken & ~(1 << j), taken)
            open_ &= ~hit
    return join_pairs(found)
