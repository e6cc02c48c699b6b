"""What telephones play in recorded calls: tracks of both people, made from synthetic voices and Debian's prompts.

A voice with a plus (``en-gb+f2``) is the synthesiser's, one without (``ru``) a human reader of Asterisk's prompts in
that language. Nobody says anything twice: what recurs on a line is learned as recorded.
"""

from __future__ import annotations

import io
import random
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from tests.asterisk_lab.sentences import OPENINGS, TALK

Sound = npt.NDArray[np.float32]
RATE: Final = 8000
SHORTEST_S, LONGEST_S = 1.2, 6.0
"""Prompts of other lengths are not said."""
SPOKEN: Final = ("agent", "auth", "call", "conf", "dir", "pbx", "pm", "priv", "queue", "vm")
"""Prompts are said of these kinds; among the others there are beeps, music and silence."""
_LOUDNESS: Final = 0.09
_ROOM_S: Final = 60


@dataclass(frozen=True, slots=True)
class Talk:
    """What is said once a telephone is picked up.

    agent, caller: voices. lead: seconds before the first word. caller_first: the caller says something before the
    agent does. room_db: noise of both rooms, dBFS; None = digital zero between words. turns: of each of the two.
    level: of the agent, 1 = that of the prompts.
    """

    agent: str
    caller: str
    lead: float = 0.7
    caller_first: bool = False
    room_db: float | None = -62.0
    turns: int = 3
    level: float = 1.0


@dataclass(frozen=True, slots=True)
class Conversation:
    """Both sides of a talk, 8 kHz, beginning together. first_word_s: when the agent's first word begins."""

    agent: Sound
    caller: Sound
    first_word_s: float


@dataclass(slots=True)
class People:
    """Everyone who speaks. ``tree``: the chroot with the synthesiser and the prompts."""

    tree: Path
    dice: random.Random = field(default_factory=lambda: random.Random(20261122))
    _sentences: dict[tuple[str, str], Iterator[str]] = field(default_factory=dict)
    _prompts: dict[str, Iterator[Path]] = field(default_factory=dict)

    def opening(self, voice: str) -> Sound:
        """The words with which an agent takes a call."""
        return self._synthetic(voice, "opening") if "+" in voice else self._prompt(voice)

    def sentence(self, voice: str) -> Sound:
        """Anything said later."""
        return self._synthetic(voice, "talk") if "+" in voice else self._prompt(voice)

    def conversation(self, talk: Talk) -> Conversation:
        """Agent and caller in turns."""
        sides: tuple[list[tuple[float, Sound]], list[tuple[float, Sound]]] = ([], [])
        now = talk.lead
        if talk.caller_first:
            now = _add(sides[1], 0.3, self.sentence(talk.caller)) + 0.4
        first_word_s = now
        now = _add(sides[0], now, self.opening(talk.agent) * np.float32(talk.level))
        for turn in range(talk.turns):
            now = _add(sides[1], now + self.dice.uniform(0.2, 0.7), self.sentence(talk.caller))
            if turn + 1 < talk.turns:
                reply = self.sentence(talk.agent) * np.float32(talk.level)
                now = _add(sides[0], now + self.dice.uniform(0.2, 0.7), reply)
        agent, caller = (self.laid(side, now + 0.5, talk.room_db) for side in sides)
        return Conversation(agent, caller, first_word_s)

    def laid(self, clips: list[tuple[float, Sound]], seconds: float, room_db: float | None) -> Sound:
        """A track of ``seconds`` with each clip at its second."""
        track = self.room(seconds, room_db)
        for at, clip in clips:
            begin = round(at * RATE)
            part = clip[: max(len(track) - begin, 0)]
            track[begin : begin + len(part)] += part
        return np.clip(track, -1, 1).astype(np.float32)

    def room(self, seconds: float = _ROOM_S, room_db: float | None = -62.0) -> Sound:
        """Somebody's room while nobody speaks."""
        n = round(seconds * RATE)
        if room_db is None:
            return np.zeros(n, np.float32)
        noise = np.random.default_rng(self.dice.randrange(1 << 30)).standard_normal(n + 8)
        soft = np.convolve(noise, np.ones(4) / 2, "same")[:n]
        return np.asarray(soft * 10 ** (room_db / 20), np.float32)

    def _synthetic(self, voice: str, part: str) -> Sound:
        language = voice[:2]
        told = self._sentences.setdefault((language, part), self._shuffled(language, part))
        pitch, speed = self.dice.randrange(35, 65), self.dice.randrange(140, 180)
        command = ["chroot", str(self.tree), "espeak-ng", "--stdout", "-v", voice]
        command += ["-p", str(pitch), "-s", str(speed), next(told)]
        spoken = subprocess.run(command, capture_output=True, check=True).stdout
        return _ready(*soundfile.read(io.BytesIO(spoken), dtype="float32"))

    def _shuffled(self, language: str, part: str) -> Iterator[str]:
        sentences = list((OPENINGS if part == "opening" else TALK)[language])
        self.dice.shuffle(sentences)
        return cycle(sentences)  # in another voice, pitch and speed the second time

    def _prompt(self, language: str) -> Sound:
        told = self._prompts.setdefault(language, self._long_prompts(language))
        return _ready(*soundfile.read(next(told), dtype="float32"))

    def _long_prompts(self, language: str) -> Iterator[Path]:
        folders = (self.tree / "usr/share/asterisk/sounds").glob(f"{language}_*_?_*")
        files = sorted(file for folder in folders for kind in SPOKEN for file in folder.glob(f"{kind}-*.wav"))
        self.dice.shuffle(files)
        return (file for file in files if SHORTEST_S <= soundfile.info(file).duration <= LONGEST_S)


def write_track(folder: Path, name: str, sound: Sound) -> None:
    """As Asterisk plays it: WAV, 8 kHz, 16 bit."""
    folder.mkdir(exist_ok=True)
    soundfile.write(folder / f"{name}.wav", sound, RATE, subtype="PCM_16")


def _add(side: list[tuple[float, Sound]], at: float, clip: Sound) -> float:
    """Let it be said ``at`` this second; returns the second when it is over."""
    side.append((at, clip))
    return at + len(clip) / RATE


def _ready(samples: Sound, rate: int) -> Sound:
    """8 kHz, without silence at its ends, as loud as the others."""
    sound = samples if rate == RATE else soxr.resample(samples, rate, RATE)
    loud = np.flatnonzero(np.abs(sound) > 0.05 * np.abs(sound).max())
    spoken = sound[loud[0] : loud[-1] + 1]
    return np.asarray(spoken * (_LOUDNESS / np.sqrt(np.mean(spoken**2))), np.float32)
