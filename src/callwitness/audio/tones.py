"""Signals of the network in a recording: ringing, busy and congestion tones by country, telephone keys, fax.

One power spectrum serves all (64 ms Hann windows every 20 ms at 8 kHz, as ``features`` takes it); per frame only a few
numbers are kept. A tone is known by what it is made of (``Burst``) and by its beat (``cadence``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from callwitness.audio.cadence import Burst, named
from callwitness.audio.toneplans import CED_HERTZ, CNG_HERTZ, HIGH_HERTZ, KEYS, LOW_HERTZ, Signal

RATE: Final = 8000
HOP: Final = 160
WINDOW: Final = 512

Name: TypeAlias = Signal | Literal["dtmf", "fax"]
Floats: TypeAlias = NDArray[np.float32]

_FRAMES_S: Final = RATE / HOP
_BIN_HERTZ: Final = RATE / WINDOW
_BINS: Final = 232
_FIRST: Final = 6  # bins below 95 Hz are hum
_BAND: Final = slice(19, 46)  # 300 to 710 Hz: all ringing, busy and congestion tones
_PURE: Final = 0.8  # share of a frame's power that the tone must have
_FAINTEST: Final = np.float32((0.003 / 2 * WINDOW / 2) ** 2)  # a tone of -50 dBFS
_HANN_SPREAD: Final = 0.75  # bins: what the window makes of one pure tone
_STEADY: Final = 1.0  # bins, between the tenth and the ninetieth part of the frames
_TWIST: Final = 16.0  # the two tones of a key differ by 12 dB at most


@dataclass(frozen=True, slots=True)
class ToneEvent:
    """One burst of a tone, seconds from the start. detail: countries ("de,it,ru"), the key ("5"), or "cng" | "ced"."""

    start_s: float
    end_s: float
    name: Name
    detail: str


@dataclass(frozen=True, slots=True)
class _Frames:
    """Numbers by frame: power in all, in the band of tones; the band's middle and spread in bins; the key and fax heard."""

    power: Floats
    band: Floats
    middle: Floats
    spread: Floats
    key: NDArray[np.int8]
    key_power: Floats
    fax: NDArray[np.int8]


class ToneMeter:
    """Takes power spectra as they come and knows the signals at the end."""

    def __init__(self) -> None:
        self._frames: list[_Frames] = []

    def add(self, power: Floats) -> None:
        """power: (frames, bins >= 232), the squared amount of the FFT of 512 samples (-1..1) every 160, Hann window;
        the first frame of all has its middle 10 ms after the start.
        """
        if len(power):
            self._frames.append(_measure(power[:, :_BINS]))

    def events(self) -> list[ToneEvent]:
        """In order of time."""
        if not self._frames:
            return []
        frames = _Frames(*(np.concatenate(parts) for parts in zip(*map(_fields, self._frames), strict=True)))
        found = [*_signals(frames), *_keys(frames), *_fax(frames)]
        return sorted(found, key=lambda event: (event.start_s, event.name))


def _around(hertz: float, reach: int) -> Floats:
    """A column of ones around a frequency: the bins to add up."""
    column = np.zeros(_BINS, np.float32)
    middle = hertz / _BIN_HERTZ
    column[int(np.ceil(middle - reach)) : int(np.floor(middle + reach)) + 1] = 1
    return column


def _sums() -> Floats:
    """(bins, 11): what is added up in every frame: all power, four low and four high tones of keys, two of fax."""
    everything = np.ones(_BINS, np.float32)
    everything[:_FIRST] = 0
    tones = [_around(hertz, 2) for hertz in (*LOW_HERTZ, *HIGH_HERTZ, CNG_HERTZ, CED_HERTZ)]
    return np.stack([everything, *tones], axis=1)


_SUMS: Final = _sums()
_BAND_BINS: Final = np.arange(_BAND.start, _BAND.stop, dtype=np.float32)
_BAND_MOMENTS: Final = np.stack([np.ones_like(_BAND_BINS), _BAND_BINS, _BAND_BINS**2], axis=1)


def _fields(frames: _Frames) -> tuple[NDArray[np.generic], ...]:
    return (
        frames.power, frames.band, frames.middle, frames.spread, frames.key, frames.key_power, frames.fax,
    )  # fmt: skip


