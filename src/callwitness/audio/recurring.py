"""What a line plays again and again: prompts, announcements, hold music. Known audio is nobody's live voice.

Two steps. Marks (``landmarks``) find where two recordings may hold the same sound and at what offset. Then the whitened
bands of both are laid over each other at that offset: the same sound correlates frame by frame, through codecs and noise,
and live speech does not. So the ends of a known stretch are told to a tenth of a second, and a chance likeness is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from callwitness.audio.features import FRAMES_PER_BLOCK, FRAMES_PER_SECOND, Floats
from callwitness.audio.landmarks import Marks

LEAST_MARKS: Final = 8
_BUCKET: Final = 30  # a word said more often than this by one line tells nothing
_AT_ONCE: Final = 1 << 16  # marks: five minutes or more
_NEAR: Final = int(1.2 * FRAMES_PER_SECOND)
_APART: Final = 4 * FRAMES_PER_SECOND  # a recording repeats itself only after this
_REACH: Final = 8 * FRAMES_PER_SECOND  # how far around its marks a likeness is followed
_SMOOTH: Final = 25  # frames the likeness is averaged over
_SHORTEST: Final = 30
_ALIKE: Final = 0.5
_ENOUGH: Final = 3  # recordings that say a stretch is known; more need not be looked at
_KERNEL: Final = np.ones(_SMOOTH, np.float32)
_SHARP: Final = np.ones(7, np.float32)  # where a likeness really begins and ends
_FAINT: Final = np.float32(60)  # energy a frame: bands of nothing resemble nothing


@dataclass(frozen=True, slots=True)
class Print:
    """The fingerprint of one recording's answering side: its marks, its whitened bands (frames, BANDS) int8, and the class of
    sound of every 100 ms (``trace.CLASSES``).
    """

    marks: Marks
    bands: NDArray[np.int8]
    sounds: NDArray[np.uint8]

    def part(self, start: int, end: int) -> Print:
        """The frames from ``start`` to ``end``."""
        own = (self.marks.at >= start) & (self.marks.at < end)
        marks = Marks(self.marks.words[own], self.marks.at[own] - np.int32(start))
        sounds = self.sounds[start // FRAMES_PER_BLOCK : -(-end // FRAMES_PER_BLOCK)]
        return Print(marks, self.bands[start:end], sounds)


@dataclass(frozen=True, slots=True)
class Likeness:
    """Frames ``start`` to ``end`` sound the same as another recording's, ``offset`` frames later there."""

    start: int
    end: int
    other: int
    offset: int


