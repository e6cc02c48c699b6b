"""Callers hidden by forwarding: the exchange writes the virtual number, or its trunk, where the caller should stand.

Such a number is one of the company's own, or it is the caller of more than half of a source's calls while no other
source knows that caller as half as frequent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from callwitness.domain.reconcile.columns import Ints, Mask

_CONSTANT_SHARE: Final = 0.5
_FEWEST: Final = 8


def hidden_callers(parties: Mapping[str, Ints], own: Ints) -> dict[str, Mask]:
    """Per source, which of its inbound callers are hidden. parties: caller keys; own: keys of own numbers."""
    frequent = {name: _most_frequent(keys) for name, keys in parties.items()}
    hidden = {}
    for name, keys in parties.items():
        key, share = frequent[name]
        mask: Mask = np.isin(keys, own) & (keys != 0)
        if share > _CONSTANT_SHARE and not _frequent_elsewhere(key, share, name, parties):
            mask |= keys == key
        hidden[name] = mask
    return hidden


def _most_frequent(keys: Ints) -> tuple[int, float]:
    """The caller with most calls and its share, without withheld ones. Cheap: a majority shows in any sample."""
    known = keys[keys != 0]
    if len(known) < _FEWEST:
        return 0, 0.0
    values, counts = np.unique(known[:: max(1, len(known) // 10_000)], return_counts=True)
    key = int(values[np.argmax(counts)])
    return key, float((known == key).mean())


def _frequent_elsewhere(key: int, share: float, name: str, parties: Mapping[str, Ints]) -> bool:
    others = (keys for other, keys in parties.items() if other != name and len(keys))
    return any(float((keys == key).mean()) > share / 2 for keys in others)
