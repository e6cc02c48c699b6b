"""A recording as a page shows it: its outline as bars of one path, and what was heard in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from callwitness.ledger import models as m
from callwitness.web.ui.heard import Shown, shown

HEIGHT: Final = 64
_MOST: Final = 800


@dataclass(frozen=True, slots=True)
class Wave:
    """A recording and its drawing. path: for a box as wide as there are peaks; heard: None = nobody has listened yet."""

    recording: m.Recording
    path: str
    width: int
    heard: Shown | None


def wave(recording: m.Recording) -> Wave:
    """The outline, and the facts where they are of the bytes that are kept now."""
    hearing: m.Hearing | None = getattr(recording, "hearing", None)
    heard = shown(hearing) if hearing is not None and hearing.sha256 == recording.sha256 else None
    peaks = recording.peaks[:_MOST]
    return Wave(recording, outline(peaks), max(1, len(peaks)), heard)


def outline(peaks: Sequence[float]) -> str:
    """Peaks are 0..100, one a slice of time."""
    middle = HEIGHT / 2
    return "".join(
        f"M{place + 0.5} {middle - half:.1f}V{middle + half:.1f}"
        for place, peak in enumerate(peaks)
        for half in (max(0.5, min(100.0, max(0.0, float(peak))) / 100 * (middle - 2)),)
    )
