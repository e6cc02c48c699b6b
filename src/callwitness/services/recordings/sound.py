"""What a sound file is: how long, how many channels, its outline for drawing. Decoded in pieces, never whole."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from callwitness.audio.decode import Chunk, open_sound

PEAKS: Final = 400
_BLOCK: Final = 40
"""Samples of one look, 5 ms: the outline of the shortest sound is fine enough, of the longest 35 MB."""
_MEDIA: Final = {
    "WAV": "audio/wav", "Ogg": "audio/ogg", "FLAC": "audio/flac", "MP3": "audio/mpeg", "MP4 or M4A": "audio/mp4",
    "WebM or Matroska": "audio/webm", "AAC": "audio/aac", "AMR": "audio/amr", "WMA": "audio/x-ms-wma",
    "AU": "audio/basic", "AIFF": "audio/aiff", "CAF": "audio/x-caf", "Wave64": "audio/x-w64",
}  # fmt: skip
_UNKNOWN: Final = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Sound:
    """peaks: at most 400 values 0..100, the loudest moment of each stretch over the first two channels."""

    media_type: str
    duration_s: float
    channels: int
    peaks: list[int]


def describe(path: Path) -> Sound:
    """Look through a file of any kind that can be listened to. Raises ``decode.Unreadable`` with a sentence."""
    with open_sound(path) as sound:
        loud = np.concatenate([_loudest(chunk) for chunk in sound])
        media = _MEDIA.get(sound.form, _UNKNOWN)
        return Sound(media, round(sound.duration_s, 3), sound.file_channels, _outline(loud))


def _loudest(chunk: Chunk) -> Chunk:
    """The loudest moment of each block, over all channels."""
    loud: Chunk = np.abs(chunk).max(axis=0)
    return np.maximum.reduceat(loud, np.arange(0, len(loud), _BLOCK))


def _outline(loud: Chunk) -> list[int]:
    stretches = np.linspace(0, len(loud), min(PEAKS, len(loud)), endpoint=False)
    peaks = np.maximum.reduceat(loud, stretches.astype(np.intp))
    return [min(100, round(100 * float(peak))) for peak in peaks]
