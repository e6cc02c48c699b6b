"""From sound and what was heard in it to a transcript: only live speech is sent, what comes back is laid on the file's time."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Final

from callwitness.audio.heard import Heard
from callwitness.audio.words.engine import Engine, Said
from callwitness.audio.words.guards import believable
from callwitness.audio.words.redact import redacted
from callwitness.audio.words.regions import Chunk, Piece, chunks
from callwitness.audio.words.tape import Tape
from callwitness.audio.words.transcript import Segment, Transcript, Word

_STRAY_S: Final = 0.3
"""Text that lies so far from any speech belongs to none."""


def transcribe(heard: Heard, tape: Tape, engine: Engine, language: str) -> Transcript:
    """The words of a recording. Raises ``EngineFailed``: half a transcript would pass for a whole one."""
    found = [
        segment
        for chunk in chunks(heard, tape.quietest)
        for segment in _heard_in(chunk, tape, engine, language)
    ]
    ordered = redacted(sorted(found, key=lambda each: (each.start_s, each.side)))
    return Transcript(heard.file, language, engine.name, ordered, heard.problem)


def _heard_in(chunk: Chunk, tape: Tape, engine: Engine, language: str) -> Iterator[Segment]:
    for said in believable(engine.transcribe(tape.of(chunk), language)):
        yield from _by_words(chunk, said) if said.words else _whole(chunk, said)


def _by_words(chunk: Chunk, said: Said) -> Iterator[Segment]:
    """One segment for each piece in which words of a sentence lie: pieces may be minutes apart."""
    placed = [(piece, word) for word in said.words if (piece := _piece_of(chunk, word.start_s, word.end_s))]
    groups = [
        (piece, [word for _piece, word in group]) for piece, group in groupby(placed, key=itemgetter(0))
    ]
    for piece, group in groups:
        words = tuple(
            Word(chunk.file_time(word.start_s, piece), chunk.file_time(word.end_s, piece), word.text.strip())
            for word in group
            if word.text.strip()
        )
        if words:
            whole = len(group) == len(said.words)
            text = said.text.strip() if whole else " ".join(word.text for word in words)
            yield Segment(chunk.side, words[0].start_s, words[-1].end_s, text, words)


def _whole(chunk: Chunk, said: Said) -> Iterator[Segment]:
    if _piece_of(chunk, said.start_s, said.end_s) is not None:
        start = chunk.file_time(said.start_s)
        end = chunk.file_time(min(said.end_s, chunk.duration_s))
        yield Segment(chunk.side, start, max(start, end), said.text.strip())


def _piece_of(chunk: Chunk, start_s: float, end_s: float) -> Piece | None:
    """The piece in which a stretch lies; None when it lies in the silence between or behind them."""
    middle = (start_s + end_s) / 2
    piece = chunk.piece_at(middle)
    apart = max(piece.at_s - middle, middle - piece.until_s, 0.0)
    overlap = min(end_s, piece.until_s) - max(start_s, piece.at_s)
    return piece if apart <= _STRAY_S or overlap > 0 else None
