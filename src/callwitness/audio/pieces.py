"""The pieces a line plays: every prompt, announcement and tune once, however often it was recorded."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from callwitness.audio.features import FRAMES_PER_SECOND
from callwitness.audio.recurring import Likeness, Print

PieceKind: TypeAlias = Literal["announcement", "music", "tone"]

_SHORTEST: Final = int(1.5 * FRAMES_PER_SECOND)
_GAP: Final = int(0.5 * FRAMES_PER_SECOND)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Frames ``start`` to ``end`` of a recording are the piece ``ident``."""

    start: int
    end: int
    ident: str


@dataclass(frozen=True, slots=True)
class Found:
    """A piece new to the line, as it sounds in recording ``owner`` from frame ``start`` on."""

    ident: str
    kind: PieceKind
    owner: int
    start: int
    heard: Print


def both_ways(likenesses: Sequence[Sequence[Likeness]]) -> list[list[Likeness]]:
    """What one recording found in another, the other knows too."""
    whole = [list(own) for own in likenesses]
    for owner, own in enumerate(likenesses):
        for one in own:
            back = Likeness(one.start + one.offset, one.end + one.offset, owner, -one.offset)
            whole[one.other].append(back)
    return whole


def find_pieces(
    prints: Sequence[Print], likenesses: Sequence[Sequence[Likeness]], given: dict[int, str]
) -> tuple[list[list[Stretch]], list[Found]]:
    """The pieces of every recording of a line, in order of time, and those that were not known before.

    likenesses: of both ways. given: places of ``prints`` that are whole pieces of a library -> their id.
    """
    stretches: list[list[Stretch]] = [
        [Stretch(0, len(one.bands), given[place])] if place in given else []
        for place, one in enumerate(prints)
    ]
    found: list[Found] = []
    for owner, one in enumerate(prints):
        if owner in given:
            continue
        own = stretches[owner]
        own += _told(likenesses[owner], stretches, owner)
        free = _free(likenesses[owner], own, len(one.bands))
        for start, end in free:
            ident = _ident(one.bands[start:end])
            own.append(Stretch(start, end, ident))
            # A loop within the recording: later turns of it are this piece, too.
            own += _told(likenesses[owner], [[] for _ in range(owner)] + [[own[-1]]], owner, own)
            found.append(Found(ident, _kind(one, start, end), owner, start, one.part(start, end)))
        own.sort(key=lambda stretch: (stretch.start, stretch.ident))
    return stretches, found


def piece_at(one: Print, start: int, end: int) -> Found:
    """Frames ``start`` to ``end`` of a recording as a piece of their own: somebody says they are."""
    start, end = max(0, start), min(end, len(one.bands))
    return Found(_ident(one.bands[start:end]), _kind(one, start, end), 0, start, one.part(start, end))


def _told(
    likenesses: Sequence[Likeness],
    stretches: Sequence[list[Stretch]],
    owner: int,
    own: Sequence[Stretch] = (),
) -> list[Stretch]:
    """Pieces of earlier recordings (and of earlier in this one) that sound here."""
    told: list[Stretch] = []
    for one in sorted(likenesses, key=lambda one: (one.other, one.start, one.offset)):
        if one.other > owner or one.other >= len(stretches):
            continue
        for piece in stretches[one.other]:
            start = max(one.start, piece.start - one.offset)
            end = min(one.end, piece.end - one.offset)
            enough = end - start >= min(_SHORTEST, 0.5 * (piece.end - piece.start))
            if enough and not _mostly_taken(start, end, (*own, *told)):
                told.append(Stretch(start, end, piece.ident))
    return told


def _mostly_taken(start: int, end: int, taken: Sequence[Stretch]) -> bool:
    shared = sum(max(0, min(end, one.end) - max(start, one.start)) for one in taken)
    return shared > 0.5 * (end - start)


def _free(likenesses: Sequence[Likeness], taken: Sequence[Stretch], frames: int) -> list[tuple[int, int]]:
    """Known stretches that no piece names yet, cut where likenesses begin and end."""
    open_ = np.zeros(frames + 1, bool)
    for one in likenesses:
        open_[one.start : one.end] = True
    for stretch in taken:
        open_[max(0, stretch.start - _GAP) : stretch.end + _GAP] = False
    open_[-1] = False
    # A border that another likeness runs across is chance: one more recording, one more place where it broke off.
    borders = sorted(
        {border for one in likenesses for border in (one.start, one.end) if not _crossed(border, likenesses)}
    )
    return [part for start, end in _runs(open_) for part in _cut(start, end, borders)]


def _crossed(border: int, likenesses: Sequence[Likeness]) -> bool:
    return any(one.start < border - _GAP and border + _GAP < one.end for one in likenesses)


def _runs(mask: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        if end - start >= _SHORTEST:
            yield int(start), int(end)


def _cut(start: int, end: int, borders: Sequence[int]) -> Iterator[tuple[int, int]]:
    last = start
    for border in borders:
        if border - last >= _SHORTEST and end - border >= _SHORTEST:
            yield last, border
            last = border
    yield last, end


def _ident(bands: NDArray[np.int8]) -> str:
    return "k" + hashlib.sha256(np.ascontiguousarray(bands).tobytes()).hexdigest()[:8]


def _kind(one: Print, start: int, end: int) -> PieceKind:
    sounds = np.bincount(one.part(start, end).sounds, minlength=5)
    if sounds[3] + sounds[4] >= max(sounds[1], sounds[2]):
        return "announcement"
    return "tone" if sounds[1] > sounds[2] else "music"
