"""Moments when an answer may begin."""

from __future__ import annotations

import numpy as np

from callwitness.audio.candidates import moments
from callwitness.audio.features import Floats


def _scene(
    seconds: float, starts_s: float, floor: float = -60, voice: float = -20
) -> tuple[Floats, Floats, Floats, Floats]:
    """classes, known, energy, onset of a silence with speech from one moment on."""
    blocks = round(seconds * 10)
    classes = np.zeros((blocks, 5), np.float32)
    classes[:, 0] = 1
    classes[round(starts_s * 10) :] = (0, 0, 0, 1, 0)
    energy = np.full(blocks * 10, floor, np.float32)
    energy[round(starts_s * 100) :] = voice
    return classes, np.zeros(blocks, np.float32), energy, np.full(blocks, -5, np.float32)


def test_the_first_word_is_told_to_a_few_hundredths() -> None:
    classes, known, energy, onset = _scene(20, 7.3)
    energy[734:] = -20
    energy[730:734] = -60  # the word begins 40 ms into its block
    times = moments(classes, known, energy, onset)
    assert np.abs(times - 7.34).min() <= 0.03


def test_speech_that_goes_on_when_a_prompt_ends_is_a_moment() -> None:
    classes, known, energy, onset = _scene(20, 0, voice=-20)
    known[:80] = 1
    times = moments(classes, known, energy, onset)
    assert np.abs(times - 8.0).min() <= 0.11


def test_the_network_may_point_where_nothing_else_does() -> None:
    classes, known, energy, onset = _scene(20, 0)
    onset[120] = 3
    assert np.abs(moments(classes, known, energy, onset) - 12.0).min() <= 0.11


def test_moments_rise_and_keep_apart() -> None:
    rng = np.random.default_rng(5)
    classes = rng.dirichlet(np.ones(5), 3000).astype(np.float32)
    energy = rng.normal(-30, 12, 30_000).astype(np.float32)
    times = moments(
        classes, rng.uniform(0, 1, 3000).astype(np.float32), energy, rng.normal(0, 1, 3000).astype(np.float32)
    )
    assert len(times) > 100
    assert (np.diff(times) >= 0.1).all()
    assert 0 <= times[0] <= times[-1] <= 300


def test_a_fifth_of_a_second_has_its_start() -> None:
    classes, known, energy, onset = _scene(0.2, 0)
    assert moments(classes, known, energy, onset)[0] == 0
