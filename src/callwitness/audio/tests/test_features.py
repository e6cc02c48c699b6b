"""Measures of a recording: the same however it was cut, and finite for any sound."""

from __future__ import annotations

import numpy as np
import pytest

from callwitness.audio.context import NAMES, in_context, in_context_by_parts
from callwitness.audio.features import MEASURES, RATE, Floats, Meter
from callwitness.audio.tests.sounds import measure, said, tune


def test_chunks_do_not_show() -> None:
    sound = np.concatenate([tune(20, 1), said("speech", 25, "a")])
    whole = measure(sound)
    meter = Meter()
    for part in np.split(sound, [7, 1000, 77_777, 77_778, 200_001]):
        meter.feed(part)
    cut = meter.finish()
    np.testing.assert_allclose(cut.blocks, whole.blocks, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(cut.energy, whole.energy, atol=1e-3)
    assert (cut.bands == whole.bands).mean() > 0.999
    assert cut.marks.words.tolist() == whole.marks.words.tolist()
    assert cut.marks.at.tolist() == whole.marks.at.tolist()


@pytest.mark.parametrize("samples", [0, 1, 79, 800, 801, 1600, 8000 * 17 + 3])
def test_blocks_cover_the_sound(samples: int) -> None:
    measures = measure(np.full(samples, 0.01, np.float32))
    blocks = max(1, -(-samples // 800))
    assert measures.blocks.shape == (blocks, len(MEASURES))
    assert len(measures.bands) == 5 * blocks
    assert abs(len(measures.energy) - samples // 80) <= 1
    assert np.isfinite(measures.blocks).all()
    assert np.isfinite(measures.energy).all()


@pytest.mark.parametrize("sound", [np.zeros(24_000), np.ones(24_000), np.tile([1, -1], 12_000)], ids=str)
def test_extremes_are_finite(sound: Floats) -> None:
    measures = measure(sound.astype(np.float32))
    context = in_context(measures.blocks)
    assert context.shape == (30, len(NAMES))
    assert np.isfinite(context).all()


@pytest.mark.parametrize("blocks", [1, 6000, 6001, 13_000])
def test_long_recordings_are_put_in_context_by_parts(blocks: int) -> None:
    measured = np.random.default_rng(blocks).normal(size=(blocks, len(MEASURES))).astype(np.float32)
    parts = list(in_context_by_parts(measured))
    assert max(len(part) for part in parts) <= 6000
    assert np.allclose(np.concatenate(parts), in_context(measured), atol=1e-5)


def test_what_tells_music_from_speech() -> None:
    music, speech = (
        measure(tune(20, 3)).blocks.mean(axis=0),
        measure(said("speech", 20, "b")).blocks.mean(axis=0),
    )
    stays, dips = MEASURES.index("stays_120ms"), MEASURES.index("dips")
    assert music[stays] > speech[stays]
    assert speech[dips] > music[dips]


def test_pitch_of_a_voice() -> None:
    at = np.arange(3 * RATE) / RATE
    partials = np.arange(1, 20)[:, None]
    buzz = (0.1 * np.sin(2 * np.pi * 120 * partials * at) / partials).sum(axis=0).astype(np.float32)
    blocks = measure(buzz).blocks[3:-3]
    pitch = np.exp(blocks[:, MEASURES.index("pitch")])
    assert np.abs(pitch - 120).max() < 6
    assert blocks[:, MEASURES.index("voicing")].min() > 0.8


def test_energy_rises_where_a_sound_begins() -> None:
    sound = np.concatenate([np.zeros(RATE), said("speech", 1, "c")]).astype(np.float32)
    energy = measure(sound).energy
    assert abs(int(np.argmax(energy > energy.min() + 20)) - 100) <= 3
