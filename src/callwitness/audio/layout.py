"""What the channels of a recording are: two sides of a call, or one sound written twice; and which side never sounds.

Everything is gathered in one pass over chunks, a few numbers a block. Recorders write the caller left and the side called
right; ``far_of`` says when what was heard speaks against that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from callwitness.audio.decode import RATE, Chunk
from callwitness.audio.heard import Channels

Silence: TypeAlias = Literal["near", "far", "all"] | None

_BLOCK: Final = RATE // 10
# A-law has no zero: its quietest pair is +-8 of 32768, which is 16 from lowest to highest, and one for rounding.
_STILL: Final = 17 / 32768
_FAINT: Final = (
    330 / 32768
)  # what joint stereo coding spills into a silent channel (MP3: now and then, -46 dBFS at most)
_FAINT_BLOCKS, _FAINT_SHARE = 5, 0.005
_CLICKS: Final = 2  # blocks: a recorder that starts or stops may click once
_REACH: Final = 2  # samples by which one copy may lag behind the other
_SAME: Final = (
    0.1  # share of energy that the other channel cannot explain; .02 at worst in copies through lossy codecs
)
_LEAST_GAIN, _MOST_GAIN = 0.5, 2.0  # of a copy
_SIGNALS_S: Final = 2.0
_LEAK_DB: Final = 10.0  # what leaks into the other side is fainter by more
_SHADOW_GAIN: Final = 0.1  # Opus in 24 kb/s stereo spills a twentieth


@dataclass(frozen=True, slots=True)
class Layout:
    """channels: what they are. silent: by channel, digital silence throughout. still: (channels, blocks of 0.1 s)."""

    channels: Channels
    silent: tuple[bool, ...]
    still: NDArray[np.bool_]

    def silence(self, far: int = 1) -> Silence:
        """Which side is digital silence, ``far`` being the channel of the side called."""
        if all(self.silent):
            return "all"
        if self.channels != "stereo" or not any(self.silent):
            return None
        return "far" if self.silent[far] else "near"


@dataclass(frozen=True, slots=True)
class Signals:
    """The network's signals in a channel: how many seconds, and how loud (dB)."""

    seconds: float
    level: float


def far_of(layout: Layout, left: Signals, right: Signals) -> Literal[0, 1]:
    """The channel of the side called: right, unless the network's signals sound left, and right hardly or far fainter.

    Music says nothing of the side: a caller may have a radio, or put the other on hold. Nor does a channel that is silent: what
    is heard of signals in the other may have leaked into it.
    """
    if any(layout.silent) or left.seconds < _SIGNALS_S:
        return 1
    return 0 if left.seconds > 4 * right.seconds or left.level > right.level + _LEAK_DB else 1


class LayoutMeter:
    """Add every chunk of a recording, then ask for its ``layout``."""

    def __init__(self, channels: int) -> None:
        self._channels = channels
        self._spans: list[Chunk] = []
        self._own = np.zeros((2, 2 * _REACH + 1))  # correlation of left and of right with itself, lag 0 to 4
        self._cross = np.zeros(2 * _REACH + 1)  # of left with right, left late by -2 to 2

    def add(self, chunk: Chunk) -> None:
        """A chunk of (channels, n), in blocks of 0.1 s but for the last chunk."""
        whole = chunk.shape[1] // _BLOCK * _BLOCK
        self._spans.append(np.ptp(chunk[:, :whole].reshape(self._channels, -1, _BLOCK), axis=2))
        if whole < chunk.shape[1]:
            self._spans.append(np.ptp(chunk[:, whole:], axis=1, keepdims=True))
        if self._channels == 2:
            self._correlate(chunk)

    def layout(self) -> Layout:
        """What the chunks added so far show."""
        spans = (
            np.concatenate(self._spans, axis=1) if self._spans else np.zeros((self._channels, 0), np.float32)
        )
        still = spans <= _STILL
        silent = [_is_silent(side) for side in spans]
        if self._channels == 1:
            return Layout("mono", tuple(silent), still)
        left_from_right, right_from_left = self._copied(0), self._copied(1)
        for side, (left_over, gain) in enumerate((left_from_right, right_from_left)):
            silent[side] = silent[side] or bool(left_over < _SAME and gain < _SHADOW_GAIN)
        same = not any(silent) and all(
            left_over < _SAME and _LEAST_GAIN <= gain <= _MOST_GAIN
            for left_over, gain in (left_from_right, right_from_left)
        )
        return Layout("dual_mono" if same else "stereo", tuple(silent), still)

    def _correlate(self, chunk: Chunk) -> None:
        left, right = chunk
        n = chunk.shape[1]
        for lag in range(min(2 * _REACH + 1, n)):
            self._own[0, lag] += float(left[: n - lag] @ left[lag:])
            self._own[1, lag] += float(right[: n - lag] @ right[lag:])
        for lag in range(-min(_REACH, n - 1), min(_REACH, n - 1) + 1):
            late, early = (left, right) if lag >= 0 else (right, left)
            self._cross[lag + _REACH] += float(late[abs(lag) :] @ early[: n - abs(lag)])

    def _copied(self, side: int) -> tuple[float, float]:
        """How much of this channel's energy five taps of the other leave over (0..1), and their gain.

        Five taps, because a copy may be weaker, a sample late, or late by a part of a sample.
        """
        if not self._own[side, 0] or not self._own[1 - side, 0]:
            return 1.0, 0.0
        lags = np.abs(np.subtract.outer(range(2 * _REACH + 1), range(2 * _REACH + 1)))
        shared = self._own[1 - side][lags] + np.eye(2 * _REACH + 1) * (1e-6 * self._own[1 - side, 0])
        with_other = self._cross if side == 0 else self._cross[::-1]
        taps = np.linalg.solve(shared, with_other)
        left_over = 1.0 - float(taps @ with_other) / self._own[side, 0]
        return left_over, float(np.sqrt(max(taps @ shared @ taps, 0.0) / self._own[1 - side, 0]))


def _is_silent(spans: Chunk) -> bool:
    """spans: lowest to highest sample by block."""
    faint = np.count_nonzero((spans > _STILL) & (spans <= _FAINT))
    loud = np.count_nonzero(spans > _FAINT)
    most_faint = min(max(_FAINT_BLOCKS, _FAINT_SHARE * len(spans)), len(spans) / 5)
    return bool(loud <= min(_CLICKS, len(spans) // 10) and faint <= most_faint)
