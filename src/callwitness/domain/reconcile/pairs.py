"""Pairs of rows: what every step of matching gives to the next."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from callwitness.domain.reconcile.columns import Ints


class Pairs(NamedTuple):
    """Row numbers of paired calls: ``left[i]`` goes with ``right[i]``."""

    left: Ints
    right: Ints


def no_pairs() -> Pairs:
    """An empty result."""
    return Pairs(np.zeros(0, np.int64), np.zeros(0, np.int64))


def join_pairs(parts: list[Pairs]) -> Pairs:
    """All pairs of several results."""
    if not parts:
        return no_pairs()
    return Pairs(np.concatenate([p.left for p in parts]), np.concatenate([p.right for p in parts]))
