"""Invented facts of a few recordings, as strange as they come."""

from __future__ import annotations

import math

from callwitness.audio.heard import Candidate, Heard, Span
from callwitness.report.listening.card import Sound

HOSTILE = '<script>alert("x")</script> & "quoted" \u202egnp.wav'

ANSWERED = Heard(
    "sales/in-74950000001-79000000001-20261110-101500.wav", "answered", 37.24, 33.0, 0.97, "trees 1", 125.0, "mono",
    [Span(0, 6.2, "tone"), Span(6.2, 14, "announcement"), Span(14, 25, "music"), Span(25, 29, "announcement"),
     Span(29, 36.4, "music"), Span(36.4, 37.2, "quiet"), Span(37.2, 80, "speech"), Span(80, 92, "music"),
     Span(92, 125, "speech")],
    known=["a1b2c3"], candidates=[Candidate(37.24, 0.93), Candidate(6.3, 0.05), Candidate(92.0, 0.02)],
)  # fmt: skip
STEREO = Heard(
    "sales/in-74950000001-79000000002-20261110-101900.wav", "answered", 12.4, 11.9, 0.995, "trees 1", 61.5, "stereo",
    [Span(0, 11.9, "tone"), Span(11.9, 12.4, "quiet"), Span(12.4, 20, "speech_far"), Span(20, 26, "speech_near"),
     Span(26, 28, "mixed"), Span(28, 50, "speech_far"), Span(50, 61.5, "speech_near")],
)  # fmt: skip
DOUBTFUL = Heard(
    "support/звонок № 7, «алло».opus", "unsure", 41.0, None, 0.52, "trees 1", 70.0, "mono",
    [Span(0, 10, "music"), Span(10, 14, "speech"), Span(14, 40, "music"), Span(40, 70, "speech")],
    candidates=[Candidate(41.0, 0.48), Candidate(10.1, 0.44), Candidate(55.0, 0.06)],
)  # fmt: skip
NOBODY = Heard(
    "support/7.wav", "nobody", None, None, 0.91, "trees 1", 48.0, "mono",
    [Span(0, 20, "tone"), Span(20, 48, "music")], candidates=[Candidate(20.4, 0.04)],
)  # fmt: skip
FAULTY = Heard(
    "support/8.wav", "unsure", None, None, 0.2, "trees 1", 90.0, "stereo", [Span(0, 90, "speech_near")], silence="far",
    problem="The file was cut. The side called is digital silence throughout: a fault of the recording, not of the call.",
)  # fmt: skip
BROKEN = Heard(HOSTILE, "unreadable", problem="Not a recording: the file is empty.")
FACTS = [ANSWERED, STEREO, DOUBTFUL, NOBODY, FAULTY, BROKEN]
LINES = {each.file: each.file.split("/", maxsplit=1)[0] for each in FACTS}
PIECES = {"a1b2c3": "Your call is important to us"}


def sound(number: int, seconds: float) -> Sound:
    """A playable copy with an outline that looks like speech."""
    peaks = [round(50 + 45 * math.sin(n * 0.37 + number) * math.sin(n * 0.021)) for n in range(600)]
    return Sound(f"sound/{number:04}.ogg", seconds, peaks)


SOUNDS = {each.file: sound(n, each.duration_s) for n, each in enumerate(FACTS) if each.status != "unreadable"}
