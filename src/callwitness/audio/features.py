"""What is measured in a recording: one short-time spectrum, and from it numbers for every 100 ms.

A ``Meter`` takes sound as it is decoded and keeps only numbers, a tenth of its size. One spectrum (64 ms Hann windows every
20 ms at 8 kHz) serves everything: bands, tonality, pitch, and the peaks that make the fingerprint of ``landmarks``. Each chunk
is measured with a margin on both sides, so where chunks meet does not show.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from callwitness.audio.landmarks import Marks, mark
from callwitness.audio.smoothing import running_mean
from callwitness.audio.tones import ToneEvent, ToneMeter

RATE: Final = 8000
HOP: Final = 160  # 20 ms
WINDOW: Final = 512
FRAMES_PER_SECOND: Final = RATE // HOP
FRAMES_PER_BLOCK: Final = 5
BLOCK: Final = HOP * FRAMES_PER_BLOCK  # 100 ms
BLOCKS_PER_SECOND: Final = RATE // BLOCK
ENERGY_HOP: Final = 80  # 10 ms
BINS: Final = 232  # up to 3.6 kHz: above it the telephone has nothing
BANDS: Final = 20

Floats: TypeAlias = NDArray[np.float32]

_LOCAL: Final = 75  # frames: what the bands are compared with when recordings are laid over each other
_CHUNK: Final = 800  # frames measured at once: its arrays fit the cache
_MARGIN: Final = 40
_LEAD: Final = (WINDOW - HOP) // 2  # a frame's middle is the middle of its 20 ms
_HANN: Final = np.hanning(WINDOW).astype(np.float32)
# Every spectrum stands on a floor of -70 dBFS, so that digital silence between words (phones that suppress it write zeros)
# looks like the faint noise of any other line, and says nothing of who speaks.
_FLOOR: Final = np.float32(2e-5)  # power a bin
_FAINT: Final = np.float32(2e-7)  # power of x[n] - x[n-2]

MEASURES: Final = (
    "loud_mean", "loud_max", "loud_range", "rise", "change", "rise_max", "flatness", "peakiness", "centroid", "centroid_sd",
    "stays_60ms", "stays_120ms", "stays_320ms", "two_partials", "strongest", "voicing", "pitch", "pitch_move",
    *(f"shape_{band}" for band in range(BANDS)),
    "speech_rate", "fast_rate", "dips", "speech_share", "together",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measures:
    """blocks: (n, len(MEASURES)) per 100 ms. energy: dB per 10 ms, band-passed. bands: (frames, BANDS) int8 per 20 ms,
    the locally whitened spectrum in 1/16 nepers. marks: the fingerprint. tones: signals of the network, keys and fax, in order of time.
    """

    blocks: Floats
    energy: Floats
    bands: NDArray[np.int8]
    marks: Marks
    tones: list[ToneEvent]


def mel_bank() -> Floats:
    """(257, BANDS) triangles from 150 Hz to 3.7 kHz, even on the mel scale (O'Shaughnessy's formula)."""
    low, high = (2595 * np.log10(1 + hertz / 700) for hertz in (150, 3700))
    edges = 700 * (10 ** (np.linspace(low, high, BANDS + 2) / 2595) - 1)
    hertz = np.fft.rfftfreq(WINDOW, 1 / RATE)[:, None]
    up = (hertz - edges[:-2]) / (edges[1:-1] - edges[:-2])
    down = (edges[2:] - hertz) / (edges[2:] - edges[1:-1])
    return np.maximum(0, np.minimum(up, down)).astype(np.float32)


_MEL: Final = mel_bank()


def _neighbours(width: int) -> Floats:
    """(BINS, BINS): the mean of the ``width`` bins around each, of those there are at the ends."""
    bins = np.arange(BINS)
    near = np.abs(bins[:, None] - bins) <= width // 2
    shares: Floats = (near / near.sum(axis=0)).astype(np.float32)
    return shares


_NEIGHBOURS: Final = _neighbours(31)


class Meter:
    """Measures one side of one recording: ``feed`` sound, then ``finish``."""

    def __init__(self) -> None:
        self._waiting = [np.zeros(_LEAD + _MARGIN * HOP, np.float32)]
        self._held = _LEAD + _MARGIN * HOP
        self._samples = 0
        self._frame = 0
        self._last = np.zeros(2, np.float32)
        self._rest = np.zeros(0, np.float32)
        self._energy: list[Floats] = []
        self._blocks: list[Floats] = []
        self._bands: list[NDArray[np.int8]] = []
        self._marks: list[Marks] = []
        self._tones = ToneMeter()

    def feed(self, sound: Floats) -> None:
        """Take mono sound at ``RATE``, any length."""
        self._samples += len(sound)
        self._measure_energy(sound)
        self._waiting.append(sound)
        self._held += len(sound)
        if self._held >= _needed(_CHUNK):
            held = np.concatenate(self._waiting)
            while len(held) >= _needed(_CHUNK):
                self._measure(held[: _needed(_CHUNK)], _CHUNK)
                held = held[_CHUNK * HOP :]
            self._waiting, self._held = [held], len(held)

    def finish(self) -> Measures:
        """Everything measured; whole blocks only, one at least."""
        frames = max(1, -(-self._samples // BLOCK)) * FRAMES_PER_BLOCK - self._frame
        if frames > 0:
            held = np.concatenate(self._waiting)[: _needed(frames)]
            self._measure(np.pad(held, (0, _needed(frames) - len(held))), frames)
        self._measure_energy(np.zeros(-len(self._rest) % ENERGY_HOP, np.float32))
        energy = np.concatenate(self._energy) if self._energy else np.zeros(1, np.float32)
        smooth = running_mean(energy[:, None], 3)[:, 0]
        return Measures(
            blocks=np.concatenate(self._blocks),
            energy=(10 * np.log10(smooth + _FAINT)).astype(np.float32),
            bands=np.concatenate(self._bands),
            marks=Marks.joined(self._marks),
            tones=self._tones.events(),
        )

    def _measure_energy(self, sound: Floats) -> None:
        """Power per 10 ms of x[n] - x[n-2], which takes hum and hiss away."""
        long = np.concatenate([self._last, sound])
        self._last = long[-2:]
        wave = np.concatenate([self._rest, long[2:] - long[:-2]])
        whole = len(wave) // ENERGY_HOP * ENERGY_HOP
        self._rest = wave[whole:]
        if whole:
            parts = wave[:whole].reshape(-1, ENERGY_HOP)
            self._energy.append(np.einsum("ij,ij->i", parts, parts) / np.float32(ENERGY_HOP))

    def _measure(self, sound: Floats, frames: int) -> None:
        spectrum = _spectrum(sound, frames + 2 * _MARGIN)
        keep = slice(_MARGIN, _MARGIN + frames)
        around = spectrum.log @ _NEIGHBOURS
        white = spectrum.log - around
        # Over time only the neighbourhood is smoothed: held notes of music keep their peaks.
        self._marks.append(
            mark(spectrum.log - running_mean(around, 25, np.float32), spectrum.log, keep, self._frame)
        )
        self._tones.add(spectrum.power[keep])
        bands = np.log(spectrum.power @ _MEL + np.float32(1e-5))
        self._bands.append(_quantised(bands)[keep])
        self._blocks.append(_blocks(spectrum, white, bands, keep))
        self._frame += frames


@dataclass(frozen=True, slots=True)
class _Spectrum:
    power: Floats
    log: Floats


def _needed(frames: int) -> int:
    """Samples that ``frames`` frames and their margins stand on."""
    return (frames + 2 * _MARGIN) * HOP + WINDOW - HOP


def _spectrum(sound: Floats, frames: int) -> _Spectrum:
    windows = np.lib.stride_tricks.as_strided(
        sound, (frames, WINDOW), (sound.strides[0] * HOP, sound.strides[0])
    )
    bins = np.fft.rfft(windows * _HANN, axis=1)
    power = np.square(bins.real) + np.square(bins.imag) + _FLOOR
    log = np.float32(0.5) * np.log(power[:, :BINS])
    return _Spectrum(power, log)


def _quantised(bands: Floats) -> NDArray[np.int8]:
    flat = bands - bands.mean(axis=1, keepdims=True)
    local = flat - running_mean(flat, _LOCAL)
    small: NDArray[np.int8] = np.clip(np.rint(local * 16), -127, 127).astype(np.int8)
    return small


def _blocks(spectrum: _Spectrum, white: Floats, bands: Floats, keep: slice) -> Floats:
    """The measures of every 100 ms, in the order of ``MEASURES``."""
    power = spectrum.power[:, 12:BINS]
    total = power.sum(axis=1) + np.float32(1e-5)
    loud = 10 * np.log10(total)
    change = np.diff(bands, axis=0, prepend=bands[:1])
    rise = np.maximum(change, 0).mean(axis=1)
    log = spectrum.log[:, 12:BINS]
    flatness = 2 * log.mean(axis=1) - np.log(total / power.shape[1])
    peakiness = np.log(power.max(axis=1) * power.shape[1] / total + np.float32(1e-6))
    centroid = power @ _CENTRES / total
    partials, strongest = _partials(power, total)
    voicing, pitch = _pitch(spectrum.power)
    unit = white / (np.sqrt(np.einsum("ij,ij->i", white, white))[:, None] + np.float32(1e-6))
    stays = [_stays(unit, lag) for lag in (3, 6, 16)]
    per_frame = [
        *stays, partials, strongest, voicing, pitch, np.abs(np.diff(pitch, prepend=pitch[:1])),
    ]  # fmt: skip
    loud_, change_, rise_, centroid_ = (
        part[keep].reshape(-1, FRAMES_PER_BLOCK)
        for part in (loud, np.abs(change).mean(axis=1), rise, centroid)
    )
    shape = bands[keep].reshape(-1, FRAMES_PER_BLOCK, BANDS).mean(axis=1)
    shape -= shape.mean(axis=1, keepdims=True)
    columns = [
        loud_.mean(axis=1), loud_.max(axis=1), loud_.max(axis=1) - loud_.min(axis=1),
        rise_.mean(axis=1), change_.mean(axis=1), rise_.max(axis=1),
        *(part[keep].reshape(-1, FRAMES_PER_BLOCK).mean(axis=1) for part in (flatness, peakiness)),
        centroid_.mean(axis=1), centroid_.std(axis=1),
        *(part[keep].reshape(-1, FRAMES_PER_BLOCK).mean(axis=1) for part in per_frame),
        *shape.T,
        *_rhythm(bands, loud, keep),
    ]  # fmt: skip
    return np.stack(columns, axis=1).astype(np.float32)


_CENTRES: Final = np.arange(12, BINS, dtype=np.float32)


def _partials(power: Floats, total: Floats) -> tuple[Floats, Floats]:
    """Share of the two strongest partials, and the log frequency (bins) of the strongest: a tone has little else."""
    rows = np.arange(len(power))
    near = np.arange(-2, 3)
    first = power.argmax(axis=1)
    columns = np.clip(first[:, None] + near, 0, power.shape[1] - 1)
    one = np.take_along_axis(power, columns, 1).sum(axis=1)
    rest = power.copy()
    rest[rows[:, None], columns] = 0
    second = np.clip(rest.argmax(axis=1)[:, None] + near, 0, power.shape[1] - 1)
    two = np.take_along_axis(rest, second, 1).sum(axis=1)
    return np.minimum(1, (one + two) / total), np.log(first + np.float32(12))


def _pitch(power: Floats) -> tuple[Floats, Floats]:
    """Height of the best peak of the autocorrelation between 60 and 400 Hz, and its log frequency."""
    waves = np.fft.irfft(power, axis=1)[:, :134]
    body = waves[:, 20:]
    best = body.argmax(axis=1)
    height = np.take_along_axis(body, best[:, None], 1)[:, 0] / (waves[:, 0] + np.float32(1e-6))
    return height.astype(np.float32), np.log(RATE / (best + np.float32(20))).astype(np.float32)


def _stays(unit: Floats, lag: int) -> Floats:
    """How alike the whitened spectrum is ``lag`` frames later: music stays, speech moves."""
    alike = np.ones(len(unit), np.float32)
    alike[:-lag] = np.einsum("ij,ij->i", unit[:-lag], unit[lag:])
    return alike


def _rhythm(bands: Floats, loud: Floats, keep: slice) -> list[Floats]:
    """Movement of the bands within one second: 2 to 8 Hz is the rate of syllables."""
    near = running_mean(bands, 3)
    syllables = near - running_mean(bands, 13)
    slow = running_mean(np.square(syllables).mean(axis=1)[:, None], 50)[:, 0]
    fast = running_mean(np.square(bands - near).mean(axis=1)[:, None], 50)[:, 0]
    dips = running_mean((loud < running_mean(loud[:, None], 50)[:, 0] - 6).astype(np.float32)[:, None], 50)[
        :, 0
    ]
    together = running_mean(np.square(syllables.mean(axis=1))[:, None], 50)[:, 0]
    tracks = (slow, fast, dips, slow / (fast + np.float32(1e-3)), together / (slow + np.float32(1e-3)))
    return [track[keep].reshape(-1, FRAMES_PER_BLOCK).mean(axis=1) for track in tracks]
