"""Trees as arrays walk every row to its leaf."""

from __future__ import annotations

import numpy as np
import pytest

from callwitness.audio.trees import Trees, softmax


@pytest.fixture
def stump_and_more() -> Trees:
    """Output 0: x0 > 0.5 ? (x1 > 2 ? 30 : 20) : 10. Output 1: a single leaf of 7."""
    return Trees(
        feature=np.array([0, 0, 1, 0, 0, 0], np.int32),
        threshold=np.array([0.5, 0, 2, 0, 0, 0], np.float32),
        children=np.array([1, 2, 1, 1, 3, 4, 3, 3, 4, 4, 5, 5], np.int32),
        value=np.array([0, 10, 0, 20, 30, 7], np.float32),
        roots=np.array([0, 5], np.int32),
        depth=2,
        outputs=2,
    )


def test_a_row_at_the_threshold_goes_left(stump_and_more: Trees) -> None:
    rows = np.array([[0.5, 9], [0.6, 2], [0.6, 2.1]], np.float32)
    assert stump_and_more.scores(rows).tolist() == [[10, 7], [20, 7], [30, 7]]


def test_many_rows_walk_as_one(stump_and_more: Trees) -> None:
    rows = np.random.default_rng(1).uniform(0, 4, (70_001, 2)).astype(np.float32)
    expected = np.where(rows[:, 0] <= 0.5, 10, np.where(rows[:, 1] <= 2, 20, 30))
    assert (stump_and_more.scores(rows)[:, 0] == expected).all()
    assert stump_and_more.scores(rows[:0]).shape == (0, 2)


def test_arrays_bring_the_same_trees_back(stump_and_more: Trees) -> None:
    back = Trees.from_arrays(stump_and_more.to_arrays("t_"), "t_")
    rows = np.array([[0, 0], [1, 1], [1, 3]], np.float32)
    assert back.scores(rows).tolist() == stump_and_more.scores(rows).tolist()


def test_softmax_of_great_scores_is_finite() -> None:
    assert softmax(np.array([[1000, 1000, -1000]], np.float32)).tolist() == [[0.5, 0.5, 0.0]]
