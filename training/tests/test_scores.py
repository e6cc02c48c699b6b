"""The figures."""

from __future__ import annotations

import numpy as np
import pytest

from training.scores import interval, is_right, score, surest
from training.truth import Label, right

CALLS: list[Label] = [
    {"file": "a", "line": "1", "answer_at": 10.0},
    {"file": "b", "line": "1", "answer_at": 10.0},
    {"file": "c", "line": "2", "answer_at": None},
    {"file": "d", "line": "2", "answer_at": None},
    {"file": "e", "line": "3", "answer_at": 5.0},
]
SAID = {"a": 10.4, "b": 10.8, "c": None, "d": 3.0, "e": None}


def test_every_figure() -> None:
    found = score(CALLS, SAID)
    assert (found.within_05, found.within_1) == (pytest.approx(1 / 3), pytest.approx(2 / 3))
    assert (found.false_answer, found.missed_answer) == (0.5, pytest.approx(1 / 3))
    assert found.ok05 == pytest.approx(2 / 5)
    assert found.median_s == pytest.approx(0.6)


def test_right_means_half_a_second_or_nobody() -> None:
    assert [is_right(call, SAID[call["file"]]) for call in CALLS] == [True, False, True, False, False]


def test_the_interval_holds_the_figure() -> None:
    low, high = interval(CALLS, lambda drawn: score(drawn, SAID).ok05)
    assert low < 0.4 < high


def test_the_surest_are_counted_alone() -> None:
    assert surest(np.array([0.9, 0.1, 0.8, 0.2]), np.array([True, False, True, False]), 0.5) == 1.0


def test_a_candidate_is_right_near_the_answer_only() -> None:
    assert right(CALLS[0], np.array([2.0, 9.7, 9.9, 10.1])).tolist() == [False, False, True, True]
    assert right(CALLS[0], np.array([2.0, 9.7])).tolist() == [False, True]
    assert not right(CALLS[2], np.array([2.0, 9.7])).any()
