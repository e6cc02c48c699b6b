"""The exchange's recordings: a WAV file a call, from the moment the exchange has it until somebody hangs up.

Named as FreePBX names them, into a folder a day; every fifth without the call's id, so that number and time must do.
Some are missing, some are cut off by a full disk, some hold another's voice line dead, and one is of a call that
nobody logged.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from callwitness.simulate.clocks import SECOND, SourceClock, WallClock
from callwitness.simulate.happening import Call, Step
from callwitness.simulate.recordings import Span, Speak, recording

COLUMNS: Final = ("recording", "office_id", "begun_at", "human_voice_s", "duration_s", "trouble")
LONGEST_S: Final = 240
"""Recordings of longer calls are missing: worlds are to be tried, not to fill a disk."""
_SHARES: Final = (("missing", 0.04), ("truncated", 0.04), ("far_silent", 0.03))

Stretch = tuple[int, int, str]
"""From, to (true us), what is heard."""


class Recorder:
    """Writes recordings and ``truth_recordings.csv``. wall: the zone the exchange writes."""

    def __init__(
        self, out: Path, clock: SourceClock, wall: WallClock, seed: int, *, stereo: bool, speak: Speak | None
    ) -> None:
        self._folder, self._clock = out / "recordings", clock
        self._zone, self._stereo, self._speak = wall, stereo, speak
        self._rng = random.Random(f"{seed}/recorder")
        self._file = (out / "truth_recordings.csv").open("w", encoding="utf-8", newline="")
        self._rows = csv.writer(self._file, lineterminator="\n")
        self._rows.writerow(COLUMNS)
        self.files = 0
        self._last: Call | None = None

    def call(self, call: Call) -> None:
        """Record a call that the exchange answered or connected."""
        if call.channel is None or call.direction == "internal" or not call.answered:
            return
        begun, end = call.channel.start, call.end
        chance, nth = self._rng.random(), self._rng.randrange(5)
        trouble = "missing" if end - begun > LONGEST_S * SECOND else _trouble(chance)
        if trouble == "truncated" and (not call.human or end - call.human < 40 * SECOND):
            trouble = ""
        name = self._name(call, begun, with_id=nth > 0)
        spans = _spans(begun, end, stretches(call))
        if trouble != "missing":
            if trouble == "truncated":
                spans = _cut(spans, (call.human - begun) / SECOND + 8)
            self._write(name, call.office_id, spans, silent=trouble == "far_silent")
        seconds = round(sum(length for _, length in spans), 3)
        voice = round((call.human - begun) / SECOND, 3) if call.human else ""
        self._rows.writerow((name, call.office_id, begun // 1000, voice, seconds, trouble))
        self._last = call

    def close(self) -> None:
        """One more, of a call that stands in no log."""
        if self._last is not None and self._last.channel is not None:
            name = self._name(self._last, self._last.channel.start + 3600 * SECOND, with_id=False)
            name = name.replace(self._last.shown, "79009999999")
            self._write(name, "nobody", [("ringback", 4.0), ("speech", 9.0)], silent=False)
            self._rows.writerow((name, "", "", 4.0, 13.0, "orphan"))
        self._file.close()

    def _write(self, name: str, seed: str, spans: list[Span], *, silent: bool) -> None:
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        sound = recording(spans, seed, stereo=self._stereo or silent, speak=self._speak)
        path.write_bytes(_without_far_side(sound) if silent else sound)
        self.files += 1

    def _name(self, call: Call, at: int, *, with_id: bool) -> str:
        shown = self._clock.read(at) // SECOND
        day, time = self._zone.text(shown).split(" ")
        way, ours, theirs = "in", call.arrives_as or call.did, call.shown or "anonymous"
        if call.direction == "outbound":
            way, ours, theirs = "out", call.did, call.shown
        stamp = f"{day.replace('-', '')}-{time.replace(':', '')}"
        tail = f"-{call.office_id}" if with_id else ""
        return f"{day.replace('-', '/')}/{way}-{ours}-{theirs}-{stamp}{tail}.wav"


def stretches(call: Call) -> Iterator[Stretch]:
    """What is heard when, as the call's steps tell it."""
    for step in call.steps:
        begun, end = step.start, max(step.start, step.end)
        if step.app in ("Playback", "BackGround"):
            yield begun, end, f"announcement:{step.data}"
        elif step.app == "VoiceMail":
            beep = min(end, begun + 6 * SECOND)
            yield begun, beep, "announcement:mailbox"
            yield beep, end, "caller"
        elif step.app == "Busy":
            yield begun, end, "busy"
        elif step.app in ("Queue", "Dial"):
            yield from _waiting_and_talk(call, step)


def _waiting_and_talk(call: Call, step: Step) -> Iterator[Stretch]:
    waiting = "music" if step.app == "Queue" else "ringback"
    if step.talk is None:
        yield step.start, max(step.start, step.end), waiting
        return
    picked = step.talk.answered
    yield step.start, picked, waiting
    first = call.human if picked <= call.human <= picked + 2 * SECOND else picked + SECOND // 2
    if step.consult is None:
        yield first, max(first, step.end), "speech"
        return
    yield first, step.consult.start, "speech"
    yield step.consult.start, step.consult.merged, "music"
    yield step.consult.merged, step.end, "speech"


def _spans(begun: int, end: int, heard: Iterator[Stretch]) -> list[Span]:
    """One after another, silence between them."""
    spans: list[Span] = []
    at = begun
    for first, last, kind in heard:
        first, last = max(at, min(first, end)), max(at, min(last, end))
        spans += [("silence", (first - at) / SECOND), (kind, (last - first) / SECOND)]
        at = last
    spans.append(("silence", (end - at) / SECOND))
    return [span for span in spans if span[1] > 0]


def _cut(spans: list[Span], seconds: float) -> list[Span]:
    kept: list[Span] = []
    for kind, length in spans:
        length = min(length, seconds - sum(known for _, known in kept))
        if length > 0:
            kept.append((kind, length))
    return kept


def _trouble(chance: float) -> str:
    for name, share in _SHARES:
        if chance < share:
            return name
        chance -= share
    return ""


def _without_far_side(sound: bytes) -> bytes:
    """A stereo file whose right side is digital silence, as some recorders leave it."""
    header, body = sound[:44], bytearray(sound[44:])
    body[2::4] = bytes(len(body[2::4]))
    body[3::4] = bytes(len(body[3::4]))
    return header + bytes(body)
