"""What a sound file is: how long, how many channels, its outline for drawing. Read in blocks, never whole."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import soundfile

from callwitness.domain.errors import CallwitnessError

PEAKS: Final = 400
LONGEST_S: Final = 24 * 3600
_BLOCK: Final = 1 << 16
_CHANNELS: Final = 8
_MEDIA: Final = {"WAV": "audio/wav", "WAVEX": "audio/wav", "OGG": "audio/ogg", "FLAC": "audio/flac", "MP3": "audio/mpeg",
                 "MPEG": "audio/mpeg"}  # fmt: skip


class NoSound(CallwitnessError):
    """The file cannot be read as sound."""


@dataclass(frozen=True, slots=True)
class Sound:
    """peaks: about 400 values 0..100, the loudest moment of each stretch over all channels."""

    media_type: str
    duration_s: float
    channels: int
    peaks: list[int]


def describe(path: Path) -> Sound:
    """Look through a file. Raises ``NoSound`` with a sentence."""
    try:
        with soundfile.SoundFile(path) as sound:
            if sound.format not in _MEDIA:
                raise NoSound(f"expected wav, mp3, ogg or flac, found {sound.format}")
            if not 0 < sound.channels <= _CHANNELS or not 0 < sound.frames <= LONGEST_S * sound.samplerate:
                raise NoSound("expected up to eight channels and a day of sound, at least a moment of it")
            peaks, frames = _peaks(sound)
            return Sound(_MEDIA[sound.format], round(frames / sound.samplerate, 3), sound.channels, peaks)
    except (soundfile.SoundFileError, RuntimeError, ValueError) as problem:
        raise NoSound("not a sound file that can be read; expected wav, mp3, ogg or flac") from problem


def _peaks(sound: soundfile.SoundFile) -> tuple[list[int], int]:
    """The outline, and how many frames there really are."""
    stretch = max(1, -(-sound.frames // PEAKS))
    peaks = [0.0] * (-(-sound.frames // stretch))
    at = 0
    for block in sound.blocks(_BLOCK, dtype="float32", always_2d=True):
        loud = np.nan_to_num(np.abs(block)).max(axis=1)
        for index in range(at // stretch, (at + len(loud) - 1) // stretch + 1):
            part = loud[max(0, index * stretch - at) : (index + 1) * stretch - at]
            if index < len(peaks) and len(part):
                peaks[index] = max(peaks[index], float(part.max()))
        at += len(loud)
    return [min(100, round(100 * peak)) for peak in peaks], at
