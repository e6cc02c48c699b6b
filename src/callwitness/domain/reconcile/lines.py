"""Which own number of one source is which number or trunk of another.

The provider writes the number that was dialled, the exchange what arrived: the same number, another, or a trunk.
The map is learned from sure pairs, may be given by the user, and is printed. Two lines that are both well known and
were never seen together contradict each other; an unknown line contradicts nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from callwitness.domain.reconcile.columns import Codes, Ints, Mask

_WELL_KNOWN: Final = 5
_CHANCE_SHARE: Final = 0.05


@dataclass(frozen=True, slots=True)
class LineMap:
    """left, right: line codes seen together; n: in how many sure pairs (0 = only given); given: said by the user.

    known_left, known_right: codes with enough sure pairs, or given, to be contradicted.
    """

    left: Codes
    right: Codes
    n: Ints
    given: Mask
    known_left: Codes
    known_right: Codes

    def contradicts(self, left: Codes, right: Codes) -> Mask:
        """Row by row: the two lines cannot be of one call."""
        both = np.flatnonzero((left != 0) & (right != 0) & (left != right))
        clash = np.zeros(len(left), bool)
        if not len(both):
            return clash
        a, b = left[both], right[both]
        together = np.isin(_joined(a, b), _joined(self.left, self.right))
        clash[both] = ~together & np.isin(a, self.known_left) & np.isin(b, self.known_right)
        return clash

    def route(self, left: Codes) -> Codes:
        """The right side's line for each left line: the most frequent partner, else the line itself."""
        highest = int(max(left.max(initial=0), self.left.max(initial=0)))
        table = np.arange(highest + 1, dtype=np.int32)
        order = np.lexsort((self.n, self.given))
        table[self.left[order]] = self.right[order]
        return table[left]


def learn_lines(left: Codes, right: Codes, given: list[tuple[int, int]]) -> LineMap:
    """The map from lines of sure pairs, row by row (0 = unknown), and from what the user gave (code, code)."""
    both = (left != 0) & (right != 0)
    joined, n = np.unique(_joined(left[both], right[both]), return_counts=True)
    a, b = (joined >> 32).astype(np.int32), (joined & 0xFFFFFFFF).astype(np.int32)
    by_left = np.bincount(a, weights=n, minlength=1)
    by_right = np.bincount(b, weights=n, minlength=1)
    often = n >= np.maximum(2, _CHANCE_SHARE * np.minimum(by_left[a], by_right[b]))
    often |= (by_left[a] == n) | (by_right[b] == n)
    given_left = np.array([x for x, _ in given], np.int32)
    given_right = np.array([y for _, y in given], np.int32)
    often &= ~np.isin(a, given_left)
    seen = dict(zip(joined.tolist(), n.tolist(), strict=True))
    given_n = np.array([seen.get(int(k), 0) for k in _joined(given_left, given_right)], np.int64)
    return LineMap(
        left=np.concatenate([a[often], given_left]),
        right=np.concatenate([b[often], given_right]),
        n=np.concatenate([n[often].astype(np.int64), given_n]),
        given=np.concatenate([np.zeros(int(often.sum()), bool), np.ones(len(given_left), bool)]),
        known_left=np.concatenate([np.flatnonzero(by_left >= _WELL_KNOWN).astype(np.int32), given_left]),
        known_right=np.concatenate([np.flatnonzero(by_right >= _WELL_KNOWN).astype(np.int32), given_right]),
    )


def _joined(left: Codes, right: Codes) -> Ints:
    return (left.astype(np.int64) << 32) | right.astype(np.int64)
