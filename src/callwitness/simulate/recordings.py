"""Recordings of simulated calls: ringing, hold music and speech-like sound, so that players and waveforms have something to show.

Nobody speaks in them, unless whoever asks for one brings voices (``Speak``). Speech is made of harmonics under moving
formants, in syllables and phrases with pauses; two voices take turns, the answering side's first.
"""

from __future__ import annotations

import io
import wave
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

RATE: Final = 8_000
"""Samples a second, as on a telephone line."""

Sound = npt.NDArray[np.float64]
Span = tuple[str, float]
"""What is heard (ringback | busy | music | speech | caller | announcement | silence) and for how many seconds.

``announcement:NAME`` sounds alike in every recording; caller: the caller speaks alone."""
Speak = Callable[[str, int, np.random.Generator], Sound]
"""Real voices: who speaks (operator | caller | NAME of an announcement), how many samples, chance: that many samples."""

_CHORDS: Final = ((220.0, 277.2, 329.6), (196.0, 246.9, 293.7))
_VOWELS: Final = ((730, 1090, 2440), (270, 2290, 3010), (300, 870, 2240), (530, 1840, 2480), (570, 840, 2410))
_VOICES: Final = (118.0, 196.0)
_LOUDEST: Final = 0.6


def recording(spans: Sequence[Span], seed: str, *, stereo: bool = False, speak: Speak | None = None) -> bytes:
    """A WAV file, 16 bit, of the spans one after another; same seed, same bytes.

    stereo: the caller on the left, the side called on the right; else both in one channel.
    """
    rng = np.random.default_rng(list(seed.encode()))
    parts = [_sides(kind, max(0, round(seconds * RATE)), rng, speak or _speak) for kind, seconds in spans]
    sides = np.concatenate(parts, axis=1) if parts else np.zeros((2, 0))
    sound = sides if stereo else sides.sum(axis=0, keepdims=True)
    sound = sound + rng.normal(0, 0.002, sound.shape)
    samples = (np.clip(sound, -1, 1) * 32_767).astype("<i2")
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(len(samples))
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.T.tobytes())
    return target.getvalue()


def _sides(kind: str, count: int, rng: np.random.Generator, speak: Speak) -> Sound:
    """Two rows: the caller, and the side called."""
    near, far = np.zeros(count), np.zeros(count)
    name = kind.partition(":")[2]
    if kind == "ringback":
        far = _tone(count, 1, 5)
    elif kind == "busy":
        far = _tone(count, 0.35, 0.7)
    elif kind == "music":
        far = _music(count)
    elif kind.startswith("announcement") and count:
        chance = np.random.default_rng(list(name.encode())) if name else rng
        far = speak(name or "announcement", count, chance)
    elif kind == "caller" and count:
        near = speak("caller", count, rng)
    elif kind == "speech":
        near, far = _talk(count, rng, speak)
    return np.stack([near, far])


def _tone(count: int, on: float, period: float) -> Sound:
    """425 Hz, so many seconds of each period: ringing is 1 of 5, busy 0.35 of 0.7."""
    seconds = np.arange(count) / RATE
    return np.where(seconds % period < on, 0.25 * np.sin(2 * np.pi * 425 * seconds), 0.0)


def _music(count: int) -> Sound:
    """Two chords in turn, two seconds each, struck every half second."""
    seconds = np.arange(count) / RATE
    struck = np.exp(-3 * (seconds % 0.5))
    chords = [sum(np.sin(2 * np.pi * tone * seconds) for tone in chord) for chord in _CHORDS]
    return 0.14 * struck * np.where(seconds % 4 < 2, chords[0], chords[1])


def _talk(count: int, rng: np.random.Generator, speak: Speak) -> tuple[Sound, Sound]:
    """Two sides in turn, two to six seconds each, with a breath between; the side called begins."""
    sides = np.zeros(count), np.zeros(count)
    at, turn = 0, 1
    while at < count:
        said = min(count - at, int(rng.uniform(2, 6) * RATE))
        sides[turn][at : at + said] = speak(("caller", "operator")[turn], said, rng)
        at += said + int(rng.uniform(0.2, 0.9) * RATE)
        turn = 1 - turn
    return sides


def _speak(who: str, count: int, rng: np.random.Generator) -> Sound:
    """A made-up voice: the callers' is higher."""
    return _voice(count, _VOICES[who == "caller"], rng)


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
