"""Sound made for tests: syllables of a voice, tunes, ringing; a seed, so that the same text can be said twice."""

from __future__ import annotations

import io
import subprocess

import numpy as np
import soundfile
import soxr

from callwitness.audio.features import RATE, Floats, Measures, Meter
from callwitness.audio.recurring import Print
from callwitness.simulate.recordings import recording


def said(kind: str, seconds: float, seed: str) -> Floats:
    """``kind`` as in ``simulate.recordings``: ringback, music, speech, announcement or silence."""
    samples, _ = soundfile.read(io.BytesIO(recording([(kind, seconds)], seed)), dtype="float32")
    return np.asarray(samples, np.float32)


def tune(seconds: float, seed: int) -> Floats:
    """Notes of chance, each of three partials."""
    rng = np.random.default_rng(seed)
    notes: list[Floats] = []
    while sum(len(note) for note in notes) < seconds * RATE:
        at = np.arange(round(rng.uniform(0.15, 0.6) * RATE)) / RATE
        pitch = 220 * 2 ** (rng.integers(0, 24) / 12)
        partials = np.sin(2 * np.pi * pitch * np.outer((1, 2, 3), at)) / [[1], [2], [3]]
        notes.append((0.15 * partials.sum(axis=0) * np.exp(-2 * at)).astype(np.float32))
    return np.concatenate(notes)[: round(seconds * RATE)].astype(np.float32)


def noisy(sound: Floats, level: float, seed: int) -> Floats:
    """With hiss over it and a little quieter: the same sound on another call."""
    rng = np.random.default_rng(seed)
    return (0.8 * sound + rng.normal(0, level, len(sound))).astype(np.float32)


def measure(sound: Floats) -> Measures:
    """Measured in one piece."""
    meter = Meter()
    meter.feed(sound)
    return meter.finish()


def fingerprint(sound: Floats) -> Print:
    """As pass 1 makes it; every block counts as speech."""
    measures = measure(sound)
    return Print(measures.marks, measures.bands, np.full(len(measures.blocks), 3, np.uint8))


def spoken(text: str, pitch: int) -> Floats:
    """Said by espeak-ng at 8 kHz."""
    told = subprocess.run(
        ["espeak-ng", "--stdout", "-p", str(pitch), text],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
    )
    samples, rate = soundfile.read(io.BytesIO(told.stdout), dtype="float32")
    return np.asarray(soxr.resample(samples, rate, RATE), np.float32)
