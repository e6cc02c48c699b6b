"""What was heard in one recording: the facts that every command, page and table of hearing speaks of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from callwitness.audio.tones import ToneEvent

Status: TypeAlias = Literal["answered", "nobody", "unsure", "unreadable"]
Channels: TypeAlias = Literal["mono", "stereo", "dual_mono"]
Kind: TypeAlias = Literal[
    "quiet", "tone", "music", "announcement", "speech_near", "speech_far", "speech", "mixed"
]

STATUSES: Final[tuple[Status, ...]] = ("answered", "nobody", "unsure", "unreadable")
KINDS: Final[tuple[Kind, ...]] = (
    "quiet", "tone", "music", "announcement", "speech_near", "speech_far", "speech", "mixed",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one kind, in seconds from the start of the file. near: the caller's side, far: the side called."""

    start_s: float
    end_s: float
    kind: Kind


@dataclass(frozen=True, slots=True)
class Candidate:
    """A moment when an answer may begin, and how much speaks for it (0..1, not calibrated)."""

    at_s: float
    weight: float


@dataclass(frozen=True, slots=True)
class Heard:
    """Facts of one recording.

    human_voice_s: the first live word of the answering side; None = nobody. An ``unsure`` recording carries the best guess.
    connect_s: end of the last waiting sound before it, when there was one.
    confidence: probability that the moment is right within half a second (or that rightly nobody was heard).
    spans: tile [0, duration_s] without gaps. known: ids of the line's recurring pieces that sound in it.
    silence: the side that is digital silence throughout (near, far, all), a fault of the recording; None = no such side.
    problem: one sentence for a person when something is wrong with the file, else None.
    candidates: the moments weighed, best first (at most ten); for a person who must decide.
    tones: signals of the network, telephone keys and fax on the answering side.
    played: where the known pieces sound: id, start and end in seconds, in order of time.
    """

    file: str
    status: Status
    human_voice_s: float | None = None
    connect_s: float | None = None
    confidence: float = 0.0
    method: str = ""
    duration_s: float = 0.0
    channels: Channels | None = None
    spans: list[Span] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    silence: Literal["near", "far", "all"] | None = None
    problem: str | None = None
    candidates: list[Candidate] = field(default_factory=list)
    tones: list[ToneEvent] = field(default_factory=list)
    played: list[tuple[str, float, float]] = field(default_factory=list)

    def row(self) -> dict[str, object]:
        """The line of ``callwitness listen``: the contract, in the order of its fields."""
        return {
            "file": self.file,
            "status": self.status,
            "human_voice_s": self.human_voice_s,
            "connect_s": self.connect_s,
            "confidence": self.confidence,
            "method": self.method,
            "duration_s": self.duration_s,
            "channels": self.channels,
            "spans": [[span.start_s, span.end_s, span.kind] for span in self.spans],
            "known": self.known,
            "silence": self.silence,
            "problem": self.problem,
        }
