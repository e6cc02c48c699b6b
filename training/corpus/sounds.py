"""Sounds that are made, not recorded: telephone tones, noise, coughs, keys, music of simple instruments, rooms."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.signal import butter, lfilter

from training.corpus.bank import RATE, Sound

# Ringback by country: frequencies in Hz (sounded together) and the cadence in seconds, sound and silence in turn.
RINGBACK: Final[dict[str, tuple[tuple[float, ...], tuple[float, ...]]]] = {
    "ru": ((425,), (1.0, 4.0)), "ua": ((425,), (1.0, 4.0)), "us": ((440, 480), (2.0, 4.0)),
    "uk": ((400, 450), (0.4, 0.2, 0.4, 2.0)), "de": ((425,), (1.0, 4.0)), "fr": ((440,), (1.5, 3.5)),
    "it": ((425,), (1.0, 4.0)), "es": ((425,), (1.5, 3.0)), "au": ((400, 450), (0.4, 0.2, 0.4, 2.0)),
    "pl": ((425,), (1.0, 4.0)), "se": ((425,), (1.0, 5.0)), "nl": ((425,), (1.0, 4.0)),
}  # fmt: skip
BUSY: Final = {"us": ((480, 620), 0.5), "uk": ((400,), 0.375), "au": ((425,), 0.375), "fr": ((440,), 0.5)}
DTMF: Final = {key: (low, high) for low, row in zip((697, 770, 852, 941), ("123", "456", "789", "*0#"), strict=True)
               for high, key in zip((1209, 1336, 1477), row, strict=True)}  # fmt: skip


def tone(frequencies: tuple[float, ...], seconds: float, level: float = 0.1) -> Sound:
    """Sines together, with 4 ms of fade."""
    at = np.arange(int(seconds * RATE)) / RATE
    wave = np.sum([np.sin(2 * np.pi * hz * at) for hz in frequencies], axis=0) * level
    edge = min(32, len(wave) // 2)
    wave[:edge] *= np.linspace(0, 1, edge)
    wave[len(wave) - edge :] *= np.linspace(1, 0, edge)
    return np.asarray(wave, dtype=np.float32)


def noise(rng: np.random.Generator, size: int, colour: str) -> Sound:
    """Noise of rms 1: white, pink, hum (mains and its harmonics), road (low and slowly moving) or hiss (high)."""
    white = rng.standard_normal(size, dtype=np.float32)
    if colour == "hum":
        at = np.arange(size) / RATE
        mains = rng.choice([50, 60])
        wave = (
            sum(np.sin(2 * np.pi * mains * k * at + rng.uniform(0, 6)) / k for k in (1, 2, 3, 5, 7))
            + 0.1 * white
        )
    elif colour == "pink":
        wave = lfilter([0.0499, -0.0960, 0.0506, -0.0044], [1, -2.4949, 2.0172, -0.5222], white)
    elif colour == "road":
        swell = 1 + 0.5 * np.sin(
            2 * np.pi * rng.uniform(0.05, 0.3) * np.arange(size) / RATE + rng.uniform(0, 6)
        )
        wave = lfilter(*butter(2, 500 / (RATE / 2)), white) * swell
    elif colour == "hiss":
        wave = lfilter(*butter(2, 1500 / (RATE / 2), "high"), white)
    else:
        wave = white
    return np.asarray(wave / max(float(np.std(wave)), 1e-6), dtype=np.float32)


def cough(rng: np.random.Generator) -> Sound:
    """One to three bursts of breath noise with a throat's resonances."""
    parts = []
    for _ in range(rng.integers(1, 4)):
        size = int(rng.uniform(0.12, 0.3) * RATE)
        at = np.arange(size) / size
        burst = rng.standard_normal(size) * np.minimum(1, at * 40) * np.exp(-at * rng.uniform(3, 6))
        voiced = (
            np.sign(np.sin(2 * np.pi * rng.uniform(90, 250) * np.arange(size) / RATE))
            * np.exp(-at * 4)
            * rng.uniform(0, 0.7)
        )
        band = butter(1, np.array([rng.uniform(250, 500), rng.uniform(1400, 2800)]) / (RATE / 2), "band")
        parts += [lfilter(*band, burst + voiced), np.zeros(int(rng.uniform(0.05, 0.3) * RATE))]
    wave = np.concatenate(parts[:-1])
    return np.asarray(wave / max(np.abs(wave).max(), 1e-6) * rng.uniform(0.2, 0.6), dtype=np.float32)


def clicks(rng: np.random.Generator, seconds: float) -> Sound:
    """Keys, a mouse, a bad contact: short damped knocks at random moments."""
    wave = np.zeros(int(seconds * RATE) + 400)
    for _ in range(max(2, int(seconds * rng.uniform(2, 7)))):
        start = rng.integers(0, max(1, len(wave) - 400))
        at = np.arange(400)
        wave[start : start + 400] += (
            np.exp(-at / rng.uniform(8, 60)) * rng.standard_normal(400) * rng.uniform(0.05, 0.4)
        )
    return wave[: int(seconds * RATE)].astype(np.float32)


