"""The fingerprint of a recording: pairs of spectral peaks, hashed.

The family of Wang (2003), written from the idea: peaks of the whitened spectrum survive codecs and noise; a pair of them
(frequency of the first, step to the second, time between) is a word that the same audio says again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

_FAN: Final = 4
_STEP_FRAMES: Final = (2, 32)
_STEP_BINS: Final = 45
_LOWEST_BIN: Final = 10
_HEIGHT: Final = 1.1  # nepers above the neighbourhood
_AUDIBLE: Final = -3.9  # log magnitude
_AROUND: Final = (7, 13)  # frames and bins in which a peak is the highest


@dataclass(frozen=True, slots=True)
class Marks:
    """words: uint32 hashes; at: the frame (20 ms) of each pair's first peak. Sorted by time."""

    words: NDArray[np.uint32]
    at: NDArray[np.int32]

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Marks:
        return Marks(
            np.concatenate([part.words for part in parts]), np.concatenate([part.at for part in parts])
        )


def mark(peaks: NDArray[np.float32], log: NDArray[np.float32], keep: slice, offset: int) -> Marks:
    """Marks of the frames ``keep`` of a whitened spectrum (frames, bins); ``offset``: what the first of them is called."""
    top = _highest(_highest(peaks, _AROUND[0]).T, _AROUND[1]).T
    found = (peaks >= top) & (peaks > _HEIGHT) & (log > _AUDIBLE)
    frames, bins = np.nonzero(found[:, _LOWEST_BIN:])
    words, at = _pairs(frames.astype(np.int32), (bins + _LOWEST_BIN).astype(np.int32))
    own = (at >= keep.start) & (at < keep.stop)
    return Marks(words[own], at[own] - np.int32(keep.start - offset))


def _highest(values: NDArray[np.float32], width: int) -> NDArray[np.float32]:
    """Maximum over ``width`` (odd) rows around each, by doubling."""
    pad = width // 2
    out = np.pad(values, ((pad, pad), (0, 0)), constant_values=-np.inf)
    span = 1
    while span < width:
        step = min(span, width - span)
        out = np.maximum(out[:-step], out[step:])
        span += step
    return out


def _pairs(
    frames: NDArray[np.int32], bins: NDArray[np.int32]
) -> tuple[NDArray[np.uint32], NDArray[np.int32]]:
    """Each peak with the first ``_FAN`` later ones near enough."""
    total = len(frames)
    made = np.zeros(total, np.int8)
    words, at = [np.zeros(0, np.uint32)], [np.zeros(0, np.int32)]
    for later in range(1, min(60, total)):
        time = frames[later:] - frames[:-later]
        step = bins[later:] - bins[:-later]
        near = (time >= _STEP_FRAMES[0]) & (time <= _STEP_FRAMES[1]) & (np.abs(step) <= _STEP_BINS)
        index = np.nonzero(near & (made[: total - later] < _FAN))[0]
        made[index] += 1
        words.append(((bins[index] << 13) | ((step[index] + 64) << 6) | time[index]).astype(np.uint32))
        at.append(frames[index])
        if not (time <= _STEP_FRAMES[1]).any():
            break
    joined = np.concatenate(at)
    order = np.argsort(joined, kind="stable")
    return np.concatenate(words)[order], joined[order]