class Index:
    """Fingerprints of a line by word, to look one recording up among all others."""

    def __init__(self, prints: Sequence[Print], calls: Sequence[int] | None = None) -> None:
        """calls: a number for each fingerprint; recordings of one call are never compared. Else each is a call of its own."""
        self.prints = prints
        self._calls = np.arange(len(prints)) if calls is None else np.asarray(calls, np.intp)
        words = np.concatenate([np.zeros(0, np.uint32), *(one.marks.words for one in prints)])
        at = np.concatenate([np.zeros(0, np.int32), *(one.marks.at for one in prints)])
        owner = np.repeat(np.arange(len(prints), dtype=np.int32), [len(one.marks.words) for one in prints])
        order = np.argsort(words, kind="stable")
        self._words, self._at, self._owner = words[order], at[order], owner[order]

    def likenesses(self, one: Print, own: int | None = None, *, earlier_only: bool = False) -> list[Likeness]:
        """Where ``one`` sounds like recordings of the index. ``own``: its own place there, if it is one of them;
        earlier_only: those after it are not looked at.
        """
        found: list[Likeness] = []
        covered = np.zeros(len(one.bands), np.int32)
        for first in range(0, len(one.marks.words), _AT_ONCE):
            for seed in self._seeds_among(one.marks, slice(first, first + _AT_ONCE), own, earlier_only):
                if covered[seed.start : seed.end].min(initial=_ENOUGH) >= _ENOUGH:
                    continue
                for likeness in _followed(one.bands, self.prints[seed.other].bands, seed):
                    found.append(likeness)
                    covered[likeness.start : likeness.end] += 1
        return found

    def _seeds_among(self, marks: Marks, part: slice, own: int | None, earlier_only: bool) -> list[Likeness]:
        """Seeds of some of a recording's marks: all meetings of ten hours at once would fill the memory."""
        mine, theirs = self._meetings(marks.words[part])
        at, there, other = marks.at[part][mine], self._at[theirs], self._owner[theirs]
        if own is not None:
            others = (self._calls[other] != self._calls[own]) & ((other < own) | (not earlier_only))
            apart = np.where(other == own, np.abs(at - there) > _APART, others)
            at, there, other = at[apart], there[apart], other[apart]
        return _seeds(at, there, other)

    def _meetings(self, words: NDArray[np.uint32]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Pairs (my mark, mark of the index) of one word."""
        first = np.searchsorted(self._words, words, "left")
        many = np.minimum(np.searchsorted(self._words, words, "right") - first, _BUCKET)
        mine = np.repeat(np.arange(len(words)), many)
        step = np.arange(len(mine)) - np.repeat(np.cumsum(many) - many, many)
        return mine, first[mine] + step


def _seeds(at: NDArray[np.int32], there: NDArray[np.int32], other: NDArray[np.int32]) -> list[Likeness]:
    """Groups of marks that agree on a recording and an offset, dense enough to look closer."""
    seeds: list[Likeness] = []
    offset = there - at
    for phase in (0, 1):  # an offset at the border of two bins is whole in one of the phases
        key = (other.astype(np.int64) << 32) + ((offset + phase) >> 1) + (1 << 24)
        order = np.lexsort((at, key))
        groups, times = key[order], at[order].astype(np.int64)
        axis = np.cumsum(np.diff(groups, prepend=groups[:1]) != 0) * (1 << 24) + times
        support = np.searchsorted(axis, axis + _NEAR, "right") - np.searchsorted(axis, axis - _NEAR, "left")
        dense = order[support >= LEAST_MARKS]
        if not len(dense):
            continue
        place = axis[support >= LEAST_MARKS]
        starts = np.flatnonzero(np.diff(place, prepend=place[0] - 10 * _NEAR) > 2 * _NEAR)
        for begin, end in zip(starts, [*starts[1:], len(dense)], strict=True):
            part = dense[begin:end]
            middle = int(np.median(offset[part]))
            seeds.append(Likeness(int(at[part].min()), int(at[part].max()) + 1, int(other[part[0]]), middle))
    return sorted(_once(seeds), key=lambda seed: (seed.start - seed.end, seed.other, seed.offset))


def _once(seeds: list[Likeness]) -> list[Likeness]:
    """What both phases saw, and neighbours of one offset, as one seed."""
    kept: list[Likeness] = []
    for seed in sorted(seeds, key=lambda seed: (seed.other, seed.offset, seed.start)):
        last = kept[-1] if kept else None
        if (
            last
            and (last.other, seed.offset - last.offset) in ((seed.other, 0), (seed.other, 1))
            and seed.start <= last.end + 2 * _NEAR
        ):
            end = max(last.end, seed.end)
            kept[-1] = Likeness(min(last.start, seed.start), end, last.other, last.offset)
        else:
            kept.append(seed)
    return kept


def _followed(mine: NDArray[np.int8], theirs: NDArray[np.int8], seed: Likeness) -> list[Likeness]:
    """The stretches around a seed where the bands of both really are alike."""
    offset = max(
        range(seed.offset - 1, seed.offset + 2),
        key=lambda offset: _product(mine, theirs, seed.start, seed.end, offset),
    )
    begin = max(0, seed.start - _REACH, -offset)
    end = min(len(mine), seed.end + _REACH, len(theirs) - offset)
    if end - begin < _SHORTEST:
        return []
    here = mine[begin:end].astype(np.float32)
    there = theirs[begin + offset : end + offset].astype(np.float32)
    products = [np.einsum("ij,ij->i", *pair) for pair in ((here, there), (here, here), (there, there))]
    over = np.concatenate([[False], _alike(products, _KERNEL), [False]])
    sharp = np.flatnonzero(_alike(products, _SHARP))
    edges = np.flatnonzero(np.diff(over.astype(np.int8)))
    found = []
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        inside = sharp[np.searchsorted(sharp, start) : np.searchsorted(sharp, stop)]
        if not len(inside):
            continue
        start, stop = begin + int(inside[0]), begin + int(inside[-1]) + 1
        if stop - start >= _SHORTEST and start < seed.end and stop > seed.start:
            found.append(Likeness(start, stop, seed.other, offset))
    return found


def _alike(products: Sequence[Floats], kernel: Floats) -> NDArray[np.bool_]:
    """Where the bands correlate over the kernel's length around a frame."""
    cross, own, other = (np.convolve(row, kernel, "same") for row in products)
    alike: NDArray[np.bool_] = cross > _ALIKE * np.sqrt(own * other + np.square(_FAINT * len(kernel)))
    return alike


def _product(mine: NDArray[np.int8], theirs: NDArray[np.int8], start: int, end: int, offset: int) -> float:
    start, end = max(start, -offset), min(end, len(theirs) - offset, len(mine))
    if end <= start:
        return 0.0
    here = mine[start:end].astype(np.float32)
    return float(np.vdot(here, theirs[start + offset : end + offset].astype(np.float32)))
