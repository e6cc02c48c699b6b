"""Moments when an answer may begin: where speech starts, grows louder, or goes on when something known ends.

Many are listed on purpose (about one a second of speech); choosing is the work of ``evidence`` and ``decide``.
"""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float32]

SPEECH: Final = slice(3, 5)  # the classes speech and speech over music
_LEVELS: Final = (0.25, 0.5, 0.75)
_RISE_DB: Final = 9
_BEFORE: Final = 22  # a moment is looked for from 0.22 s before a block
_SPAN: Final = 50  # to 0.28 s after its start (energy steps of 10 ms)
_STEP: Final = 6
_APART_S: Final = 0.12


def moments(classes: Floats, known: Floats, energy: Floats, onset: Floats) -> NDArray[np.float64]:
    """Seconds from the start, rising. classes (n, 5), known and onset (n): per 100 ms; energy: dB per 10 ms.

    onset: log odds that the answer begins in a block (``answering``): its peaks are moments too.
    """
    speech = classes[:, SPEECH].sum(axis=1)
    blocks = np.unique(
        np.concatenate(
            [
                [0],
                *(_upward(track, level) for track in (speech, speech * (1 - known)) for level in _LEVELS),
                _louder(energy, speech),
                _after_known(known, speech),
                _peaks(onset),
            ]
        ).astype(np.int64)
    )
    times = np.sort(_refined(blocks, energy))
    return np.asarray(times[np.concatenate([[True], np.diff(times) >= _APART_S])])


def _upward(track: Floats, level: float) -> NDArray[np.int64]:
    above = track > level
    return np.nonzero(above & ~np.concatenate([[False], above[:-1]]))[0]


def _louder(energy: Floats, speech: Floats) -> NDArray[np.int64]:
    """Blocks at least 9 dB above the quietest of the three before them, with speech in the next half second."""
    loud = _padded(energy, len(speech) * 10).reshape(len(speech), 10).max(axis=1)
    before = np.pad(loud, (3, 0), constant_values=-99.0)
    quietest = np.min([before[:-3], before[1:-2], before[2:-1]], axis=0)
    quietest[:1] = -99.0
    return np.nonzero((loud - quietest > _RISE_DB) & (_ahead(speech) > 0.3))[0]


def _after_known(known: Floats, speech: Floats) -> NDArray[np.int64]:
    ends = np.nonzero((known[:-1] >= 0.5) & (known[1:] < 0.5))[0] + 1
    return ends[_ahead(speech)[ends] > 0.3]


def _peaks(onset: Floats) -> NDArray[np.int64]:
    around = np.pad(onset, 1, constant_values=-np.inf)
    return np.nonzero((onset > around[:-2]) & (onset >= around[2:]) & (onset > onset.max() - 4))[0]


def _ahead(track: Floats) -> Floats:
    """Mean of each block and the four after it."""
    sums = np.concatenate([[0], np.cumsum(track, dtype=np.float64)])
    last = np.minimum(np.arange(len(track)) + 5, len(track))
    return np.asarray((sums[last] - sums[:-1]) / (last - np.arange(len(track))), np.float32)


def _refined(blocks: NDArray[np.int64], energy: Floats) -> NDArray[np.float64]:
    """The steepest rise near each block, at 30 % of its height; the block's own start where nothing rises by 5 dB."""
    if len(energy) < _SPAN:
        return blocks / 10
    first = np.clip(blocks * 10 - _BEFORE, 0, len(energy) - _SPAN)
    window = first[:, None] + np.arange(_SPAN - _STEP)
    rises = _rises(energy)[window]
    steepest = rises.argmax(axis=1)
    rows = np.arange(len(blocks))
    middle = first + steepest
    around = _padded(np.pad(energy, (_STEP, 0), mode="edge"), len(energy) + 3 * _STEP)[
        middle[:, None] + np.arange(14)
    ]
    low, high = around[:, : _STEP + 1].min(axis=1), around[:, _STEP:].max(axis=1)
    over = around[:, 1:12] >= (low + 0.3 * (high - low))[:, None]
    at = np.maximum(middle - 5 + np.where(over.any(axis=1), over.argmax(axis=1), 10), 0)
    return np.where(rises[rows, steepest] > 5, at / 100, blocks / 10)


def _rises(energy: Floats) -> Floats:
    """Mean of the next 60 ms over the mean of the last 60 ms, dB, at every 10 ms."""
    sums = np.concatenate([[0], np.cumsum(energy, dtype=np.float64)])
    here = np.arange(len(energy))
    before, after = np.maximum(here - _STEP, 0), np.minimum(here + _STEP, len(energy))
    past = (sums[here] - sums[before]) / np.maximum(here - before, 1)
    coming = (sums[after] - sums[here]) / (after - here)
    return np.asarray(np.where(here > 0, coming - past, 0), np.float32)


def _padded(values: Floats, length: int) -> Floats:
    """Cut or carried on to a length."""
    return np.asarray(np.pad(values, (0, max(0, length - len(values))), mode="edge")[:length])
