"""Recordings of simulated calls: ringing, hold music and speech-like sound, so that players and waveforms have something to show.

Nobody speaks in them. Speech is made of harmonics under moving formants, in syllables and phrases with pauses; two
voices take turns.
"""

from __future__ import annotations

import io
import wave
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

RATE: Final = 8_000
"""Samples a second, as on a telephone line."""

Sound = npt.NDArray[np.float64]
Span = tuple[str, float]
"""What is heard (ringback | music | speech | announcement | silence) and for how many seconds."""

_CHORDS: Final = ((220.0, 277.2, 329.6), (196.0, 246.9, 293.7))
_VOWELS: Final = ((730, 1090, 2440), (270, 2290, 3010), (300, 870, 2240), (530, 1840, 2480), (570, 840, 2410))
_VOICES: Final = (118.0, 196.0)
_LOUDEST: Final = 0.6


def recording(spans: Sequence[Span], seed: str) -> bytes:
    """A mono WAV file, 16 bit, of the spans one after another; same seed, same bytes."""
    rng = np.random.default_rng(list(seed.encode()))
    parts = [_sound(kind, max(0, round(seconds * RATE)), rng) for kind, seconds in spans]
    sound = np.concatenate(parts) if parts else np.zeros(0)
    sound = sound + rng.normal(0, 0.002, sound.size)
    samples = (np.clip(sound, -1, 1) * 32_767).astype("<i2")
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    return target.getvalue()


def _sound(kind: str, count: int, rng: np.random.Generator) -> Sound:
    if kind == "ringback":
        return _ringback(count)
    if kind == "music":
        return _music(count)
    if kind == "announcement":
        return _voice(count, _VOICES[1], rng) if count else np.zeros(0)
    if kind == "speech":
        return _talk(count, rng)
    return np.zeros(count)


def _ringback(count: int) -> Sound:
    """425 Hz, a second on and four off."""
    seconds = np.arange(count) / RATE
    return np.where(seconds % 5 < 1, 0.25 * np.sin(2 * np.pi * 425 * seconds), 0.0)


def _music(count: int) -> Sound:
    """Two chords in turn, two seconds each, struck every half second."""
    seconds = np.arange(count) / RATE
    struck = np.exp(-3 * (seconds % 0.5))
    chords = [sum(np.sin(2 * np.pi * tone * seconds) for tone in chord) for chord in _CHORDS]
    return 0.14 * struck * np.where(seconds % 4 < 2, chords[0], chords[1])


def _talk(count: int, rng: np.random.Generator) -> Sound:
    """Two voices in turn, two to six seconds each, with a breath between."""
    parts: list[Sound] = []
    left, turn = count, 0
    while left > 0:
        said = min(left, int(rng.uniform(2, 6) * RATE))
        breath = min(left - said, int(rng.uniform(0.2, 0.9) * RATE))
        parts += [_voice(said, _VOICES[turn % 2], rng), np.zeros(breath)]
        left -= said + breath
        turn += 1
    return np.concatenate(parts) if parts else np.zeros(0)


def _voice(count: int, pitch: float, rng: np.random.Generator) -> Sound:
    """Harmonics of a moving pitch under formants that change with every syllable, about four a second."""
    syllables = max(2, int(count / RATE * 4) + 1)
    at = np.linspace(0, syllables - 1, count)
    glide = np.interp(at, np.arange(syllables), pitch * rng.uniform(0.88, 1.16, syllables))
    phase = 2 * np.pi * np.cumsum(glide) / RATE
    vowels = np.array(_VOWELS, dtype=float)[rng.integers(0, len(_VOWELS), syllables)]
    formants = [np.interp(at, np.arange(syllables), vowels[:, place]) for place in range(3)]
    sound = np.zeros(count)
    for harmonic in range(1, int(RATE / 2.4 / pitch)):
        tone = harmonic * glide
        near = sum(
            np.exp(-(((tone - formant) / width) ** 2))
            for formant, width in zip(formants, (90, 130, 180), strict=True)
        )
        sound += (near + 0.03) * np.sin(harmonic * phase) / harmonic**0.4
    loud = np.where(rng.random(syllables) < 0.12, 0.05, rng.uniform(0.5, 1.0, syllables))
    shape = np.interp(at, np.arange(syllables), loud) * (0.55 - 0.45 * np.cos(2 * np.pi * at))
    peak = float(np.abs(sound * shape).max(initial=0.0)) or 1.0
    return sound * shape * (_LOUDEST / peak)