def _measure(power: Floats) -> _Frames:
    sums = power @ _SUMS
    everything = sums[:, 0]
    band = power[:, _BAND]
    floor = 2 * np.partition(band, len(_BAND_BINS) // 2, axis=1)[:, len(_BAND_BINS) // 2]
    moments = np.maximum(band - floor[:, None], 0) @ _BAND_MOMENTS
    mass = np.maximum(moments[:, 0], np.float32(1e-12))
    middle = moments[:, 1] / mass
    spread = np.sqrt(np.maximum(moments[:, 2] / mass - middle**2 - np.float32(_HANN_SPREAD**2), 0))
    key, key_power = _key(sums[:, 1:5], sums[:, 5:9], everything)
    fax = np.zeros(len(power), np.int8)
    audible = everything > _FAINTEST
    for code in (1, 2):
        fax[audible & (sums[:, 8 + code] > _PURE * everything)] = code
    return _Frames(everything, mass, middle, spread, key, key_power, fax)


def _key(low: Floats, high: Floats, everything: Floats) -> tuple[NDArray[np.int8], Floats]:
    """The key whose two tones are all that sounds, 1 to 16; 0 = none."""
    rows, columns = low.argmax(axis=1), high.argmax(axis=1)
    in_low, in_high = low.max(axis=1), high.max(axis=1)
    both = in_low + in_high
    sounds = (
        (everything > _FAINTEST)
        & (both > _PURE * everything)
        & (in_low < _TWIST * in_high)
        & (in_high < _TWIST * in_low)
    )
    return np.where(sounds, 4 * rows + columns + 1, 0).astype(np.int8), both


def _runs(mask: NDArray[np.bool_], join: int, least: int) -> Iterator[tuple[int, int]]:
    """Stretches of True, [first, end), joined over up to ``join`` False, at least ``least`` long."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    starts, ends = edges[::2], edges[1::2]
    if not starts.size:
        return
    apart = starts[1:] - ends[:-1] > join
    for first, end in zip(starts[np.r_[True, apart]], ends[np.r_[apart, True]], strict=True):
        if end - first >= least:
            yield int(first), int(end)


def _edges(power: Floats, first: int, end: int) -> tuple[float, float]:
    """When a burst began and ended: where the window was half in it, and so had half of its amplitude."""
    half = 0.5 * float(np.sqrt(np.median(power[first:end])))
    amount = np.sqrt(power[max(first - 2, 0) : end + 2])
    inside = np.flatnonzero(amount >= half)
    left, right = int(inside[0]), int(inside[-1])
    start = left - (_part(amount[left - 1], amount[left], half) if left else 0.5)
    stop = right + (_part(amount[right + 1], amount[right], half) if right + 1 < len(amount) else 0.5)
    before = max(first - 2, 0) + 0.5
    return max(start + before, 0) / _FRAMES_S, (stop + before) / _FRAMES_S


def _part(outside: float, inside: float, half: float) -> float:
    """How far outside of a frame the edge lies, in frames."""
    return float((inside - half) / (inside - outside)) if inside > outside else 0.0


def _signals(frames: _Frames) -> Iterator[ToneEvent]:
    bursts = list(_bursts(frames))
    for burst, name, countries in named(bursts, len(frames.power) / _FRAMES_S):
        yield ToneEvent(round(burst.start_s, 3), round(burst.end_s, 3), name, countries)


def _bursts(frames: _Frames) -> Iterator[Burst]:
    """Steady stretches of 0.1 s and more in which the band of tones has nearly all power."""
    pure = (frames.power > _FAINTEST) & (frames.band > _PURE * frames.power)
    runs = list(_runs(pure, join=2, least=3))
    for at, (first, end) in enumerate(runs):
        middle = frames.middle[first:end][1:-1] if end - first > 4 else frames.middle[first:end]
        if np.ptp(np.quantile(middle, (0.1, 0.9))) > _STEADY:
            continue
        start_s, end_s = _edges(frames.band, first, end)
        loud = float(np.median(frames.band[first:end]))
        following = runs[at + 1][0] if at + 1 < len(runs) else len(frames.power)
        after = frames.power[end + 2 : max(min(following - 2, end + 250), end + 3)]
        yield Burst(
            start_s,
            end_s,
            float(np.median(middle)) * _BIN_HERTZ,
            float(np.median(frames.spread[first:end])) * _BIN_HERTZ,
            10 * float(np.log10(loud)),
            quiet_after=not after.size or float(np.median(after)) < 0.1 * loud,
        )


def _keys(frames: _Frames) -> Iterator[ToneEvent]:
    for code in np.unique(frames.key[frames.key > 0]):
        row, column = divmod(int(code) - 1, 4)
        for first, end in _runs(frames.key == code, join=0, least=2):
            start_s, end_s = _edges(frames.key_power, first, end)
            yield ToneEvent(round(start_s, 3), round(end_s, 3), "dtmf", KEYS[row][column])


def _fax(frames: _Frames) -> Iterator[ToneEvent]:
    """The calling tone (half a second every three and a half) when it comes twice, the answering one when it lasts."""
    calling = [(first, end) for first, end in _runs(frames.fax == 1, 1, 20) if end - first <= 40]
    for at, (first, end) in enumerate(calling):
        beside = (*calling[max(at - 1, 0) : at], *calling[at + 1 : at + 2])
        if any(160 <= abs(other - first) <= 190 for other, _ in beside):
            yield _fax_event(frames, first, end, "cng")
    for first, end in _runs(frames.fax == 2, 4, 75):
        yield _fax_event(frames, first, end, "ced")


def _fax_event(frames: _Frames, first: int, end: int, detail: str) -> ToneEvent:
    start_s, end_s = _edges(frames.power, first, end)
    return ToneEvent(round(start_s, 3), round(end_s, 3), "fax", detail)
