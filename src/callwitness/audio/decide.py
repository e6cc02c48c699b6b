"""Which moment is the answer, and how sure that is.

Every candidate and "nobody" get a share of one belief. Candidates within half a second of each other speak for the same
answer, so their shares are added; the greatest share wins, and a curve fitted on calls not used in training turns it into the
probability of being right.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from callwitness.audio.answering import Answering, Network, heard_by, inputs
from callwitness.audio.candidates import SPEECH, moments
from callwitness.audio.evidence import Scene, evidence
from callwitness.audio.features import Floats
from callwitness.audio.heard import Candidate, Status
from callwitness.audio.line import Lesson
from callwitness.audio.trace import Side, Trace
from callwitness.audio.trees import Trees

Numbers: TypeAlias = NDArray[np.float64]

METHOD: Final = "hearing-1"
MODEL: Final = "answer.npz"
UNSURE: Final = 0.6
_SAME_S: Final = 0.5
_LISTED: Final = 10
_GREETING: Final = 0.97  # a person said of this very sound that it is an answer
_CLEAR: Final = 0.9  # an answer before it that is as sure as this stands


@dataclass(frozen=True, slots=True)
class Choice:
    """human_voice_s: None = nobody. candidates: best first. See ``heard.Heard``. machine: for every 100 ms, how much of what
    may be speech is a recorded voice (0..1).
    """

    status: Status
    human_voice_s: float | None
    connect_s: float | None
    confidence: float
    candidates: list[Candidate]
    machine: Floats


@dataclass(frozen=True, slots=True)
class Judge:
    """What was learned. slope, nobody: belief is exp(slope x score) of a candidate, exp(nobody) of nobody. curve: (2, k)
    rising shares and the probability of being right at each; alone: the same for a recording that no other taught.
    """

    networks: tuple[Network, ...]
    trees: Trees
    slope: float
    nobody: float
    curve: Numbers
    alone: Numbers

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Self:
        slope, nobody, networks = (float(number) for number in arrays["belief"])
        return cls(
            tuple(Network.from_arrays(arrays, f"network{i}_") for i in range(int(networks))),
            Trees.from_arrays(arrays, "trees_"),
            slope,
            nobody,
            arrays["curve"].astype(np.float64),
            arrays["alone" if "alone" in arrays else "curve"].astype(np.float64),
        )

    def probability(self, share: float, company: int) -> float:
        """Of being right, at a share of belief, when the line has that many other recordings."""
        curve = self.curve if company else self.alone
        return float(np.interp(share, curve[0], curve[1]))


@cache
def judge() -> Judge:
    """As shipped."""
    with (
        (resources.files("callwitness.audio") / "models" / MODEL).open("rb") as stream,
        np.load(stream) as arrays,
    ):
        return Judge.from_arrays(arrays)


def choose(trace: Trace, lesson: Lesson) -> Choice:
    """The answer of one recording, or that nobody answered."""
    side = trace.answering
    near = speech_of(trace.near) if trace.near else None
    scene = scene_of(side, near, lesson, judge().networks)
    times = moments(scene.classes, scene.known, scene.energy, scene.answering.onset)
    scores = judge().trees.scores(evidence(scene, times))[:, 0].astype(np.float64)
    told, nobody = shares(scores, judge().slope, judge().nobody)
    listed = [
        Candidate(round(float(times[i]), 3), round(float(told[i]), 4)) for i in np.argsort(-told)[:_LISTED]
    ]
    at, share = best(times, told)
    somebody = share > nobody
    confidence = judge().probability(max(share, nobody), lesson.company)
    if lesson.greetings and not (somebody and confidence >= _CLEAR and at < min(lesson.greetings) - _SAME_S):
        at, somebody, confidence = min(lesson.greetings), True, _GREETING
    status: Status = "unsure" if confidence < UNSURE else "answered" if somebody else "nobody"
    return Choice(
        status,
        round(at, 3) if somebody else None,
        _connected(scene, at) if somebody else None,
        round(confidence, 3),
        listed,
        scene.answering.roles[:, 1] / np.maximum(scene.answering.roles[:, 1:].sum(axis=1), 1e-6),
    )


def scene_of(side: Side, near: Floats | None, lesson: Lesson, networks: tuple[Network, ...]) -> Scene:
    """What is known of the answering side, the network's view included."""
    blocks = side.blocks.astype(np.float32)
    rows = inputs(blocks, side.classes, lesson.share, lesson.others, lesson.company, near)
    heard: Answering = heard_by(networks, rows)
    return Scene(
        blocks, side.classes, lesson.share, lesson.others, side.energy.astype(np.float32), near, lesson.company, heard
    )  # fmt: skip


def speech_of(side: Side) -> Floats:
    """How much speech there is in every 100 ms of a side."""
    return np.asarray(side.classes[:, SPEECH].sum(axis=1), np.float32)


def shares(scores: Numbers, slope: float, nobody: float) -> tuple[Numbers, float]:
    """Belief in each candidate and in nobody; together 1."""
    grown = np.concatenate([slope * scores, [nobody]])
    grown = np.exp(grown - grown.max())
    grown /= grown.sum()
    return grown[:-1], float(grown[-1])


def best(times: Numbers, told: Numbers) -> tuple[float, float]:
    """The moment with most belief within half a second, and that belief; of those it gathers, the strongest is the moment."""
    first, last = np.searchsorted(times, times - _SAME_S), np.searchsorted(times, times + _SAME_S, "right")
    sums = np.concatenate([[0.0], np.cumsum(told)])
    gathered = sums[last] - sums[first]
    middle = int(gathered.argmax())
    around = np.flatnonzero(np.abs(times - times[middle]) <= _SAME_S)
    return float(times[around[told[around].argmax()]]), float(gathered[middle])


def _connected(scene: Scene, at: float) -> float | None:
    """End of the last waiting sound before a moment: music, a tone, known audio or a recorded voice."""
    waiting = (
        (scene.classes[:, 1] + scene.classes[:, 2] + scene.classes[:, 4] > 0.5)
        | (scene.known > 0.5)
        | (scene.answering.roles[:, 1] > 0.5)
    )
    before = np.flatnonzero(waiting[: int(at * 10)])
    return round((float(before[-1]) + 1) / 10, 3) if len(before) else None
