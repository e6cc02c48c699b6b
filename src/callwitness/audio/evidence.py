"""What speaks for and against each candidate: one row of numbers a moment, weighed by ``decide``.

The evidence is offline: what follows counts most (after an announcement more waiting, after an operator a dialogue).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from callwitness.audio.answering import Answering
from callwitness.audio.features import MEASURES
from callwitness.audio.smoothing import running_mean

Floats: TypeAlias = NDArray[np.float32]
Numbers: TypeAlias = NDArray[np.float64]
Places: TypeAlias = NDArray[np.int64]

WINDOWS_S: Final = (
    (-12, -4), (-4, -1.2), (-1.2, -0.4), (-0.4, 0), (0, 0.5), (0.5, 1.5), (1.5, 4), (4, 10), (10, 20), (20, 40),
)  # fmt: skip
ROLE_WINDOWS_S: Final = ((-10, -4), (-4, -1), (-1, 0), (0, 0.5), (0.5, 1.5), (1.5, 4), (4, 10), (10, 30))
NEAR_WINDOWS_S: Final = ((-10, -2), (-2, 0), (0, 4), (4, 20))
_TURNS: Final = ((-200, 0), (1, 80), (1, 300))  # blocks around a moment in which turns are counted
_REPLY: Final = 15  # blocks within which the other side answers
_FAR_S: Final = 99.0
_LOUD: Final = MEASURES.index("loud_mean")
_PITCH: Final = MEASURES.index("pitch")
_VOICING: Final = MEASURES.index("voicing")


@dataclass(frozen=True, slots=True)
class Scene:
    """One side of a recording, per 100 ms unless said otherwise.

    blocks (n, measures), classes (n, 5), known (n) 0..1, others (n) in how many recordings it sounds, energy dB per 10 ms,
    near (n) speech of the caller's side or None in mono, recordings: how many others the line has.
    """

    blocks: Floats
    classes: Floats
    known: Floats
    others: Floats
    energy: Floats
    near: Floats | None
    recordings: int
    answering: Answering


def evidence(scene: Scene, times: Numbers) -> Floats:
    """(candidates, k) for moments in seconds, rising."""
    length = len(scene.classes)
    places = np.minimum(np.rint(times * 10).astype(np.int64), length)
    speech = scene.classes[:, 3] + scene.classes[:, 4]
    columns = [
        np.stack([times, length / 10 - times, np.full(len(times), min(scene.recordings, 12))], axis=1),
        _sounds(scene, speech, places),
        _neighbours(scene, speech, places),
        _levels(scene.energy, scene.blocks[:, _LOUD], speech, times),
        _voices(scene.blocks, speech, places),
        _means(scene.others[:, None], places, ((0, 1),)),
        _answers(scene.answering, places),
        _near(scene.near, speech, places),
    ]
    return np.concatenate(columns, axis=1).astype(np.float32)


def _sums(tracks: NDArray[np.floating]) -> Numbers:
    """Sums of all rows before each: (n + 1, k)."""
    return np.concatenate([np.zeros((1, tracks.shape[1])), np.cumsum(tracks, axis=0, dtype=np.float64)])


def _means(
    tracks: NDArray[np.floating],
    places: Places,
    windows: tuple[tuple[float, float], ...],
    empty: float = -1.0,
) -> Numbers:
    """Mean of each track in windows (seconds around each place): (places, windows x tracks); ``empty`` outside."""
    sums = _sums(tracks)
    edges = np.rint(np.array(windows) * 10).astype(np.int64)
    first, last = (np.clip(places[:, None] + edges[None, :, side], 0, len(tracks)) for side in (0, 1))
    many = (last - first)[:, :, None]
    means = np.where(many > 0, (sums[last] - sums[first]) / np.maximum(many, 1), empty)
    return means.reshape(len(places), -1)


def _sounds(scene: Scene, speech: Floats, places: Places) -> Numbers:
    """Quiet, tone, music, speech, speech over music, known, speech not known: around, before and after, as seconds too."""
    classes = scene.classes
    tracks = np.stack(
        [
            classes[:, 0],
            classes[:, 1],
            classes[:, 2],
            speech,
            classes[:, 4],
            scene.known,
            speech * (1 - scene.known),
        ],
        axis=1,
    )
    sums = _sums(tracks)
    before, after = sums[places], sums[-1] - sums[places]
    left = (len(tracks) - places)[:, None]
    return np.concatenate(
        [
            _means(tracks, places, WINDOWS_S), before / 10, after / 10,
            after / np.maximum(left, 1), before / np.maximum(places[:, None], 1),
        ],
        axis=1,
    )  # fmt: skip


def _neighbours(scene: Scene, speech: Floats, places: Places) -> Numbers:
    """Seconds to the last and next music, known audio and tone; how often speech starts around; how long it goes on."""

    def steady(track: Floats, width: int) -> Places:
        return np.flatnonzero(running_mean(track[:, None], width)[:, 0] > 0.6)

    music, known, tone = (
        steady(scene.classes[:, 2], 7),
        steady(scene.known, 5),
        steady(scene.classes[:, 1], 3),
    )
    starts = np.flatnonzero((speech[1:] > 0.5) & (speech[:-1] <= 0.5))
    spoken = np.pad((speech > 0.5).astype(np.int64), (1, 4))
    sums = np.concatenate([[0], np.cumsum(spoken)])
    silent = np.flatnonzero(sums[5:] - sums[:-5] == 0)

    def count(low: int, high: int) -> Places:
        return np.searchsorted(starts, places + high) - np.searchsorted(starts, places + low, "right")

    columns = [
        *_around(music, places, places), _next(music, places + 8, places),
        *_around(known, places, places), *_around(tone, places, places),
        count(0, 100), count(0, 250), count(-150, -1), _next(silent, places, places, len(speech)),
    ]  # fmt: skip
    return np.stack(columns, axis=1)


def _around(at: Places, start: Places, places: Places) -> tuple[Numbers, Numbers]:
    last = np.searchsorted(at, start) - 1
    past = (
        np.where(last >= 0, (places - at[np.maximum(last, 0)]) / 10, _FAR_S)
        if len(at)
        else np.full(len(places), _FAR_S)
    )
    return past, _next(at, start, places)


def _next(at: Places, start: Places, places: Places, end: int | None = None) -> Numbers:
    """Seconds from each place to the first of ``at`` not before ``start``."""
    beyond = np.full(len(places), _FAR_S) if end is None else (end - places) / 10
    if not len(at):
        return beyond
    index = np.searchsorted(at, start)
    return np.where(index < len(at), (at[np.minimum(index, len(at) - 1)] - places) / 10, beyond)


def _levels(energy: Floats, loud: Floats, speech: Floats, times: Numbers) -> Numbers:
    """The floor before and after, the step, the first word beside the speech of the recording. dB."""
    here = np.rint(times * 100).astype(np.int64)

    def window(low: int, high: int) -> Floats:
        return np.asarray(energy[np.clip(here[:, None] + np.arange(low, high), 0, len(energy) - 1)])

    said = loud[speech > 0.5]
    usual = np.percentile(said, 70) if len(said) > 5 else loud.max()
    floor = np.percentile(window(-60, -3), 20, axis=1)
    floor_after = np.percentile(window(0, 300)[:, ::3], 10, axis=1)
    word = window(0, 50)
    quiet = np.percentile(energy[::5], 5)
    return np.stack(
        [
            floor - quiet, floor_after - quiet, floor_after - floor, np.percentile(word, 80, axis=1) - usual,
            word.mean(axis=1) - window(-20, -3).mean(axis=1),
        ],
        axis=1,
    )  # fmt: skip


def _voices(blocks: Floats, speech: Floats, places: Places) -> Numbers:
    """Pitch of the first 4 s, its step to what follows, spread of pitch and loudness over 25 s: whether people take turns."""
    pitch, loud = blocks[:, _PITCH], blocks[:, _LOUD]
    voiced = (blocks[:, _VOICING] > 0.55) & (speech > 0.5)

    def moments(track: Floats, where: NDArray[np.bool_], low: int, high: int) -> tuple[Numbers, Numbers]:
        sums = _sums(np.stack([where, where * track, where * track * track], axis=1).astype(np.float64))
        first, last = (np.clip(places + edge, 0, len(track)) for edge in (low, high))
        many, total, squares = (sums[last] - sums[first]).T
        mean = total / np.maximum(many, 1)
        spread = np.sqrt(np.maximum(0, squares / np.maximum(many, 1) - mean * mean))
        return np.where(many > 0, mean, 0), np.where(many > 3, spread, -1)

    first, _ = moments(pitch, voiced, 0, 40)
    later, _ = moments(pitch, voiced, 40, 250)
    earlier, _ = moments(pitch, voiced, -60, 0)
    _, turns = moments(pitch, voiced, 0, 250)
    _, levels = moments(loud, speech > 0.5, 0, 250)
    step = np.where((first != 0) & (later != 0), first - later, 0)
    change = np.where((first != 0) & (earlier != 0), first - earlier, 0)
    return np.stack([first, step, change, turns, levels], axis=1)


def _answers(heard: Answering, places: Places) -> Numbers:
    """What the network says: of this block, of the time around it, and of this moment beside all others."""
    length = len(heard.onset)
    near = np.clip(places[:, None] + np.arange(-3, 4), 0, length - 1)
    onset = heard.onset[near].max(axis=1).astype(np.float64)
    ranked = np.sort(onset)[::-1]
    answered = heard.answered.astype(np.float64)
    not_before, after = (
        _sums(_log_sigmoid(-answered)[:, None])[:, 0],
        _sums(_log_sigmoid(answered)[:, None])[:, 0],
    )
    change = (
        not_before + after[-1] - after
    )  # log likelihood that the call is answered at each border of blocks
    best, here = change.max(), change[places]
    sums = _sums(heard.roles[:, 1:])
    return np.concatenate(
        [
            np.stack(
                [
                    onset, onset - ranked[0], onset - ranked[min(1, len(ranked) - 1)], _rank(onset),
                    np.full(len(places), answered.max()), np.full(len(places), answered[-30:].mean()),
                    here - best, here - here.max(), _rank(here), np.full(len(places), not_before[-1] - best),
                ],
                axis=1,
            ),
            _means(answered[:, None], places, ((-6, -1), (-1.2, -0.3), (0.2, 1.2), (1, 8)), 0),
            _means(heard.roles[:, 1:], places, ROLE_WINDOWS_S),
            sums[places] / 10, (sums[-1] - sums[places]) / 10,
        ],
        axis=1,
    )  # fmt: skip


def _rank(values: Numbers) -> Numbers:
    """How many are greater."""
    return len(values) - np.searchsorted(np.sort(values), values, "right").astype(np.float64)


def _log_sigmoid(values: Numbers) -> Numbers:
    return np.asarray(-np.logaddexp(0, -values))


def _near(near: Floats | None, speech: Floats, places: Places) -> Numbers:
    """The caller's own channel around each moment, and how often the sides take turns; -2 in mono, where it is not told."""
    if near is None:
        return np.full((len(places), len(NEAR_WINDOWS_S) + 2 * len(_TURNS)), -2.0)
    caller = near[: len(speech)] > 0.5
    called = speech > 0.5
    after_called, after_caller = _turns(called, caller), _turns(caller, called)
    counts = [
        np.searchsorted(turns, places + high) - np.searchsorted(turns, places + low)
        for turns in (after_called, after_caller)
        for low, high in _TURNS
    ]
    shares = _means(near[: len(speech), None], places, NEAR_WINDOWS_S)
    return np.concatenate([shares, np.stack(counts, axis=1)], axis=1)


def _turns(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> Places:
    """Blocks in which the second side begins to speak within 1.5 s of the first side's last word."""
    begins = np.flatnonzero(second[1:] & ~second[:-1]) + 1
    words = np.flatnonzero(first)
    if not len(words):
        return words
    last = np.searchsorted(words, begins + 2) - 1
    since = begins - words[np.maximum(last, 0)]
    return begins[(last >= 0) & (since <= _REPLY)]
