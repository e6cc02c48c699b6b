"""Short stretches of a recording as files of their own, for a person to hear.

Folders of such files hold ``OURS``: whoever looks for recordings passes them over.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import soundfile

from callwitness.audio.decode import RATE, Unreadable, open_sound

LONGEST_S: Final = 60.0
OURS: Final = ".written-by-callwitness"
"""A file of this name stands in every folder of sound that was written here: a copy of a recording heard beside it would make
its live speech known.
"""


def write_clip(source: Path, channel: int, start_s: float, seconds: float, target: Path) -> bool:
    """Write a stretch of one channel as FLAC, 8 kHz, a minute at most. False when the recording cannot be read any more."""
    first, last = round(start_s * RATE), round((start_s + min(seconds, LONGEST_S)) * RATE)
    parts, at = [], 0
    try:
        with open_sound(source) as sound:
            for chunk in sound:
                if at + chunk.shape[1] > first:  # a part holds its whole chunk in memory
                    parts.append(chunk[channel, max(0, first - at) : last - at])
                at += chunk.shape[1]
                if at >= last:
                    break
    except Unreadable:
        return False
    samples = np.concatenate([np.zeros(0, np.float32), *parts])
    if not len(samples):
        return False
    soundfile.write(target, samples, RATE, format="FLAC", subtype="PCM_16")
    return True
