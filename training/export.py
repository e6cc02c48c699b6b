"""LightGBM's trees as the arrays that ``callwitness.audio.trees`` walks."""

from __future__ import annotations

from typing import Any

import lightgbm
import numpy as np

from callwitness.audio.trees import Trees


def to_trees(booster: lightgbm.Booster) -> Trees:
    """The same model; a row must have no gaps (LightGBM's rules for missing values are not carried over)."""
    nodes: list[tuple[int, float, int, int, float]] = []
    roots, depth = [], 0
    model = booster.dump_model()
    for tree in model["tree_info"]:
        roots.append(len(nodes))
        depth = max(depth, _add(nodes, tree["tree_structure"]))
    feature, threshold, left, right, value = zip(*nodes, strict=True)
    return Trees(
        feature=np.array(feature, np.int32),
        threshold=_rounded_down(np.array(threshold, np.float64)),
        children=np.stack([left, right], axis=1).astype(np.int32).ravel(),
        value=np.array(value, np.float32),
        roots=np.array(roots, np.int32),
        depth=depth,
        outputs=model["num_tree_per_iteration"],
    )


def _add(nodes: list[tuple[int, float, int, int, float]], node: dict[str, Any]) -> int:
    """Append a node and all below it; how many steps lead to its deepest leaf."""
    index = len(nodes)
    if "leaf_value" in node:
        nodes.append((0, 0.0, index, index, node["leaf_value"]))
        return 0
    nodes.append((0, 0.0, 0, 0, 0.0))
    left = len(nodes)
    below_left = _add(nodes, node["left_child"])
    right = len(nodes)
    below_right = _add(nodes, node["right_child"])
    nodes[index] = (node["split_feature"], node["threshold"], left, right, 0.0)
    return 1 + max(below_left, below_right)


def _rounded_down(thresholds: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, np.dtype[np.float32]]:
    """The greatest float32 not above each: a float32 row then falls on the same side as in LightGBM."""
    near = thresholds.astype(np.float32)
    return np.where(near > thresholds, np.nextafter(near, np.float32(-np.inf)), near)
