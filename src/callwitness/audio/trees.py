"""Boosted trees as arrays: what LightGBM learned, without LightGBM.

All rows walk all trees together, one level at a time. A leaf is its own child, so a row that has arrived stays where it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

_CELLS: Final = 60_000  # rows x trees walked at once: they fit the cache


@dataclass(frozen=True, slots=True)
class Trees:
    """Trees of one model, node after node.

    feature, threshold: (nodes) a row goes right when its feature is greater than the threshold. children: (2 * nodes) left
    and right. value: (nodes) what a leaf adds. roots: (trees) the first node of each; tree i speaks for output i % outputs.
    """

    feature: NDArray[np.int32]
    threshold: NDArray[np.float32]
    children: NDArray[np.int32]
    value: NDArray[np.float32]
    roots: NDArray[np.int32]
    depth: int
    outputs: int

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]], prefix: str = "") -> Self:
        """Of the arrays that ``to_arrays`` gave, for instance an opened .npz."""
        depth, outputs = (int(number) for number in arrays[f"{prefix}shape"])
        children = arrays[f"{prefix}children"].astype(np.int32)
        return cls(
            feature=arrays[f"{prefix}feature"].astype(np.int32),
            threshold=arrays[f"{prefix}threshold"].astype(np.float32),
            children=children + np.arange(len(children), dtype=np.int32) // 2,
            value=arrays[f"{prefix}value"].astype(np.float32),
            roots=arrays[f"{prefix}roots"].astype(np.int32),
            depth=depth,
            outputs=outputs,
        )

    def to_arrays(self, prefix: str = "") -> dict[str, NDArray[np.generic]]:
        """To be kept in an .npz; children are counted from their parent, so they are small numbers."""
        steps = self.children - np.arange(len(self.children), dtype=np.int32) // 2
        return {
            f"{prefix}feature": self.feature.astype(np.uint16),
            f"{prefix}threshold": self.threshold,
            f"{prefix}children": steps.astype(np.uint16),
            f"{prefix}value": self.value,
            f"{prefix}roots": self.roots,
            f"{prefix}shape": np.array([self.depth, self.outputs], np.int32),
        }

    def scores(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n, outputs) sums of leaves, before any link function, of (n, features) without gaps."""
        size = max(1, _CELLS // max(1, len(self.roots)))
        parts = [self._walk(rows[first : first + size]) for first in range(0, len(rows), size)]
        return np.concatenate(parts) if parts else np.zeros((0, self.outputs), np.float32)

    def _walk(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        flat = np.ascontiguousarray(rows).ravel()
        start = (np.arange(len(rows), dtype=np.int32) * np.int32(rows.shape[1]))[:, None]
        node = np.repeat(self.roots[None, :], len(rows), axis=0)
        for _ in range(self.depth):
            seen = flat.take(self.feature.take(node) + start)
            node = self.children.take(2 * node + (seen > self.threshold.take(node)))
        leaves = self.value.take(node).reshape(len(rows), -1, self.outputs)
        return np.asarray(leaves.sum(axis=1, dtype=np.float32))


def softmax(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Probabilities along the last axis."""
    grown = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(grown / grown.sum(axis=-1, keepdims=True), np.float32)
