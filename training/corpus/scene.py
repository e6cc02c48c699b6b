"""One call as it is composed: sounds placed on the caller's and the far side, and the labels that go with them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from training.corpus.bank import RATE, Sound
from training.corpus.lines import Line
from training.corpus.voices import Speaker

Spans = dict[str, list[list[object]]]
LISTS = ("hold", "announcement", "silence", "tone", "ivr", "operator", "caller")


@dataclass
class Scene:
    """``now`` is the moment (in samples) where the next sound of the far side goes."""

    line: Line
    rng: np.random.Generator
    caller: Speaker
    flow: str = ""
    hold_kind: str = "music"
    now: int = 0
    answer: int | None = None
    connect: int | None = None
    operator: Speaker | None = None
    tags: list[str] = field(default_factory=list)
    far: list[tuple[int, Sound]] = field(default_factory=list)
    near: list[tuple[int, Sound]] = field(default_factory=list)
    agent_present: list[tuple[int, int]] = field(default_factory=list)
    spans: Spans = field(default_factory=lambda: {name: [] for name in LISTS})
    overlays: list[list[object]] = field(default_factory=list)

    def tag(self, *names: str) -> None:
        """Add tags once."""
        self.tags += [name for name in names if name not in self.tags]

    def mark(self, name: str, start: int, end: int, *kind: str) -> None:
        """A span of one of the label's lists, given in samples."""
        self.spans[name].append([round(start / RATE, 3), round(end / RATE, 3), *kind])

    def play(self, sound: Sound, at: int | None = None) -> int:
        """Put a sound on the far side, now or ``at``; answers its end."""
        start = self.now if at is None else at
        self.far.append((start, sound))
        if at is None:
            self.now = start + len(sound)
        return start + len(sound)

    def rest(self, least_s: float, most_s: float) -> None:
        """Let some time pass."""
        self.now += int(self.rng.uniform(least_s, most_s) * RATE)

    def announce(self, sound: Sound, name: str = "announcement") -> None:
        """A recorded message now."""
        start = self.now
        self.play(sound)
        self.mark(name, start, self.now)

    def operator_says(self, sound: Sound, at: int | None = None) -> int:
        """Live words of the far side; the first are the answer."""
        start = self.now if at is None else at
        end = self.play(sound, at)
        self.mark("operator", start, end)
        if self.answer is None:
            self.answer = start
        return end

    def caller_says(self, sound: Sound, at: int) -> int:
        """Words of the caller."""
        self.near.append((at, sound))
        self.mark("caller", at, at + len(sound))
        return at + len(sound)

    def overlay(self, sound: Sound, at: int, kind: str) -> None:
        """Another sound of the caller's side."""
        self.near.append((at, sound))
        self.overlays.append([round(at / RATE, 3), round((at + len(sound)) / RATE, 3), kind])
