"""A recording as a waveform: peaks as bars of one path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from callwitness.ledger import models as m

HEIGHT: Final = 64
_MOST: Final = 800


@dataclass(frozen=True, slots=True)
class Wave:
    """A recording and its drawing. path: for a box as wide as there are peaks; voice: seconds to the first live word, '' unknown."""

    recording: m.Recording
    path: str
    width: int
    voice: str


def wave(recording: m.Recording, call: m.Call) -> Wave:
    """Peaks are 0..100, one a slice of time."""
    peaks = [min(100.0, max(0.0, float(peak))) for peak in recording.peaks[:_MOST]]
    middle = HEIGHT / 2
    bars = [
        f"M{place + 0.5} {middle - half:.1f}V{middle + half:.1f}"
        for place, peak in enumerate(peaks)
        for half in (max(0.5, peak / 100 * (middle - 2)),)
    ]
    return Wave(recording, "".join(bars), max(1, len(peaks)), _voice(recording, call))


def _voice(recording: m.Recording, call: m.Call) -> str:
    """Where the voice begins, when the recording is as long as the call, so that both begin together."""
    if call.human_voice_at is None or call.ended_at is None or recording.duration_s is None:
        return ""
    whole = (call.ended_at - call.started_at) / 1000
    if abs(whole - recording.duration_s) > 3:
        return ""
    return f"{(call.human_voice_at - call.started_at) / 1000:.1f}"
