"""The recordings of a session and what can truly be heard in each, found by the sound itself."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import soundfile

from tests.asterisk_lab import capture
from tests.asterisk_lab.ami import Message
from tests.asterisk_lab.chroot import exact_version
from tests.asterisk_lab.instance import Instance, running_pair
from tests.asterisk_lab.recorded import CALLS, RecordedCall, scripts, write_tracks
from tests.asterisk_lab.session import Moments, play
from tests.asterisk_lab.tracks import RATE, Conversation, People, Sound

KINDS: Final = ("stereo", "mono")
_WORDS: Final = ((1.0, 0.6), (0.5, 0.6), (0.3, 0.8))
"""So many seconds of the first words must be so much alike. Shorter ones where a busy machine lost packets within them."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One file. ``file``: its path in the folder of its kind, with ``/``.

    begun_at: when the recorder started, seconds since the epoch, told by the office. first_word_s: second of the
    recording at which the agent's first word begins; None = there is no such sound in it.
    """

    call: RecordedCall
    kind: str
    file: str
    begun_at: float
    first_word_s: float | None
    duration_s: float


@dataclass(frozen=True, slots=True)
class Recorded:
    """A session of recorded calls. Files of a kind lie in ``folder / kind / line``."""

    capture: capture.Capture
    folder: Path
    recordings: tuple[Recording, ...]
    conversations: Mapping[str, Conversation]

    def of(self, kind: str) -> list[Recording]:
        """All mono or all stereo ones."""
        return [recording for recording in self.recordings if recording.kind == kind]

    def moments(self, call: RecordedCall) -> Moments:
        """What happened when."""
        return self.capture.session.moments[call.key]


def record(tree: Path, folder: Path) -> Recorded:
    """Let both exchanges play every recorded call, and bring home what was recorded. Raises ``LabUnavailable``."""
    with running_pair(tree, f"{folder.parent.name}{folder.name}") as (office, network):
        tracks = network.home / "tracks"
        told = write_tracks(People(tree), tracks)
        session = asyncio.run(play(office, network, scripts(Path("/", tracks.relative_to(tree)))))
        messages = capture.take(office, network, session, folder)
        found = _collect(office, folder, told, session.heard)
    return Recorded(capture.Capture(folder, exact_version(tree), session, messages), folder, found, told)


def _collect(
    office: Instance, folder: Path, told: Mapping[str, Conversation], events: Sequence[Message]
) -> tuple[Recording, ...]:
    """Copy the recordings, stereo ones made into WAV files. events: of the office's manager interface."""
    found = []
    for kind, file in _files(office):
        sound = _sound(file)
        target = folder / kind / file.parent.name / f"{file.stem}.wav"
        target.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(target, sound, RATE, subtype="PCM_16")
        call = next(call for call in CALLS if f"-{call.caller}-" in file.name)
        at = _first_word(sound[:, -1], told[call.key]) if call.audible else None
        name = f"{file.parent.name}/{target.name}"
        found.append(Recording(call, kind, name, _begun(file, events), at, len(sound) / RATE))
    return tuple(found)


def _files(office: Instance) -> list[tuple[str, Path]]:
    kept = office.home / "spool/monitor"
    return [(kind, file) for kind in KINDS for file in sorted((kept / kind).glob("*/*"))]


def _sound(file: Path) -> Sound:
    """(n, channels): option D writes samples of the caller and of the side called in turn, without a header."""
    if file.suffix == ".raw":
        raw = np.fromfile(file, "<i2")
        return np.asarray(raw[: len(raw) // 2 * 2].reshape(-1, 2) / 32768, np.float32)
    samples, _ = soundfile.read(file, dtype="float32", always_2d=True)
    return np.asarray(samples, np.float32)


def _begun(file: Path, events: Sequence[Message]) -> float:
    uniqueid = file.stem.rpartition("-")[2]
    starts = [
        event for event in events if event["Event"] == "MixMonitorStart" and event["Uniqueid"] == uniqueid
    ]
    return min((float(event["Timestamp"]) for event in starts), default=0.0)


def _first_word(side: Sound, spoken: Conversation) -> float | None:
    """Second at which the agent's first words sound in ``side``, by correlation."""
    begin = round(spoken.first_word_s * RATE)
    for seconds, alike in _WORDS:
        words = spoken.agent[begin : begin + round(seconds * RATE)]
        place, found = _best_place(side.astype(np.float64), words.astype(np.float64))
        if found > alike:
            return place / RATE
    return None


def _best_place(side: npt.NDArray[np.float64], words: npt.NDArray[np.float64]) -> tuple[int, float]:
    """Sample at which ``words`` fit best, and how well: 1 = the very same sound."""
    if len(side) <= len(words):
        return 0, 0.0
    size = 1 << (len(side) + len(words)).bit_length()
    product = np.fft.irfft(np.fft.rfft(side, size) * np.conj(np.fft.rfft(words, size)), size)
    dots = product[: len(side) - len(words)]
    energy = np.concatenate([[0.0], np.cumsum(side**2)])
    around = energy[len(words) :][: len(dots)] - energy[: len(dots)]
    alike = dots / np.sqrt(np.maximum(around, 1e-4) * (words @ words))
    place = int(np.argmax(alike))
    return place, float(alike[place])
