"""One belief over all candidates and nobody."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from callwitness.audio.classes import classify
from callwitness.audio.context import in_context
from callwitness.audio.decide import best, choose, judge, shares
from callwitness.audio.features import RATE, Floats
from callwitness.audio.line import Lesson
from callwitness.audio.recurring import Print
from callwitness.audio.tests.sounds import measure, noisy, said, tune
from callwitness.audio.trace import Side, Trace


def test_shares_are_one_together() -> None:
    told, nobody = shares(np.array([3.0, -1.0, 700.0]), 0.8, -1.0)
    assert told.sum() + nobody == pytest.approx(1)
    assert shares(np.zeros(0), 0.8, -1.0)[1] == 1.0


def test_two_weak_moments_of_one_answer_beat_a_stronger_one_elsewhere() -> None:
    at, share = best(np.array([3.0, 20.0, 20.4]), np.array([0.4, 0.3, 0.25]))
    assert at == 20.0
    assert share == pytest.approx(0.55)


@pytest.mark.parametrize("company", [0, 5])
def test_probability_rises_with_belief(company: int) -> None:
    told = [judge().probability(share, company) for share in np.linspace(0, 1, 50)]
    assert told == sorted(told)
    assert 0 < told[0] < told[-1] < 1


def test_the_models_are_small() -> None:
    folder = resources.files("callwitness.audio") / "models"
    assert sum(Path(str(model)).stat().st_size for model in folder.iterdir()) < 4_000_000


def _trace(sound: Floats) -> Trace:
    measures = measure(sound)
    classes = classify(in_context(measures.blocks))
    side = Side(measures.blocks.astype(np.float16), classes, measures.energy.astype(np.float16))
    heard = Print(measures.marks, measures.bands, classes.argmax(axis=1).astype(np.uint8))
    return Trace(Path("call.wav"), len(sound) / RATE, "mono", None, None, side, None, heard, measures.tones)


def _lesson(trace: Trace, greetings: list[float]) -> Lesson:
    blocks = len(trace.answering.blocks)
    return Lesson(np.zeros(blocks, np.float32), np.zeros(blocks, np.float32), 0, greetings=greetings)


def test_music_alone_is_nobody() -> None:
    trace = _trace(noisy(tune(40, 3), 0.002, 1))
    choice = choose(trace, _lesson(trace, []))
    assert choice.human_voice_s is None
    assert choice.connect_s is None
    assert 0 < choice.confidence < 1


def test_a_greeting_that_a_person_marked_is_the_answer() -> None:
    trace = _trace(np.concatenate([tune(10, 3), said("speech", 12, "agent")]))
    choice = choose(trace, _lesson(trace, [10.02]))
    assert (choice.status, choice.human_voice_s) == ("answered", 10.02)


def test_candidates_are_few_and_the_best_first() -> None:
    trace = _trace(np.concatenate([tune(10, 3), said("speech", 30, "agent")]))
    weights = [candidate.weight for candidate in choose(trace, _lesson(trace, [])).candidates]
    assert weights == sorted(weights, reverse=True)
    assert 1 <= len(weights) <= 10
