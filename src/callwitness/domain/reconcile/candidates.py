"""Pairs that could be: used on the few calls that the caller's number did not pair.

All (left, right) with one key and starts close together are listed; conditions strike most of them out; what is
left is decided by mutual best, or only taken where there is no choice at all.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from callwitness.domain.reconcile.columns import Ints, Mask
from callwitness.domain.reconcile.pairs import Pairs

_CROWD: Final = 60
_MOST_CANDIDATES: Final = 20_000_000


class Candidates(NamedTuple):
    """Possible pairs, as rows of the two sides."""

    left: Ints
    right: Ints

    def where(self, mask: Mask) -> Candidates:
        """Those that meet a condition."""
        return Candidates(self.left[mask], self.right[mask])


def near_in_time(
    left_key: Ints, left_start: Ints, right_key: Ints, right_start: Ints, before: int, after: int
) -> Candidates:
    """All pairs of positions with equal key and ``-before <= right start - left start <= after`` (ms)."""
    if not len(left_key) or not len(right_key):
        return Candidates(np.zeros(0, np.int64), np.zeros(0, np.int64))
    keys = _distinct(np.concatenate([left_key, right_key]))
    first = min(int(left_start.min()), int(right_start.min())) - before
    span = max(int(left_start.max()), int(right_start.max())) + after + before + 1 - first
    right_at = np.searchsorted(keys, right_key) * span + right_start - first
    order = np.argsort(right_at, kind="stable")
    right_at = right_at[order]
    left_at = np.searchsorted(keys, left_key) * span + left_start - first
    low = np.searchsorted(right_at, left_at - before, side="left")
    many = np.searchsorted(right_at, left_at + after, side="right") - low
    many = _not_too_crowded(many)
    i = np.repeat(np.arange(len(left_key)), many)
    j = np.arange(int(many.sum())) - np.repeat(np.cumsum(many) - many, many) + np.repeat(low, many)
    return Candidates(i, order[j])


def _distinct(keys: Ints) -> Ints:
    """Sorted distinct keys; by sorting, which for integers is much faster than numpy's hashing ``unique``."""
    ordered = np.sort(keys)
    distinct: Ints = ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])]
    return distinct


def _not_too_crowded(many: Ints) -> Ints:
    """Calls with a crowd of candidates get none: no condition would leave one that can be trusted."""
    many = np.where(many > _CROWD, 0, many)
    if int(many.sum()) <= _MOST_CANDIDATES:
        return many
    calmest = np.argsort(many, kind="stable")
    spent = np.cumsum(many[calmest])
    many[calmest[spent > _MOST_CANDIDATES]] = 0
    return many


def mutual_best(found: Candidates, cost: npt.NDArray[np.float64]) -> Pairs:
    """One-to-one pairs: each the cheapest choice of both its calls; then again among what remains."""
    order = np.lexsort((found.right, found.left, cost))
    left, right = found.left[order], found.right[order]
    pairs: list[tuple[Ints, Ints]] = []
    while len(left):
        best_left = np.zeros(len(left), bool)
        best_left[np.unique(left, return_index=True)[1]] = True
        best_right = np.zeros(len(right), bool)
        best_right[np.unique(right, return_index=True)[1]] = True
        taken = best_left & best_right
        pairs.append((left[taken], right[taken]))
        rest = ~np.isin(left, left[taken]) & ~np.isin(right, right[taken])
        left, right = left[rest], right[rest]
    if not pairs:
        return Pairs(found.left, found.right)
    return Pairs(np.concatenate([p[0] for p in pairs]), np.concatenate([p[1] for p in pairs]))


def without_choice(found: Candidates) -> Pairs:
    """Only pairs of which each call has no other candidate."""
    _, left_index, left_count = np.unique(found.left, return_inverse=True, return_counts=True)
    _, right_index, right_count = np.unique(found.right, return_inverse=True, return_counts=True)
    alone = (left_count[left_index] == 1) & (right_count[right_index] == 1)
    return Pairs(found.left[alone], found.right[alone])
