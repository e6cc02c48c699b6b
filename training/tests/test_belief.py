"""Scores become probabilities."""

from __future__ import annotations

import numpy as np

from training.belief import Scored, choice, fit_belief, fit_curve
from training.scores import calibration_error


def _calls(count: int) -> list[Scored]:
    """Candidates at 0, 5 ... 45 s; the right one scores 3 higher on average; a third of the calls have nobody."""
    rng = np.random.default_rng(7)
    made = []
    for number in range(count):
        scores = rng.normal(-3, 1.5, 10)
        answered = number % 3 > 0
        if answered:
            scores[4] += 5
        made.append(Scored(np.arange(10) * 5.0, scores, 20.1 if answered else None))
    return made


def test_belief_finds_the_answer_and_nobody() -> None:
    calls = _calls(300)
    slope, nobody = fit_belief(calls)
    right = [
        at == (None if call.answer_at is None else 20.0)
        for call, (at, _) in zip(calls, (choice(call, slope, nobody) for call in calls), strict=True)
    ]
    assert np.mean(right) > 0.85


def test_the_curve_is_the_share_of_right_ones() -> None:
    rng = np.random.default_rng(8)
    beliefs = rng.uniform(0, 1, 4000)
    right = rng.uniform(0, 1, 4000) < beliefs**2  # overconfident
    curve = fit_curve(beliefs, right, np.ones(4000))
    assert (np.diff(curve) >= 0).all()
    assert calibration_error(np.interp(beliefs, *curve), right) < 0.03
    assert calibration_error(beliefs, right) > 0.1
