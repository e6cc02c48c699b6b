"""Where live speech is, and how it is joined for an engine.

An engine pays for every call and works in windows of 30 s, so stretches of speech are laid one after another, with a
little silence between them, until there are about 28 s. ``Chunk.pieces`` is the way back to times of the file.
Announcements, music and everything else the line is known to play are never among them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from callwitness.audio.heard import Heard, Kind, Span
from callwitness.audio.words.transcript import Side

LONGEST_S: Final = 28.0
SILENCE_S: Final = 0.4
"""Laid between two pieces, so that their words do not run together."""
_PAD_S: Final = 0.25
_NEAR_S: Final = 0.6
"""Stretches nearer than this are one: a breath is no boundary."""
_BREATH_S: Final = _NEAR_S - 2 * _PAD_S - 1e-6
_SHORTEST_S: Final = 0.15
_SEARCH_S: Final = 6.0
"""A stretch that is too long is cut where it is quietest in its last seconds."""
_LIVE: Final[Mapping[Kind, tuple[Side, ...]]] = {
    "speech_near": ("near",),
    "speech_far": ("far",),
    "mixed": ("near", "far"),
    "speech": ("near", "far"),
}
_SHARED: Final[tuple[Side, ...]] = ("both",)
_PLAYED: Final[frozenset[Kind]] = frozenset({"announcement", "music", "tone"})

Stretch = tuple[float, float]
Quietest = Callable[[Side, float, float], float]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the file (start_s to end_s) that begins at at_s of its chunk."""

    at_s: float
    start_s: float
    end_s: float

    @property
    def until_s(self) -> float:
        """Its end in the chunk."""
        return self.at_s + self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class Chunk:
    """Pieces of one side, in order, that an engine hears at once."""

    side: Side
    pieces: tuple[Piece, ...]

    @property
    def duration_s(self) -> float:
        return self.pieces[-1].until_s

    def piece_at(self, at_s: float) -> Piece:
        """The piece that sounds at a time of the chunk; in the silence between two the nearer one."""
        return min(self.pieces, key=lambda piece: max(piece.at_s - at_s, at_s - piece.until_s, 0.0))

    def file_time(self, at_s: float, piece: Piece | None = None) -> float:
        """The time of the file; what lies outside the piece is drawn to its edge."""
        piece = piece or self.piece_at(at_s)
        return min(max(piece.start_s + at_s - piece.at_s, piece.start_s), piece.end_s)


def chunks(heard: Heard, quietest: Quietest) -> list[Chunk]:
    """All live speech of a recording. quietest: (side, from, to) -> the moment where that side is quietest."""
    return [
        chunk
        for side, stretches in live_speech(heard).items()
        for chunk in _joined(side, list(_short_enough(side, stretches, quietest)))
    ]


def live_speech(heard: Heard) -> dict[Side, list[Stretch]]:
    """Stretches of live speech by side, widened by a moment but never into what the line plays."""
    two = heard.channels == "stereo"
    found: dict[Side, list[Stretch]] = {}
    for place, span in enumerate(heard.spans):
        live = _LIVE.get(span.kind, ())
        for side in live if two else _SHARED[: len(live)]:
            found.setdefault(side, []).append(_widened(heard.spans, place))
    return {side: _merged(found[side]) for side in sorted(found)}


def _widened(spans: Sequence[Span], place: int) -> Stretch:
    before = _pad(spans[place - 1]) if place else 0.0
    after = _pad(spans[place + 1]) if place + 1 < len(spans) else 0.0
    return spans[place].start_s - before, spans[place].end_s + after


def _pad(beside: Span) -> float:
    """How far speech may reach into the span beside it."""
    return 0.0 if beside.kind in _PLAYED else min(_PAD_S, beside.end_s - beside.start_s)


def _merged(stretches: Sequence[Stretch]) -> list[Stretch]:
    """Overlapping ones and near neighbours as one; what is too short for a word is left out.

    Near neighbours have nothing but a breath between them: what the line plays lasts longer.
    """
    merged: list[Stretch] = []
    for start, end in stretches:
        if merged and start - merged[-1][1] < _BREATH_S:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((start, end))
    return [(start, end) for start, end in merged if end - start >= _SHORTEST_S]


def _short_enough(side: Side, stretches: Sequence[Stretch], quietest: Quietest) -> Iterator[Stretch]:
    for start, end in stretches:
        while end - start > LONGEST_S:
            cut = quietest(side, start + LONGEST_S - _SEARCH_S, start + LONGEST_S)
            yield start, cut
            start = cut
        yield start, end


def _joined(side: Side, stretches: Sequence[Stretch]) -> Iterator[Chunk]:
    pieces: list[Piece] = []
    for start, end in stretches:
        at = pieces[-1].until_s + SILENCE_S if pieces else 0.0
        if pieces and at + end - start > LONGEST_S:
            yield Chunk(side, tuple(pieces))
            pieces, at = [], 0.0
        pieces.append(Piece(at, start, end))
    if pieces:
        yield Chunk(side, tuple(pieces))
