"""What was said in one recording, and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, cast

Side = Literal["near", "far", "both"]

SIDES: Final[tuple[Side, ...]] = ("near", "far", "both")


@dataclass(frozen=True, slots=True)
class Word:
    """One word, in seconds from the start of the file."""

    start_s: float
    end_s: float
    text: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of one speaker's words. side: near is the caller, far the side called, both where they share a channel.

    words: empty where the engine tells no times of words.
    """

    side: Side
    start_s: float
    end_s: float
    text: str
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was said in a recording. engine: name and version; problem: a sentence when something is missing."""

    file: str
    language: str
    engine: str
    segments: tuple[Segment, ...] = ()
    problem: str | None = None

    def row(self) -> dict[str, object]:
        """The line of ``callwitness words``."""
        return {
            "file": self.file,
            "language": self.language,
            "engine": self.engine,
            "segments": segment_rows(self.segments),
            "problem": self.problem,
        }


def segment_rows(segments: Sequence[Segment]) -> list[dict[str, Any]]:
    """Segments as JSON takes them: words are [start, end, text]."""
    return [
        {
            "side": each.side,
            "start_s": round(each.start_s, 3),
            "end_s": round(each.end_s, 3),
            "text": each.text,
            "words": [[round(word.start_s, 3), round(word.end_s, 3), word.text] for word in each.words],
        }
        for each in segments
    ]


def segments_of(rows: Sequence[Mapping[str, Any]]) -> tuple[Segment, ...]:
    """Segments back from ``segment_rows``."""
    return tuple(
        Segment(
            cast(Side, row["side"]),
            float(row["start_s"]),
            float(row["end_s"]),
            str(row["text"]),
            tuple(Word(float(start), float(end), str(text)) for start, end, text in row["words"]),
        )
        for row in rows
    )
