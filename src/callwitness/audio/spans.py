"""The strip of a recording: stretches of one kind that tile it, for a person to look at and for other programs to read."""

from __future__ import annotations

import itertools
from typing import Final

import numpy as np
from numpy.typing import NDArray

from callwitness.audio.features import BLOCKS_PER_SECOND, MEASURES, Floats
from callwitness.audio.heard import KINDS, Kind, Span
from callwitness.audio.smoothing import running_mean
from callwitness.audio.trace import Trace

_SMOOTH: Final = 5  # blocks the classes are averaged over
_SHORTEST: Final = 3  # blocks; shorter stretches go to their neighbour
_QUIET, _TONE, _MUSIC, _SPEECH, _OVER = range(5)
_KNOWN: Final = 0.5
_LOUDEST: Final = MEASURES.index("loud_max")
_AUDIBLE: Final = -10.0  # dB of that measure: white noise of -57 dBFS

_CODE: Final = {kind: code for code, kind in enumerate(KINDS)}


def tile(trace: Trace, known: Floats, answer_s: float | None, machine: Floats | None = None) -> list[Span]:
    """Spans over [0, duration_s]. known, machine: share of known audio, and of recorded voices, by 100 ms.

    Before answer_s (None: throughout) all speech of the side called is a machine's; in one channel it may be the caller's, so
    there it counts as a machine's where it is known or sounds like one.
    """
    codes = _without_crumbs(_codes(trace, known, answer_s, machine))
    borders = np.flatnonzero(np.diff(codes)) + 1
    starts = [0.0, *(border / BLOCKS_PER_SECOND for border in borders)]
    ends = [*starts[1:], trace.duration_s]
    kinds = [KINDS[codes[0]], *(KINDS[codes[border]] for border in borders)]
    return [
        Span(round(start, 3), round(end, 3), kind)
        for start, end, kind in zip(starts, ends, kinds, strict=True)
        if end > start
    ]


def _codes(trace: Trace, known: Floats, answer_s: float | None, machine: Floats | None) -> NDArray[np.int8]:
    sound = running_mean(trace.answering.classes, _SMOOTH).argmax(axis=1)
    blocks = np.arange(len(sound))
    speech = (sound == _SPEECH) | (sound == _OVER)
    codes = np.full(len(sound), _CODE["quiet"], np.int8)
    codes[sound == _TONE] = _CODE["tone"]
    codes[sound == _MUSIC] = _CODE["music"]
    audible = trace.answering.blocks[:, _LOUDEST] > _AUDIBLE
    codes[~audible] = _CODE["quiet"]
    speech &= audible
    for tone in trace.tones:
        codes[round(tone.start_s * BLOCKS_PER_SECOND) : round(tone.end_s * BLOCKS_PER_SECOND)] = _CODE["tone"]
    speech &= codes != _CODE["tone"]
    before = blocks < (np.inf if answer_s is None else answer_s * BLOCKS_PER_SECOND - 1)
    recorded = known >= _KNOWN
    live: Kind = "speech"
    near = None
    if trace.near is not None:
        heard = running_mean(trace.near.classes, _SMOOTH).argmax(axis=1)
        near = _fitted((heard == _SPEECH) | (heard == _OVER), len(codes))
        recorded = recorded | before
        live = "speech_far"
    elif machine is not None:
        recorded = recorded | (before & (machine > _KNOWN))
    codes[speech] = _CODE[live]
    codes[speech & (sound == _OVER)] = _CODE["mixed"]
    codes[speech & recorded] = _CODE["announcement"]
    if near is not None:
        alone = near & (codes == _CODE["quiet"])
        codes[near & (codes == _CODE["speech_far"])] = _CODE["mixed"]
        codes[alone] = _CODE["speech_near"]
    return codes


def _fitted(mask: NDArray[np.bool_], blocks: int) -> NDArray[np.bool_]:
    return np.pad(mask, (0, max(0, blocks - len(mask))))[:blocks]


def _without_crumbs(codes: NDArray[np.int8]) -> NDArray[np.int8]:
    """Stretches shorter than 0.3 s belong to what came before them."""
    out = codes.copy()
    borders = [0, *(int(border) for border in np.flatnonzero(np.diff(codes)) + 1), len(codes)]
    for start, end in itertools.pairwise(borders):
        if end - start < _SHORTEST and start > 0:
            out[start:end] = out[start - 1]
    return out