def melody(rng: np.random.Generator, seconds: float) -> Sound:
    """A tune of a plain instrument over chords: the hold music of many an exchange. Loops after four to sixteen bars."""
    beat = rng.uniform(0.22, 0.5)
    scale = (
        np.array([0, 2, 4, 5, 7, 9, 11, 12]) if rng.random() < 0.6 else np.array([0, 2, 3, 5, 7, 8, 10, 12])
    )
    root = rng.uniform(170, 350)
    partials = 1 / np.arange(1, rng.integers(3, 9)) ** rng.uniform(0.8, 2.5)
    steps = int(rng.integers(4, 17)) * 4
    loop = np.zeros(int(steps * beat * RATE) + RATE)
    note = int(rng.integers(0, 8))
    for step in range(steps):
        start = int(step * beat * RATE)
        if step % 4 == 0:
            for third in (0, 2, 4):
                _strike(
                    loop, start, root / 2 * 2 ** (scale[(note + third) % 8] / 12), beat * 4, partials, 0.05
                )
        if rng.random() < 0.8:
            note = int(np.clip(note + rng.integers(-2, 3), 0, 7))
            _strike(loop, start, root * 2 ** (scale[note] / 12), beat * rng.choice([1, 1, 2]), partials, 0.12)
    body = loop[: int(steps * beat * RATE)]
    body[:RATE] += loop[len(body) : len(body) + RATE]
    return np.resize(body, int(seconds * RATE)).astype(np.float32)


def _strike(
    into: npt.NDArray[np.float64],
    start: int,
    hz: float,
    seconds: float,
    partials: npt.NDArray[np.float64],
    level: float,
) -> None:
    """Add one decaying note."""
    size = min(int(seconds * RATE * 1.3), len(into) - start)
    at = np.arange(size) / RATE
    shape = np.minimum(1, at * 100) * np.exp(-at * 2.2 / seconds) * level
    for number, weight in enumerate(partials, 1):
        if hz * number < RATE / 2 - 200:
            into[start : start + size] += np.sin(2 * np.pi * hz * number * at) * weight * shape


def room(rng: np.random.Generator, sound: Sound, wet: float) -> Sound:
    """The sound in a small room (or on a loudspeaker): noise that dies away in 0.1 to 0.4 s, no delay of the direct part."""
    size = int(rng.uniform(0.1, 0.4) * RATE)
    tail = rng.standard_normal(size) * np.exp(-np.arange(size) / size * 6)
    tail[0] = 0
    tail *= wet / np.sqrt(np.square(tail).sum())
    tail[0] = 1
    return np.convolve(sound, tail)[: len(sound)].astype(np.float32)


def singing(rng: np.random.Generator, speech: Sound) -> Sound:
    """Speech made to sing: its envelope on a carrier that holds the notes of a scale, stretched one and a half times.

    Linear prediction of order 10 on 20 ms frames; frames are held longer than they were spoken. Crude, but the ear takes it
    for a voice in a song, and so do a pitch tracker and a modulation measure.
    """
    hop, order = 160, 10
    stretch = rng.uniform(1.3, 2.2)
    frames = int(len(speech) / hop * stretch) - 3
    if frames < 10:
        return speech
    root, scale = rng.choice([130.0, 165.0, 220.0, 262.0]), (0, 2, 4, 7, 9, 12)
    out, phase, state = np.zeros(frames * hop), 0.0, np.zeros(order)
    hz = target = root
    for frame in range(frames):
        start = min(int(frame / stretch) * hop, len(speech) - 2 * hop)
        part = speech[start : start + 2 * hop] * np.hanning(2 * hop)
        auto = np.correlate(part, part, "full")[2 * hop - 1 : 2 * hop + order]
        if auto[0] < 1e-5:
            continue
        if frame % max(4, int(rng.normal(18, 6))) == 0:
            target = root * 2 ** (rng.choice(scale) / 12)
        hz += (target - hz) * 0.3
        coefficients = np.linalg.solve(_toeplitz(auto[:-1]) + np.eye(order) * auto[0] * 1e-3, auto[1:])
        steps = phase + np.cumsum(np.full(hop, hz * (1 + 0.012 * np.sin(frame * 0.7)) / RATE))
        phase = steps[-1] % 1
        pulse = (
            np.diff(np.floor(np.concatenate([[steps[0] - hz / RATE], steps]))) > 0
        ) * 1.0 + rng.standard_normal(hop) * 0.02
        gain = np.sqrt(auto[0] / (2 * hop))
        sung, state = lfilter([1], np.concatenate([[1], -coefficients]), pulse, zi=state)
        out[frame * hop : (frame + 1) * hop] = sung * gain / max(float(np.std(sung)), 1e-4)
    return np.clip(out, -0.9, 0.9).astype(np.float32)


def _toeplitz(row: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    at = np.arange(len(row))
    return np.asarray(row[np.abs(at[:, None] - at[None, :])])
