"""What the recordings of one line teach each other, and what the line's library already knew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final

import numpy as np

from callwitness.audio.container import ENDINGS
from callwitness.audio.features import FRAMES_PER_BLOCK, FRAMES_PER_SECOND, Floats
from callwitness.audio.library import Library
from callwitness.audio.pieces import Found, Stretch, both_ways, find_pieces
from callwitness.audio.recurring import Index, Likeness, Print

_MOST_OTHERS: Final = 6


@dataclass(frozen=True, slots=True)
class Lesson:
    """What is known of one recording by its line.

    share: 0..1 of each 100 ms that is known audio. others: in how many other recordings it sounds (at most 6). company: how
    many other recordings the line has. pieces: ids with start and end in seconds. greetings: starts (s) of pieces that a
    person marked as an agent's greeting; they count as the answer and as live.
    """

    share: Floats
    others: Floats
    company: int
    pieces: list[tuple[str, float, float]] = field(default_factory=list)
    greetings: list[float] = field(default_factory=list)


def alone(one: Print) -> Lesson:
    """What a recording teaches itself: loops and repeated prompts."""
    return Line({"": one}).lessons[""]


class Line:
    """A line's recordings, by name. causal: only those earlier in the order of their names teach a recording."""

    def __init__(
        self, prints: Mapping[str, Print], library: Library | None = None, *, causal: bool = False
    ) -> None:
        self.names = sorted(prints)
        known = library.prints(without=prints.values()) if library else {}
        given = {place: ident for place, ident in enumerate(known) if library and library.has(ident)}
        self.prints = [*known.values(), *(prints[name] for name in self.names)]
        self._first = len(known)
        self._taught_by = len(known) - len(given)  # recordings that the library remembers
        index = Index(self.prints, [*range(self._first), *_calls(self.names, self._first)])
        likenesses: list[list[Likeness]] = [[] for _ in self.prints]
        for place in range(self._first, len(self.prints)):
            likenesses[place] = index.likenesses(self.prints[place], place, earlier_only=causal)
        whole = both_ways(likenesses)
        if causal:
            whole = [[one for one in own if one.other <= place] for place, own in enumerate(whole)]
        self.stretches, self.found = find_pieces(self.prints, whole, given)
        self.lessons = {
            name: self._lesson(
                self._first + number, whole, library, number if causal else len(self.names) - 1
            )
            for number, name in enumerate(self.names)
        }

    def new_pieces(self) -> list[tuple[str, Found]]:
        """Pieces the library did not have, with the name of the recording they were found in."""
        here = (self._in_our_recordings(one) for one in self.found)
        return [(self.names[one.owner - self._first], one) for one in here if one is not None]

    def remembered_in(self, ident: str) -> int:
        """In how many recordings that only the library remembers a piece sounds."""
        return sum(ident in {stretch.ident for stretch in own} for own in self.stretches[: self._first])

    def heard_in(self, name: str) -> set[str]:
        """Ids of the pieces that sound in a recording."""
        return {stretch.ident for stretch in self.stretches[self._first + self.names.index(name)]}

    def _in_our_recordings(self, one: Found) -> Found | None:
        """Of a remembered recording there is no sound any more: the piece is taken as one of ours has it."""
        if one.owner >= self._first:
            return one
        for place in range(self._first, len(self.prints)):
            for stretch in self.stretches[place]:
                if stretch.ident == one.ident:
                    heard = self.prints[place].part(stretch.start, stretch.end)
                    return Found(one.ident, one.kind, place, stretch.start, heard)
        return None

    def _lesson(
        self, place: int, likenesses: Sequence[Sequence[Likeness]], library: Library | None, company: int
    ) -> Lesson:
        blocks = len(self.prints[place].bands) // FRAMES_PER_BLOCK
        stretches = self.stretches[place]
        live = [one for one in stretches if library and library.is_live(one.ident)]
        greetings = [one for one in live if library and library.counts_as_answer(one.ident)]
        share, others = _known(likenesses[place], blocks, live)
        return Lesson(
            share,
            others,
            company + self._taught_by,
            [
                (one.ident, one.start / FRAMES_PER_SECOND, one.end / FRAMES_PER_SECOND)
                for one in stretches
                if one not in live or one in greetings
            ],
            [one.start / FRAMES_PER_SECOND for one in greetings],
        )


def _calls(names: Sequence[str], first: int) -> list[int]:
    """A number from ``first`` on for the call of each recording: call.wav and call.mp3 are of one call, in which live words
    sound twice.
    """
    numbers: dict[str, int] = {}
    return [numbers.setdefault(_call(name), first + len(numbers)) for name in names]


def _call(name: str) -> str:
    path = PurePosixPath(name)
    return str(path.with_suffix("")) if path.suffix.lower() in ENDINGS else name


def _known(likenesses: Sequence[Likeness], blocks: int, live: Sequence[Stretch]) -> tuple[Floats, Floats]:
    """Share and number of others by block; stretches that a person called live are not known."""
    frames = blocks * FRAMES_PER_BLOCK
    covered = np.zeros(frames, np.int16)
    for other in sorted({one.other for one in likenesses}):
        once = np.zeros(frames, bool)
        for one in likenesses:
            if one.other == other:
                once[one.start : one.end] = True
        covered += once
    for stretch in live:
        covered[stretch.start : stretch.end] = 0
    per_block = covered.reshape(blocks, FRAMES_PER_BLOCK)
    share = (per_block > 0).mean(axis=1).astype(np.float32)
    return share, np.minimum(per_block.max(axis=1), _MOST_OTHERS).astype(np.float32)
