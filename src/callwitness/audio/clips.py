"""Short stretches of a recording as files of their own, for a person to hear."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import soundfile

from callwitness.audio.decode import RATE, Unreadable, open_sound

LONGEST_S: Final = 60.0


def write_clip(source: Path, start_s: float, seconds: float, target: Path) -> bool:
    """Write a stretch of a recording as FLAC, 8 kHz, a minute at most. False when the recording cannot be read any more."""
    first, last = round(start_s * RATE), round((start_s + min(seconds, LONGEST_S)) * RATE)
    parts, at = [], 0
    try:
        with open_sound(source) as sound:
            for chunk in sound:
                parts.append(chunk[:, max(0, first - at) : max(0, last - at)])
                at += chunk.shape[1]
                if at >= last:
                    break
    except Unreadable:
        return False
    samples = np.concatenate(parts, axis=1) if parts else np.zeros((1, 0), np.float32)
    if not samples.shape[1]:
        return False
    soundfile.write(target, samples.T, RATE, format="FLAC", subtype="PCM_16")
    return True
