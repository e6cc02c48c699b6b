"""One-to-one matching of two lists of calls with the same key (caller): the innermost part.

Both lists are laid into one and sorted by key, then time. Where the key changes or the gap is wider than the window
nothing can match across: the calls between two such cuts are an *island*. Nearly all islands hold one call of each
side and are a pair at once. The rest (redials, doubled records) are solved exactly (``alignment``), all islands of
one shape (n calls left, m right) together.

The sort is the cost. Key and time are packed into one unsigned 64-bit integer, which numpy sorts several times
faster than two columns; a day of milliseconds takes 27 bits, so work is cut into days by the caller (``match``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from callwitness.domain.reconcile.alignment import (
    Closeness,
    Told,
    assign_any_order,
    fits_any_order,
    match_in_order,
)
from callwitness.domain.reconcile.columns import CallColumns, Ints, Mask
from callwitness.domain.reconcile.pairs import Pairs, join_pairs, no_pairs

_LONGEST_ISLAND: Final = 512


@dataclass(frozen=True, slots=True)
class Laid:
    """Calls of both sides in one list, sorted by key and time, cut into islands.

    row: row in left, or len(left) + row in right. starts: first position of each island. lefts, rights: calls of
    each side in it.
    """

    row: Ints
    time: Ints
    is_right: Mask
    starts: Ints
    lefts: Ints
    rights: Ints


def order_by_key_and_time(key: Ints, time: Ints, *, coarse: bool = False) -> Ints:
    """Rows sorted by key, then time, then row. ``coarse``: time may be kept to a few bits less than all."""
    low, first = key.min(), time.min()
    key_bits = int(key.max() - low).bit_length()
    time_bits = int(time.max() - first).bit_length()
    spare = 64 - key_bits - time_bits
    if spare < 0 and not (coarse and key_bits < 45):
        _, ranks = np.unique(key, return_inverse=True)
        return (
            np.lexsort((time, ranks))
            if len(key).bit_length() + time_bits > 64
            else _packed(ranks, time - first)
        )
    return _packed(key - low, (time - first) >> max(0, -spare))


def _packed(key: Ints, time: Ints) -> Ints:
    bits = np.uint64(int(time.max()).bit_length())
    packed = (key.astype(np.uint64) << bits) | time.astype(np.uint64)
    order = np.argsort(packed)
    sorted_ = packed[order]
    same = sorted_[1:] == sorted_[:-1]
    if same.any():  # the fast sort is not stable: equal ones are put in order of row
        tied = np.concatenate([[False], same]) | np.concatenate([same, [False]])
        run = np.cumsum(np.concatenate([[True], ~same]))[tied]
        rows = order[tied]
        order[tied] = rows[np.lexsort((rows, run))]
    return order


def lay_out(
    left_key: Ints, left_time: Ints, right_key: Ints, right_time: Ints, gap: int, coarse: bool = False
) -> Laid:
    """Both sides in one sorted list, cut where the key changes or the time jumps by more than ``gap`` ms."""
    key = np.concatenate([left_key, right_key])
    time = np.concatenate([left_time, right_time])
    row = order_by_key_and_time(key, time, coarse=coarse)
    key, time = key[row], time[row]
    is_right = row >= len(left_key)
    cut = np.ones(len(row), bool)
    cut[1:] = (key[1:] != key[:-1]) | (time[1:] - time[:-1] > gap)
    starts = np.flatnonzero(cut)
    rights = np.add.reduceat(is_right, starts, dtype=np.int64)
    lefts = np.diff(np.append(starts, len(row))) - rights
    return Laid(row, time, is_right, starts, lefts, rights)


def single_pairs(laid: Laid, n_left: int, own: Mask | None = None) -> Pairs:
    """Pairs of the islands with one call of each side."""
    one_each = (laid.lefts == 1) & (laid.rights == 1)
    at = laid.starts[one_each if own is None else one_each & own]
    first, second = laid.row[at], laid.row[at + 1]
    return Pairs(np.minimum(first, second), np.maximum(first, second) - n_left)


def match_islands(
    left: CallColumns, right: CallColumns, close: Closeness, own: tuple[int, int] | None = None
) -> Pairs:
    """The best one-to-one pairs of calls with equal party and starts no further apart than the window.

    ``own``: only islands whose first start lies in [from, to). Withheld parties (0) must not be passed in.
    """
    if not len(left) or not len(right):
        return no_pairs()
    laid = lay_out(left.party, left.start, right.party, right.start, close.window)
    mine = None
    if own is not None:
        first = laid.time[laid.starts]
        mine = (first >= own[0]) & (first < own[1])
    parts = [single_pairs(laid, len(left), mine)]
    crowded = (laid.lefts > 0) & (laid.rights > 0) & (laid.lefts + laid.rights > 2)
    if mine is not None:
        crowded &= mine
    if crowded.any():
        total = np.concatenate([left.total, right.total])[laid.row]
        talk = np.concatenate([left.talk, right.talk])[laid.row]
        solved = _solve(laid, np.flatnonzero(crowded), Told(laid.time, total, talk), close)
        parts += [Pairs(laid.row[one.left], laid.row[one.right] - len(left)) for one in solved]
    return join_pairs(parts)


def _solve(laid: Laid, crowded: Ints, told: Told, close: Closeness) -> list[Pairs]:
    """Pairs as positions in the laid list, for all crowded islands, shape by shape."""
    starts, lefts, rights = _cut_long(laid, crowded)
    shape = (lefts << 20) | rights
    solved = []
    for one in np.unique(shape):
        same = shape == one
        n, m = int(one) >> 20, int(one) & 0xFFFFF
        positions = starts[same][:, None] + np.arange(n + m)
        side = np.argsort(laid.is_right[positions], axis=1, kind="stable")
        positions = np.take_along_axis(positions, side, 1)
        solve = assign_any_order if close.slack and fits_any_order(n, m) else match_in_order
        solved.append(solve(positions[:, :n], positions[:, n:], told, close))
    return solved


def _cut_long(laid: Laid, crowded: Ints) -> tuple[Ints, Ints, Ints]:
    """Islands as (start, lefts, rights); one longer than the limit (a dialling robot) is cut at its widest gaps."""
    starts, lefts, rights = laid.starts[crowded], laid.lefts[crowded], laid.rights[crowded]
    long = np.flatnonzero(lefts + rights > _LONGEST_ISLAND)
    if not len(long):
        return starts, lefts, rights
    pieces = [_halve(laid, int(starts[i]), int(starts[i] + lefts[i] + rights[i])) for i in long]
    cuts = np.array([piece for found in pieces for piece in found], np.int64).reshape(-1, 2)
    in_piece = np.array([int(laid.is_right[a:b].sum()) for a, b in cuts], np.int64)
    size = cuts[:, 1] - cuts[:, 0]
    both = (in_piece > 0) & (in_piece < size)
    keep = np.ones(len(starts), bool)
    keep[long] = False
    return (
        np.concatenate([starts[keep], cuts[both, 0]]),
        np.concatenate([lefts[keep], (size - in_piece)[both]]),
        np.concatenate([rights[keep], in_piece[both]]),
    )


def _halve(laid: Laid, first: int, end: int) -> list[tuple[int, int]]:
    if end - first <= _LONGEST_ISLAND:
        return [(first, end)]
    quarter = (end - first) // 4
    gaps = np.diff(laid.time[first + quarter - 1 : end - quarter])
    middle = first + quarter + int(np.argmax(gaps))
    return _halve(laid, first, middle) + _halve(laid, middle, end)
