"""The measures of a block beside those around it: what the classes of sound are told by."""

from __future__ import annotations

from typing import Final

import numpy as np

from callwitness.audio.features import MEASURES, Floats
from callwitness.audio.smoothing import running_mean

WIDTHS: Final = (5, 15, 31, 101)  # blocks of 100 ms
_WIDE: Final = 18  # measures whose mean and spread around a block are given; the shape of the spectrum is not

NAMES: Final = (
    *MEASURES,
    *(f"{name}_{how}_{width}" for width in WIDTHS for how in ("mean", "sd") for name in MEASURES[:_WIDE]),
)


def in_context(blocks: Floats) -> Floats:
    """(n, len(NAMES)) of the measures of one side. Levels become relative to the quiet and loud parts of the side."""
    level = blocks[:, 0]
    floor, top = np.percentile(level, (5, 95)).astype(np.float32)
    own = blocks.copy()
    own[:, 0] = level - floor
    own[:, 1] -= top
    wide = own[:, :_WIDE]
    parts = [own]
    for width in WIDTHS:
        mean = running_mean(wide, width)
        square = running_mean(np.square(wide), width)
        parts += [mean, np.sqrt(np.maximum(0, square - np.square(mean)))]
    return np.concatenate(parts, axis=1)
